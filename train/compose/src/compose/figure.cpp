// SPDX-License-Identifier: Apache-2.0
/// The moving middle: arpeggios, ostinati, bells, runs and slow counter-lines.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

#include "layers.h"
#include "rhythm.h"

namespace photoplayer::train::detail {
namespace {

using stream::Layer;

/// A broken chord: indices into the chord's tones from the bottom, one per stroke, '.' silent, '*' a wait.
struct Arpeggio {
  const char* contour;
  int stroke_steps;
  double density;
};

const std::vector<Arpeggio> kFlowing = {{"0214", 4, 0.25},
                                        {"0.2.", 4, 0.12},
                                        {"0123", 4, 0.3},
                                        {"02420242", 2, 0.5},
                                        {"01232321", 2, 0.5},
                                        {"01234321", 2, 0.55},
                                        {"02143243", 2, 0.6},
                                        {"0.123.21", 2, 0.42},
                                        {"0213021302130213", 1, 0.9},
                                        {"0123432101234321", 1, 0.95},
                                        {"..12..12", 2, 0.35},
                                        {"0...2.4.", 2, 0.3},
                                        {"0121012101210121", 1, 0.9},
                                        {"04231423", 2, 0.6}};
const std::vector<Arpeggio> kFlowingTriple = {{"012", 4, 0.25},    {".12", 4, 0.2},           {"012321", 2, 0.5},
                                              {"024242", 2, 0.55}, {"012343", 2, 0.55},       {"0.1234", 2, 0.45},
                                              {"..1212", 2, 0.4},  {"012343210123", 1, 0.95}, {"021302130213", 1, 0.9}};
const std::vector<Arpeggio> kAlberti = {
    {"02120212", 2, 0.5}, {"0212021202120212", 1, 0.9}, {"0212", 4, 0.25}, {"0121", 4, 0.25}, {"03230323", 2, 0.5}};
const std::vector<Arpeggio> kMachine = {
    {"0.2.1.2.0.2.1.3.", 1, 0.5}, {"0120120120120123", 1, 0.85}, {"0..1..2.3..2..1.", 1, 0.45},
    {"0123012301230123", 1, 0.9}, {"3210321032103210", 1, 0.9},  {".0.1.2.3.0.1.2.3", 1, 0.55},
    {"0..0..0.2..2..2.", 1, 0.5}, {"00.11.22.33.21.1", 1, 0.75}, {"0242", 4, 0.25},
    {"0.3.2.1.", 2, 0.35},        {"02130213", 2, 0.55},         {"0120212012021234", 1, 0.95}};
const std::vector<Arpeggio> kDriving = {
    {"00000000", 2, 0.5},          {"00200020", 2, 0.55}, {"0.000.000.000.00", 1, 0.8},  {"0000111122221111", 1, 0.9},
    {"0101010101010101", 1, 0.9},  {"02020202", 2, 0.55}, {"0..0..0.0..0..1.", 1, 0.55}, {"0.0.2.0.1.0.2.0.", 1, 0.6},
    {"0120120120120120", 1, 0.85}, {"0246", 4, 0.25},     {"01234321", 2, 0.6}};
const std::vector<Arpeggio> kDrivingTriple = {
    {"000000", 2, 0.5}, {"012321", 2, 0.55}, {"0.000.000.00", 1, 0.8}, {"010101010101", 1, 0.9}, {"024", 4, 0.25}};
const std::vector<Arpeggio> kPicking = {{"02132132", 2, 0.55}, {"0.21.321", 2, 0.5},         {"02.12.12", 2, 0.45},
                                        {"0212", 4, 0.25},     {"0213021302130213", 1, 0.9}, {"0..2.132", 2, 0.45},
                                        {"03213212", 2, 0.6}};
const std::vector<Arpeggio> kBells = {{"4.....2.", 2, 0.15}, {"..5...3.", 2, 0.2},  {"3...4...", 2, 0.2},
                                      {"5.3.4...", 2, 0.3},  {"...4..6.", 2, 0.25}, {"3.5.4.6.", 2, 0.45},
                                      {"4...", 4, 0.05},     {"35463546", 2, 0.7}};

/// Bows change on the note, so neighbours repeat or rock.
const std::vector<Arpeggio> kBowed = {
    {"0.1.", 4, 0.15},    {"0101", 4, 0.25},     {"0.1.2.1.", 2, 0.3},         {"01010101", 2, 0.5},
    {"00112211", 2, 0.5}, {"02120212", 2, 0.55}, {"0011223322110011", 1, 0.95}};
/// Between the beats of a lazy drummer.
const std::vector<Arpeggio> kChops = {
    {"..0...1.", 2, 0.15}, {"..0.1...", 2, 0.25},         {"...0..1...0..1..", 1, 0.35}, {".0..1..0.0..1...", 1, 0.4},
    {".01..01.", 2, 0.5},  {"0..1..2...1.0...", 1, 0.45}, {"..01..21..01..21", 1, 0.75}, {".0.1.2.1", 2, 0.55}};
/// Dotted calls and gallops.
const std::vector<Arpeggio> kFanfare = {{"0...2...", 2, 0.15},         {"0242", 4, 0.25},
                                        {"0..00...2..22...", 1, 0.4},  {"0..02..40..02..4", 1, 0.55},
                                        {"0.0.0.002.2.2.22", 1, 0.65}, {"0.002.220.002.22", 1, 0.8},
                                        {"0.000.000.000.00", 1, 0.85}, {"0000222244442222", 1, 0.95}};

enum class Manner { kArpeggio, kCounterLine, kScaleRuns };

const std::vector<Arpeggio>& stock_of(int style, int beats_per_bar, Random& random) {
  const bool triple = beats_per_bar == 3;
  switch (style) {
    case kPiano:
      return triple ? kFlowingTriple : random.chance(0.25) ? kAlberti : kFlowing;
    case kChamber:
      return triple ? kFlowingTriple : random.chance(0.8) ? kBowed : kAlberti;
    case kAmbient:
      return triple ? kFlowingTriple : random.chance(0.7) ? kBells : kFlowing;
    case kLofi:
      return random.chance(0.35) ? kBells : kChops;
    case kCinematic:
      return triple                ? (random.chance(0.5) ? kDrivingTriple : kFlowingTriple)
             : random.chance(0.85) ? kDriving
                                   : kFlowing;
    case kAdventure:
      return triple ? kDrivingTriple : random.chance(0.75) ? kFanfare : kDriving;
    case kElectronic:
      return kMachine;
    default:
      return triple ? kFlowingTriple : kPicking;
  }
}

Manner manner_of(int style, double density, Random& random) {
  switch (style) {
    case kChamber:
      return random.chance(0.45) ? Manner::kCounterLine : Manner::kArpeggio;
    case kCinematic:
      return random.chance(density < 0.4 ? 0.4 : 0.1) ? Manner::kCounterLine : Manner::kArpeggio;
    case kAdventure:
      return random.chance(0.2) ? Manner::kScaleRuns : random.chance(0.15) ? Manner::kCounterLine : Manner::kArpeggio;
    case kFolk:
      return random.chance(0.2) ? Manner::kCounterLine : Manner::kArpeggio;
    case kPiano:
      return random.chance(0.12) ? Manner::kCounterLine : Manner::kArpeggio;
    case kAmbient:
      return random.chance(0.2) ? Manner::kCounterLine : Manner::kArpeggio;
    default:
      return Manner::kArpeggio;
  }
}

class FigureWriter {
 public:
  FigureWriter(Sketch& sketch, int base, int ring_steps) : sketch_(sketch), base_(base), ring_steps_(ring_steps) {}

  void arpeggio(const Arpeggio& pattern, int begin, int end) {
    const std::string_view contour = pattern.contour;
    for (int step = begin; step < end; step += pattern.stroke_steps) {
      const int in_bar = step % sketch_.bar_steps();
      const char letter = contour[static_cast<std::size_t>(in_bar / pattern.stroke_steps) % contour.size()];
      if (letter == '.') continue;
      const ChordSpan& span = sketch_.span_at_step(step);
      const int span_end = (span.beat + span.beats) * 4;
      const std::vector<int> tones = keys_in(span.harmony.tones, 48, 91);
      // The lowest tone moves as little as the chords allow.
      const int first = nearest_index(tones, base_);
      const int index = std::min(first + (letter - '0'), static_cast<int>(tones.size()) - 1);
      int length = pattern.stroke_steps;
      for (int ahead = 1; ahead * pattern.stroke_steps < 8; ++ahead) {
        const int next = (in_bar + ahead * pattern.stroke_steps) / pattern.stroke_steps;
        if (contour[static_cast<std::size_t>(next) % contour.size()] != '.') break;
        length += pattern.stroke_steps;
      }
      length = std::max(length, ring_steps_);
      sketch_.add(Layer::kFigure, step, std::min({length, span_end - step, end - step}),
                  tones[static_cast<std::size_t>(index)]);
    }
  }

  /// A tune's companion: it leads from guide tone to guide tone, the third and the highest of each chord, with a
  /// passing note towards the next where there is time.
  void counter_line(const Rhythm& rhythm, int begin, int end) {
    for (int bar = begin / sketch_.bar_steps(); bar * sketch_.bar_steps() < end; ++bar) {
      for (const Stroke& stroke : rhythm) {
        const int step = bar * sketch_.bar_steps() + stroke.start;
        if (step >= end) break;
        const ChordSpan& span = sketch_.span_at_step(step);
        const bool passing = stroke.length <= 2 && stroke.start % 4 != 0;
        const std::vector<int>& stack = span.harmony.stack;
        const PitchSet guides = static_cast<PitchSet>((1U << static_cast<unsigned>(stack[1])) |
                                                      (1U << static_cast<unsigned>(stack.back())));
        const std::vector<int> keys =
            keys_in(passing ? chord_scale(sketch_.scale_tones, span.harmony.tones) : guides, 52, 79);
        int at = nearest_index(keys, line_);
        if (passing) at += line_ > base_ + 4 ? -1 : 1;
        if (!passing && keys[static_cast<std::size_t>(at)] == line_ && stroke.start > 0)
          at += line_ > base_ + 4 ? -1 : 1;
        line_ = keys[static_cast<std::size_t>(std::clamp(at, 0, static_cast<int>(keys.size()) - 1))];
        const int span_end = (span.beat + span.beats) * 4;
        sketch_.add(Layer::kFigure, step, std::min({stroke.length, span_end - step, end - step}), line_);
      }
    }
  }

  /// Scales in sixteenths that arrive on a bar line, with driving chord tones before.
  void scale_run(int begin, int end, bool long_run, bool up) {
    const int run = long_run ? 8 : 4;
    arpeggio({"0.0.1.0.2.0.1.0.", 1, 0.5}, begin, end - run);
    const ChordSpan& span = sketch_.span_at_step(end - run);
    const std::vector<int> keys = keys_in(chord_scale(sketch_.scale_tones, span.harmony.tones), 48, 91);
    const std::vector<int> tones = keys_in(span.harmony.tones, 48, 91);
    int at = nearest_index(keys, tones[static_cast<std::size_t>(nearest_index(tones, up ? base_ : base_ + 12))]);
    for (int i = 0; i < run; ++i, at += up ? 1 : -1) {
      sketch_.add(Layer::kFigure, end - run + i, 1,
                  keys[static_cast<std::size_t>(std::clamp(at, 0, static_cast<int>(keys.size()) - 1))]);
    }
  }

 private:
  Sketch& sketch_;
  int base_;
  int ring_steps_;
  int line_ = 64;
};

}  // namespace

void write_figure(Sketch& sketch, Random random) {
  constexpr auto kIndex = static_cast<std::size_t>(Layer::kFigure);
  constexpr std::array<int, stream::kStyles> kBase = {55, 58, 69, 63, 53, 58, 66, 60};
  const int base = kBase[static_cast<std::size_t>(sketch.style)] + random.between_int(-3, 3) + sketch.height();
  // Pedal: notes ring on into one another where an instrument would let them.
  const bool rings = (sketch.style == kPiano || sketch.style == kAmbient) && random.chance(0.6);
  FigureWriter writer(sketch, base, rings ? 4 : 1);
  for (const Section& section : sketch.sections) {
    if (!section.active[kIndex]) continue;
    Random local(sketch.themes[static_cast<std::size_t>(section.theme)].pattern_seed + 37);
    const double density = section.density[kIndex];
    const Manner manner = manner_of(sketch.style, density, local);
    const std::vector<Arpeggio>& stock = stock_of(sketch.style, sketch.beats_per_bar, local);
    std::vector<double> weights;
    for (const Arpeggio& pattern : stock) {
      const double miss = (pattern.density - density) / 0.15;
      weights.push_back(std::exp(-miss * miss / 2.0) + 1e-4);
    }
    const Arpeggio main = stock[static_cast<std::size_t>(local.weighted(weights))];
    const Arpeggio other = stock[static_cast<std::size_t>(local.weighted(weights))];
    const Rhythm line = melody_rhythm(local, sketch.beats_per_bar, density * 0.6, Feel::kStraight);
    const bool varies = local.chance(0.25), long_run = local.chance(0.5), upwards = local.chance(0.7);
    const int bar_steps = sketch.bar_steps();
    for (int bar = section.bar; bar < section.bar + section.bars; ++bar) {
      const int begin = bar * bar_steps, end = begin + bar_steps;
      const int in_phrase = (bar - section.bar) % 4;
      if (manner == Manner::kCounterLine)
        writer.counter_line(line, begin, end);
      else if (manner == Manner::kScaleRuns && in_phrase % 2 == 1)
        writer.scale_run(begin, end, long_run, upwards);
      else
        writer.arpeggio(varies && in_phrase == 3 ? other : main, begin, end);
    }
  }
}

}  // namespace photoplayer::train::detail
