// SPDX-License-Identifier: Apache-2.0
/// The harmony layer: three or four voices that move as little as they can, in the style's rhythm.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

#include "layers.h"
#include "rhythm.h"

namespace photoplayer::train::detail {
namespace {

using stream::Layer;
using Voicing = std::vector<int>;  // ascending keys

/// Close and drop-two positions of the chord over the usable range.
std::vector<Voicing> candidates(const Harmony& harmony, int voices, int low, int high) {
  std::vector<int> classes = harmony.stack;
  if (static_cast<int>(classes.size()) > voices && classes.size() >= 4) {
    // Too many tones: the fifth says least.
    classes.erase(classes.begin() + 2);
  }
  while (static_cast<int>(classes.size()) > voices) classes.pop_back();
  unsigned set = 0;
  for (int p : classes) set |= 1U << static_cast<unsigned>(p);
  const std::vector<int> keys = keys_in(static_cast<PitchSet>(set), low, high);
  std::vector<Voicing> out;
  const int n = static_cast<int>(classes.size());
  for (std::size_t i = 0; i + static_cast<std::size_t>(n) <= keys.size(); ++i) {
    Voicing close(keys.begin() + static_cast<std::ptrdiff_t>(i), keys.begin() + static_cast<std::ptrdiff_t>(i) + n);
    out.push_back(close);
    if (n < voices && i + static_cast<std::size_t>(n) < keys.size()) {
      Voicing doubled = close;
      doubled.push_back(keys[i + static_cast<std::size_t>(n)]);
      out.push_back(doubled);
    }
    if (n >= 3) {
      Voicing open = close;
      open[open.size() - 2] -= 12;
      std::sort(open.begin(), open.end());
      if (open.front() >= low) out.push_back(open);
    }
  }
  if (out.empty()) out.push_back(keys);
  return out;
}

double cost(const Voicing& voicing, const Voicing& before, int centre) {
  double sum = 0.0, middle = 0.0;
  for (int key : voicing) {
    middle += key;
    if (before.empty()) continue;
    int nearest = 99;
    for (int old : before) nearest = std::min(nearest, std::abs(old - key));
    sum += nearest;
  }
  middle /= static_cast<double>(voicing.size());
  if (!before.empty()) sum += 0.7 * std::abs(voicing.back() - before.back());
  // Seconds and thirds in the cellar are mud.
  if (voicing.size() > 1 && voicing[0] < 52 && voicing[1] - voicing[0] < 4) sum += 6.0;
  return sum + 0.45 * std::abs(middle - centre);
}

Voicing lead_to(const Harmony& harmony, const Voicing& before, int voices, int centre) {
  const std::vector<Voicing> all = candidates(harmony, voices, 45, 77);
  return *std::min_element(all.begin(), all.end(), [&](const Voicing& a, const Voicing& b) {
    return cost(a, before, centre) < cost(b, before, centre);
  });
}

/// A bar's strokes. "hold" styles sound for the whole chord and tie common tones.
struct Pattern {
  const char* text;
  double density;  ///< the energy it belongs to
  bool hold;
};

std::vector<Pattern> patterns_of(int style, int beats_per_bar) {
  if (beats_per_bar == 3) {
    switch (style) {
      case kFolk:
        return {{"12", 0.15, true},
                {"r4 4 4", 0.45, false},
                {"r4 2 r2 2 r2", 0.55, false},
                {"4 4 4", 0.6, false},
                {"r4 2 2 2 2", 0.85, false}};
      case kPiano:
        return {{"12", 0.15, true},
                {"r4 4 4", 0.4, false},
                {"r4 8", 0.25, false},
                {"r2 2 2 2 2 2", 0.8, false},
                {"4 4 4", 0.6, false}};
      case kCinematic:
        return {{"12", 0.2, true}, {"8 4", 0.45, false}, {"2 2 2 2 2 2", 0.85, false}, {"4 2 2 4", 0.65, false}};
      default:
        return {{"12", 0.2, true},
                {"r4 4 4", 0.5, false},
                {"8 4", 0.45, false},
                {"4 4 4", 0.65, false},
                {"2 2 2 2 2 2", 0.95, false}};
    }
  }
  switch (style) {
    case kPiano:
      return {{"16", 0.1, true},
              {"8 8", 0.35, false},
              {"r4 4 r4 4", 0.5, false},
              {"4 4 4 4", 0.6, false},
              {"r2 2 r2 2 r2 2 r2 2", 0.75, false},
              {"6 6 4", 0.6, false},
              {"r4 4 4 4", 0.45, false},
              {"2 2 2 2 2 2 2 2", 0.9, false}};
    case kChamber:
      return {{"16", 0.15, true},
              {"16", 0.3, true},
              {"8 8", 0.4, false},
              {"r4 4 r4 4", 0.55, false},
              {"4 4 4 4", 0.6, false},
              {"r2 2 r2 2 r2 2 r2 2", 0.75, false},
              {"2 2 2 2 2 2 2 2", 0.9, false},
              {"12 4", 0.35, false}};
    case kAmbient:
      return {{"16", 0.1, true}, {"16", 0.3, true}, {"16", 0.5, true}, {"r4 12", 0.5, false}, {"8 8", 0.7, false}};
    case kLofi:
      return {{"16", 0.1, true},     {"14 r2", 0.25, false},       {"6 10", 0.35, false},
              {"8 8", 0.5, false},   {"3 r3 10", 0.45, false},     {"4 r2 2 8", 0.55, false},
              {"6 4 6", 0.6, false}, {"3 3 2 3 3 2", 0.85, false}, {"4 r4 3 r1 4", 0.6, false}};
    case kCinematic:
      return {{"16", 0.1, true},
              {"16", 0.35, true},
              {"8 8", 0.5, false},
              {"4 4 4 4", 0.6, false},
              {"2 2 2 2 2 2 2 2", 0.8, false},
              {"6 6 4", 0.65, false},
              {"3 3 2 3 3 2", 0.85, false},
              {"2 1 1 2 1 1 2 1 1 2 1 1", 1.0, false}};
    case kAdventure:
      return {{"16", 0.2, true},
              {"8 8", 0.4, false},
              {"4 4 4 4", 0.55, false},
              {"3 3 2 8", 0.65, false},
              {"r4 4 r4 4", 0.5, false},
              {"6 2 8", 0.5, false},
              {"2 2 2 2 2 2 2 2", 0.8, false},
              {"2 1 1 2 1 1 2 1 1 2 1 1", 1.0, false},
              {"3 3 3 3 2 2", 0.8, false}};
    case kElectronic:
      return {{"16", 0.2, true},
              {"16", 0.4, true},
              {"r2 2 r2 2 r2 2 r2 2", 0.65, false},
              {"3 3 2 3 3 2", 0.8, false},
              {"6 6 4", 0.55, false},
              {"r2 1 r3 1 r1 2 r2 1 r3", 0.75, false},
              {"3 3 3 3 2 2", 0.85, false},
              {"r4 4 r4 4", 0.5, false},
              {"2 2 2 2 2 2 2 2", 0.95, false}};
    default:
      return {{"16", 0.1, true},           {"8 8", 0.25, false},          {"r4 4 r4 4", 0.4, false},
              {"r4 4 r4 4", 0.5, false},   {"r4 2 2 r4 2 2", 0.6, false}, {"r2 2 r2 2 r2 2 r2 2", 0.7, false},
              {"4 2 2 4 2 2", 0.8, false}, {"4 2 2 r2 2 2 2", 0.9, false}};
  }
}

Pattern choose(Random& random, const std::vector<Pattern>& patterns, double density) {
  std::vector<double> weights;
  for (const Pattern& pattern : patterns) {
    const double miss = (pattern.density - density) / 0.16;
    weights.push_back(std::exp(-miss * miss / 2.0) + 1e-4);
  }
  return patterns[static_cast<std::size_t>(random.weighted(weights))];
}

struct Held {
  int key, start, end;
};

}  // namespace

void write_harmony(Sketch& sketch, Random random) {
  constexpr auto kIndex = static_cast<std::size_t>(Layer::kHarmony);
  const int bar_steps = sketch.bar_steps();
  constexpr std::array<int, stream::kStyles> kCentre = {59, 62, 60, 60, 56, 60, 63, 60};
  constexpr std::array<double, stream::kStyles> kRich = {0.2, 0.8, 0.8, 0.6, 0.8, 0.5, 0.4, 0.2};
  const auto style = static_cast<std::size_t>(sketch.style);
  const int voices = random.chance(kRich[style]) ? 4 : 3;
  const int centre = kCentre[style] + random.between_int(-2, 2) + sketch.height() / 2;
  const bool ties = sketch.style == kAmbient || sketch.style == kChamber || random.chance(0.4);
  Voicing voicing;
  std::vector<Held> held;
  const auto release = [&] {
    for (const Held& h : held) sketch.add(Layer::kHarmony, h.start, h.end - h.start, h.key);
    held.clear();
  };
  for (const Section& section : sketch.sections) {
    if (!section.active[kIndex]) {
      release();
      voicing.clear();
      continue;
    }
    Random local(sketch.themes[static_cast<std::size_t>(section.theme)].pattern_seed + 11);
    const Pattern pattern = choose(local, patterns_of(sketch.style, sketch.beats_per_bar), section.density[kIndex]);
    const Rhythm rhythm = parse_rhythm(pattern.text);
    const bool short_strokes = local.chance(0.4);
    const int begin = section.bar * bar_steps, end = begin + section.bars * bar_steps;
    for (const ChordSpan& span : sketch.spans) {
      const int span_begin = span.beat * 4, span_end = span_begin + span.beats * 4;
      if (span_begin < begin || span_begin >= end) continue;
      voicing = lead_to(span.harmony, voicing, voices, centre);
      if (pattern.hold) {
        std::vector<Held> next;
        for (int key : voicing) {
          const auto old = std::find_if(held.begin(), held.end(),
                                        [&](const Held& h) { return h.key == key && h.end == span_begin; });
          // Two bars at most, or the tie becomes a drone.
          if (ties && old != held.end() && span_end - old->start <= 2 * bar_steps) {
            next.push_back({key, old->start, span_end});
            held.erase(old);
          } else {
            next.push_back({key, span_begin, span_end});
          }
        }
        release();
        held = std::move(next);
        continue;
      }
      release();
      for (int bar = span_begin / bar_steps; bar * bar_steps < span_end; ++bar) {
        bool struck = false;
        for (const Stroke& stroke : rhythm) {
          const int start = bar * bar_steps + stroke.start;
          if (start < span_begin || start >= span_end) continue;
          struck = true;
          int length = std::min(stroke.length, span_end - start);
          if (short_strokes && length == 4 && rhythm.size() >= 3) length = 2;
          for (int key : voicing) sketch.add(Layer::kHarmony, start, length, key);
        }
        // A chord that the pattern steps over would not be heard at all.
        if (!struck && span_end - span_begin >= 4) {
          for (int key : voicing) sketch.add(Layer::kHarmony, span_begin, span_end - span_begin, key);
        }
      }
    }
  }
  release();
}

}  // namespace photoplayer::train::detail
