// SPDX-License-Identifier: Apache-2.0
/// Tunes from ideas: a bar of rhythm and contour is stated, moved, varied, turned over, broken into fragments,
/// answered, and brought to rest. The contour is kept apart from the chords, so that a sequence sounds as one.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string_view>

#include "idea.h"
#include "tune.h"

namespace photoplayer::train::detail {
namespace {

using stream::Layer;

constexpr int kLowest = 58, kHighest = 86;

int centre_of(const Sketch& sketch) {
  static constexpr std::array<int, stream::kStyles> kCentre = {73, 76, 75, 70, 66, 69, 75, 72};
  return kCentre[static_cast<std::size_t>(sketch.style)] + sketch.height();
}

bool is_strong(const Sketch& sketch, int step_in_bar, int length) {
  // A long syncopation stands for the beat that it anticipates.
  if (step_in_bar == 0 || length >= 6 || (length >= 3 && step_in_bar % 4 != 0)) return true;
  return sketch.beats_per_bar == 4 ? step_in_bar == 8 : false;
}

int at_index(const std::vector<int>& keys, int index) {
  return keys[static_cast<std::size_t>(std::clamp(index, 0, static_cast<int>(keys.size()) - 1))];
}

/// Writes theme bars one after another, remembering the last key sung.
class TuneWriter {
 public:
  TuneWriter(const Sketch& sketch, const std::vector<ChordSpan>& spans, Random& random)
      : sketch_(sketch), spans_(spans), random_(random), last_(centre_of(sketch)) {}

  /// `aim`: the key around which the idea begins. The idea is moved as a whole to where most of it fits the chords;
  /// what still rubs is bent, so that its shape is heard again.
  void write(const Idea& idea, int bar, int aim, std::vector<PieceNote>& out) {
    if (idea.rhythm.empty()) return;
    const int begin = bar * sketch_.bar_steps();
    const std::vector<int> scale = keys_in(sketch_.scale_tones, kLowest - 12, kHighest + 12);
    const int anchor = best_anchor(idea, begin, scale, joined(aim));
    for (std::size_t i = 0; i < idea.rhythm.size(); ++i) {
      const Stroke stroke = idea.rhythm[i];
      const Harmony& harmony = harmony_at(begin + stroke.start);
      const int direction = i == 0 ? 0 : idea.line[i] - idea.line[i - 1];
      const std::vector<int> lattice = keys_in(chord_scale(sketch_.scale_tones, harmony.tones), kLowest, kHighest);
      int key = at_index(lattice, nearest_index(lattice, at_index(scale, anchor + idea.line[i])));
      const bool foreign = !contains(harmony.tones, key);
      const bool leaps = i > 0 && std::abs(key - last_) > 4;
      // A leap to a foreign tone has no step left to resolve it.
      if (foreign && (i == 0 || leaps || is_strong(sketch_, stroke.start, stroke.length)))
        key = bent(harmony, key, direction);
      repeats_ = key == last_ ? repeats_ + 1 : 0;
      if (repeats_ > 2) {
        key = at_index(lattice, nearest_index(lattice, key) + (direction >= 0 ? 1 : -1));
        if (is_strong(sketch_, stroke.start, stroke.length)) key = to_chord(harmony, key, direction);
        repeats_ = 0;
      }
      last_ = key;
      out.push_back({begin + stroke.start, stroke.length, Layer::kMelody, static_cast<std::uint8_t>(key)});
    }
  }

  /// Walks by step to a stable tone.
  void write_cadence(const Rhythm& rhythm, int bar, bool full, std::vector<PieceNote>& out) {
    if (rhythm.empty()) return;
    const int begin = bar * sketch_.bar_steps();
    const int last_step = begin + rhythm.back().start;
    const Harmony& goal = span_at(spans_, last_step / stream::kStepsPerBeat).harmony;
    std::vector<int> goals;
    if (full && contains(goal.tones, 0) && random_.chance(0.75))
      goals = keys_in(1, kLowest, kHighest);
    else
      goals = keys_in(triad(goal), kLowest, kHighest);
    // Phrases come to rest in the middle of the voice, from wherever they climbed to.
    const int rest = (2 * last_ + 3 * centre_of(sketch_)) / 5 - (full ? 2 : 0);
    const int target = goals[static_cast<std::size_t>(nearest_index(goals, rest + random_.between_int(-2, 2)))];
    for (std::size_t i = 0; i < rhythm.size(); ++i) {
      const int step = begin + rhythm[i].start;
      const Harmony& harmony = span_at(spans_, step / stream::kStepsPerBeat).harmony;
      const std::vector<int> lattice = keys_in(chord_scale(sketch_.scale_tones, harmony.tones), kLowest, kHighest);
      const int left = static_cast<int>(rhythm.size() - 1 - i);
      int key = target;
      if (left > 0) {
        // `left` steps above or below the target, whichever side we come from; far off, half the way.
        const int side = last_ >= target ? 1 : -1;
        const int here = nearest_index(lattice, last_), there = nearest_index(lattice, target);
        int at = there + side * left;
        if (std::abs(at - here) > 3) at = here + (at > here ? 2 : -2);
        key = at_index(lattice, at);
        if (is_strong(sketch_, rhythm[i].start, rhythm[i].length)) key = to_chord(harmony, key, -side);
      }
      last_ = key;
      out.push_back({step, rhythm[i].length, Layer::kMelody, static_cast<std::uint8_t>(key)});
    }
    repeats_ = 0;
  }

 private:
  /// Bars join by what the voice can reach from where it is, a third or so nearer to its aim.
  [[nodiscard]] int joined(int aim) const {
    const int gap = aim - last_;
    return std::abs(gap) <= 4 ? (2 * aim + last_) / 3 : last_ + (gap > 0 ? 4 : -4) + gap / 5;
  }
  [[nodiscard]] const Harmony& harmony_at(int step) const {
    return span_at(spans_, step / stream::kStepsPerBeat).harmony;
  }
  /// The place in `scale` for the idea's first note.
  [[nodiscard]] int best_anchor(const Idea& idea, int begin, const std::vector<int>& scale, int aim) const {
    const int near = nearest_index(scale, aim);
    int best = near;
    double least = 1e9;
    for (int anchor = near - 4; anchor <= near + 4; ++anchor) {
      double cost = 0.3 * std::abs(at_index(scale, anchor) - aim);
      for (std::size_t i = 0; i < idea.rhythm.size(); ++i) {
        const int key = at_index(scale, anchor + idea.line[i]);
        if (key < kLowest + 2 || key > kHighest) cost += 2.0;
        if (contains(harmony_at(begin + idea.rhythm[i].start).tones, key)) continue;
        const bool strong = is_strong(sketch_, idea.rhythm[i].start, idea.rhythm[i].length);
        cost += i == 0 ? 2.0 : strong ? 1.3 : 0.25 * idea.rhythm[i].length;
      }
      if (cost < least) least = cost, best = anchor;
    }
    return best;
  }
  /// The nearest chord tone that keeps the way the line goes.
  [[nodiscard]] int bent(const Harmony& harmony, int key, int direction) const {
    for (int distance : {1, -1, 2, -2, 3, -3}) {
      const int other = key + (direction >= 0 ? distance : -distance);
      const bool keeps = direction == 0 || (direction > 0) == (other > last_);
      if (other >= kLowest && other <= kHighest && contains(harmony.tones, other) && keeps &&
          (direction == 0 || other != last_))
        return other;
    }
    return to_chord(harmony, key, direction);
  }
  static PitchSet triad(const Harmony& harmony) {
    unsigned set = 0;
    for (std::size_t i = 0; i < harmony.stack.size() && i < 3; ++i)
      set |= 1U << static_cast<unsigned>(harmony.stack[i]);
    return static_cast<PitchSet>(set);
  }
  /// The nearest chord tone, in the direction of movement when both sides are as near.
  static int to_chord(const Harmony& harmony, int key, int direction) {
    for (int distance = 0; distance < 7; ++distance) {
      const int first = direction >= 0 ? key + distance : key - distance;
      const int second = direction >= 0 ? key - distance : key + distance;
      if (contains(harmony.tones, first) && first <= kHighest && first >= kLowest) return first;
      if (contains(harmony.tones, second) && second <= kHighest && second >= kLowest) return second;
    }
    return key;
  }

  const Sketch& sketch_;
  const std::vector<ChordSpan>& spans_;
  Random& random_;
  int last_;
  int repeats_ = 0;
};

/// An upbeat of one or two notes leads by step into the second phrase.
void add_upbeat(const Sketch& sketch, const std::vector<ChordSpan>& spans, std::vector<PieceNote>& notes,
                Random& random) {
  const int phrase = 4 * sketch.bar_steps();
  for (std::size_t i = 1; i < notes.size(); ++i) {
    if (notes[i].start_step < phrase) continue;
    PieceNote& last = notes[i - 1];
    const int count = random.chance(0.6) ? 2 : 1, step_length = random.chance(0.8) ? 2 : 1;
    const int begin = phrase - count * step_length;
    if (notes[i].start_step != phrase || begin - last.start_step < 4) return;
    last.length_steps = std::min(last.length_steps, begin - last.start_step);
    const Harmony& harmony = span_at(spans, begin / stream::kStepsPerBeat).harmony;
    const std::vector<int> lattice = keys_in(chord_scale(sketch.scale_tones, harmony.tones), kLowest, kHighest);
    const int goal = nearest_index(lattice, notes[i].pitch);
    const int side = random.chance(0.75) ? -1 : 1;
    std::vector<PieceNote> upbeat;
    for (int k = 0; k < count; ++k) {
      upbeat.push_back({begin + k * step_length, step_length, Layer::kMelody,
                        static_cast<std::uint8_t>(at_index(lattice, goal + side * (count - k)))});
    }
    notes.insert(notes.begin() + static_cast<std::ptrdiff_t>(i), upbeat.begin(), upbeat.end());
    return;
  }
}

/// Bar by bar: a and b the ideas, A a with a new end, i a turned over, f and g their heads in sequence, r a rest that
/// answers, c the cadence.
constexpr std::array<std::string_view, 12> kPlans = {"abAcabfc", "aabcaafc", "abacibfc", "aAbcaAfc",
                                                     "ababffic", "aafcbbfc", "araAabfc", "abacggfc",
                                                     "aibcaffc", "arbcarfc", "aAacbbgc", "abfcabic"};

/// Where the bars aim, in semitones above the tune's centre; the second phrase climbs to its third bar.
constexpr std::array<std::array<int, 8>, 4> kArches = {
    {{0, 1, 3, 1, 1, 4, 7, 2}, {0, 3, 5, 0, 2, 5, 8, 3}, {2, 0, -2, 0, 3, 5, 7, 1}, {3, 1, -1, -2, 0, 3, 6, 2}}};

}  // namespace

std::vector<PieceNote> invent_tune(const Sketch& sketch, const std::vector<ChordSpan>& spans, double density,
                                   bool closes, Random random) {
  const Feel feel = random.chance(rules_of(sketch.style).syncopated) ? Feel::kSyncopated : Feel::kStraight;
  const int beats = sketch.beats_per_bar;
  const Idea a = make_idea(random, melody_rhythm(random, beats, density, feel));
  const Idea b = make_idea(random, melody_rhythm(random, beats, std::min(1.0, density + 0.1), feel));
  const int rise = random.chance(0.6) ? 1 : -1;
  const Idea a_varied = with_new_end(random, a), a_inverted = turned_over(a), a_head = fragment(a, beats, rise),
             b_head = fragment(b, beats, rise);
  const std::string_view plan = kPlans[static_cast<std::size_t>(random.below(static_cast<int>(kPlans.size())))];
  const auto& arch = kArches[static_cast<std::size_t>(random.below(static_cast<int>(kArches.size())))];
  const int centre = centre_of(sketch) + random.between_int(-3, 2);
  const bool has_upbeat = random.chance(0.4);
  Random upbeat = random.child();
  const Rhythm first_rest = cadence_rhythm(random, beats, density), last_rest = cadence_rhythm(random, beats, density);

  TuneWriter writer(sketch, spans, random);
  std::vector<PieceNote> notes;
  for (int bar = 0; bar < kThemeBars; ++bar) {
    const auto at = static_cast<std::size_t>(bar);
    const bool last = bar == kThemeBars - 1;
    const int aim = std::clamp(centre + arch[at], 62, 81);
    switch (plan[at]) {
      case 'a':
        writer.write(a, bar, aim, notes);
        break;
      case 'A':
        writer.write(a_varied, bar, aim, notes);
        break;
      case 'b':
        writer.write(b, bar, aim, notes);
        break;
      case 'i':
        writer.write(a_inverted, bar, aim, notes);
        break;
      case 'f':
        writer.write(a_head, bar, aim, notes);
        break;
      case 'g':
        writer.write(b_head, bar, aim, notes);
        break;
      case 'c': {
        writer.write_cadence(last ? last_rest : first_rest, bar, last && closes, notes);
        // A phrase breathes out.
        PieceNote& rest = notes.back();
        const int room = rest.start_step + rest.length_steps - (bar + 1) * sketch.bar_steps() + 4;
        if (room > 0 && rest.length_steps - room >= 2 && random.chance(0.7)) rest.length_steps -= room;
        break;
      }
      default:
        break;
    }
  }
  if (has_upbeat) add_upbeat(sketch, spans, notes, upbeat);
  return notes;
}

}  // namespace photoplayer::train::detail
