// SPDX-License-Identifier: Apache-2.0
/// Tunes from motifs: a cell of rhythm and scale steps is stated, repeated, moved, turned over, and brought
/// to rest.
#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "layers.h"
#include "rhythm.h"

namespace photoplayer::train::detail {
namespace {

using stream::Layer;

/// A bar of tune before it meets its chord.
struct Cell {
  Rhythm rhythm;
  std::vector<int> moves;  ///< scale steps from the note before; [0] is from the bar's starting place
};

constexpr int kLowest = 58, kHighest = 86;

int centre_of(const Sketch& sketch) {
  static constexpr std::array<int, stream::kStyles> kCentre = {74, 74, 73, 71, 70, 72, 73, 74};
  return kCentre[static_cast<std::size_t>(sketch.style)] + static_cast<int>(std::lround(3.0 * sketch.arousal));
}

Cell make_cell(Random& random, Rhythm rhythm) {
  Cell cell{std::move(rhythm), {}};
  int direction = random.chance(0.55) ? 1 : -1;
  int last_leap = 0;
  for (std::size_t i = 0; i < cell.rhythm.size(); ++i) {
    if (i == 0) {
      cell.moves.push_back(0);
      continue;
    }
    if (std::abs(last_leap) >= 2) {
      // A leap is filled by steps the other way.
      direction = last_leap > 0 ? -1 : 1;
      last_leap = 0;
      cell.moves.push_back(direction);
      continue;
    }
    if (random.chance(0.28)) direction = -direction;
    const int size = random.weighted({0.13, 0.60, 0.16, 0.06, 0.05});
    cell.moves.push_back(direction * size);
    last_leap = size >= 2 ? direction * size : 0;
  }
  return cell;
}

Cell turned_over(Cell cell) {
  for (int& move : cell.moves) move = -move;
  return cell;
}

bool is_strong(const Sketch& sketch, int step_in_bar, int length) {
  if (step_in_bar == 0 || length >= 4) return true;
  return sketch.beats_per_bar == 4 ? step_in_bar == 8 : false;
}

int lattice_at(const std::vector<int>& lattice, int index) {
  return lattice[static_cast<std::size_t>(std::clamp(index, 0, static_cast<int>(lattice.size()) - 1))];
}

/// Writes theme bars one after another, remembering the last key sung.
class TuneWriter {
 public:
  TuneWriter(const Sketch& sketch, const std::vector<ChordSpan>& spans, Random& random)
      : sketch_(sketch), spans_(spans), random_(random), last_(centre_of(sketch)) {}

  [[nodiscard]] int last() const { return last_; }

  /// `aim`: the key around which the bar starts.
  void write(const Cell& cell, int bar, int aim, std::vector<PieceNote>& out) {
    const int begin = bar * sketch_.bar_steps();
    for (std::size_t i = 0; i < cell.rhythm.size(); ++i) {
      const Stroke stroke = cell.rhythm[i];
      const int step = begin + stroke.start;
      const Harmony& harmony = span_at(spans_, step / stream::kStepsPerBeat).harmony;
      const std::vector<int> lattice = keys_in(chord_scale(sketch_.scale_tones, harmony.tones), kLowest, kHighest);
      const int from = i == 0 ? aim : last_;
      int at = nearest_index(lattice, from) + cell.moves[i];
      // Gravity: a tune that has wandered off comes back.
      if (i > 0 && lattice_at(lattice, at) > aim + 9) at -= 2;
      if (i > 0 && lattice_at(lattice, at) < aim - 9) at += 2;
      int key = lattice_at(lattice, at);
      const bool strong = is_strong(sketch_, stroke.start, stroke.length);
      if ((strong || i == 0) && !contains(harmony.tones, key)) key = to_chord(harmony, key, cell.moves[i]);
      // After a leap to a foreign tone there is no step left to resolve it.
      if (i > 0 && std::abs(key - last_) > 4 && !contains(harmony.tones, key))
        key = to_chord(harmony, key, cell.moves[i]);
      if (key == last_)
        ++repeats_;
      else
        repeats_ = 0;
      if (repeats_ > 2) {
        key = lattice_at(lattice, nearest_index(lattice, key) + (random_.chance(0.5) ? 1 : -1));
        if (strong) key = to_chord(harmony, key, 1);
        repeats_ = 0;
      }
      last_ = key;
      out.push_back({step, stroke.length, Layer::kMelody, static_cast<std::uint8_t>(key)});
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
        key = lattice_at(lattice, at);
        if (is_strong(sketch_, rhythm[i].start, rhythm[i].length)) key = to_chord(harmony, key, -side);
      }
      last_ = key;
      out.push_back({step, rhythm[i].length, Layer::kMelody, static_cast<std::uint8_t>(key)});
    }
    repeats_ = 0;
  }

 private:
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

/// Weak notes become passing or neighbour tones: they were written before it was known where the tune would
/// go.
void smooth(const Sketch& sketch, const std::vector<ChordSpan>& spans, std::vector<PieceNote>& notes, Random& random) {
  for (std::size_t i = 1; i + 1 < notes.size(); ++i) {
    PieceNote& note = notes[i];
    if (is_strong(sketch, note.start_step % sketch.bar_steps(), note.length_steps)) continue;
    const int before = notes[i - 1].pitch, after = notes[i + 1].pitch;
    const int gap = after - before;
    if (std::abs(gap) > 7 || (std::abs(note.pitch - before) <= 2 && std::abs(after - note.pitch) <= 2)) continue;
    if (!random.chance(0.65)) continue;
    const Harmony& harmony = span_at(spans, note.start_step / stream::kStepsPerBeat).harmony;
    const std::vector<int> lattice = keys_in(chord_scale(sketch.scale_tones, harmony.tones), kLowest, kHighest);
    const int from = nearest_index(lattice, before), to = nearest_index(lattice, after);
    int at = from;
    if (std::abs(to - from) >= 2)
      at = to > from ? to - 1 : to + 1;
    else if (to == from)
      at = from + (note.pitch >= before ? 1 : -1);
    else
      at = to + (to > from ? 1 : -1);  // over the goal and back: an escape the ear knows
    const int key = lattice_at(lattice, at);
    if (std::abs(key - before) > 4 && !contains(harmony.tones, key)) continue;
    note.pitch = static_cast<std::uint8_t>(key);
  }
}

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
                        static_cast<std::uint8_t>(lattice_at(lattice, goal + side * (count - k)))});
    }
    notes.insert(notes.begin() + static_cast<std::ptrdiff_t>(i), upbeat.begin(), upbeat.end());
    return;
  }
}

std::vector<PieceNote> invent_tune(const Sketch& sketch, const Theme& theme, double density, Random random) {
  const Feel feel = random.chance(rules_of(sketch.style).syncopated) ? Feel::kSyncopated : Feel::kStraight;
  const Cell a = make_cell(random, melody_rhythm(random, sketch.beats_per_bar, density, feel));
  const Cell b = make_cell(random, melody_rhythm(random, sketch.beats_per_bar, std::min(1.0, density + 0.1), feel));
  Cell a_varied = a;
  a_varied.rhythm = varied(random, a.rhythm);
  a_varied.moves.resize(a_varied.rhythm.size(), random.chance(0.5) ? 1 : -1);
  const Cell a_inverted = turned_over(a);
  // Phrases of three bars and a cadence; the answering phrase begins like the first or turns it over.
  const std::vector<std::vector<const Cell*>> kShapes = {{&a, &a, &b},         {&a, &b, &a},        {&a, &a_varied, &b},
                                                         {&a, &b, &a_varied},  {&a, &a, &a_varied}, {&a, &b, &b},
                                                         {&a, &a_inverted, &b}};
  const std::vector<const Cell*> first = random.pick(kShapes);
  std::vector<const Cell*> second = random.chance(0.6) ? first : random.pick(kShapes);
  if (random.chance(0.25)) second[0] = &a_inverted;
  TuneWriter writer(sketch, theme.spans, random);
  const int centre = centre_of(sketch) + random.between_int(-3, 3);
  const int arch = random.between_int(2, 6);
  std::vector<PieceNote> notes;
  int sequence = random.between_int(-2, 2);
  for (int phrase = 0; phrase < 2; ++phrase) {
    const std::vector<const Cell*>& shape = phrase == 0 ? first : second;
    const int lift = phrase == 1 ? random.between_int(0, 4) : 0;
    for (int bar = 0; bar < 3; ++bar) {
      // The arch peaks in the third bar; a sequence shifts each statement by the same amount.
      const int aim = centre + lift + (bar == 0 ? -1 : bar == 1 ? arch / 2 : arch) + sequence * bar;
      writer.write(*shape[static_cast<std::size_t>(bar)], phrase * 4 + bar, std::clamp(aim, 62, 81), notes);
    }
    writer.write_cadence(cadence_rhythm(random, sketch.beats_per_bar, density), phrase * 4 + 3, phrase == 1, notes);
    if (!notes.empty() && notes.back().length_steps >= 6 && random.chance(0.7)) notes.back().length_steps -= 2;
    sequence = random.between_int(-1, 1);
  }
  smooth(sketch, theme.spans, notes, random);
  if (random.chance(0.4)) add_upbeat(sketch, theme.spans, notes, random);
  return notes;
}

/// Fewer notes: short ones off the beat go, their neighbours take the time.
void thin(std::vector<PieceNote>& notes, Random& random, double amount) {
  std::vector<PieceNote> kept;
  for (const PieceNote& note : notes) {
    const bool weak = note.start_step % 4 != 0 && note.length_steps <= 2;
    if (weak && !kept.empty() && random.chance(amount)) {
      PieceNote& before = kept.back();
      if (before.start_step + before.length_steps == note.start_step) before.length_steps += note.length_steps;
      continue;
    }
    kept.push_back(note);
  }
  notes = std::move(kept);
}

/// More notes: passing and neighbour tones in the second half of longer ones.
void decorate(const Sketch& sketch, std::vector<PieceNote>& notes, const std::vector<ChordSpan>& spans, Random& random,
              double amount) {
  std::vector<PieceNote> out;
  for (std::size_t i = 0; i < notes.size(); ++i) {
    PieceNote note = notes[i];
    const bool fits = note.length_steps >= 4 && note.length_steps <= 8 && i + 1 < notes.size();
    if (!fits || !random.chance(amount)) {
      out.push_back(note);
      continue;
    }
    const int half = note.length_steps / 2;
    const int step = note.start_step + half;
    const Harmony& harmony = span_at(spans, step / stream::kStepsPerBeat).harmony;
    const std::vector<int> lattice = keys_in(chord_scale(sketch.scale_tones, harmony.tones), kLowest, kHighest);
    const int next = notes[i + 1].pitch;
    const int at = nearest_index(lattice, note.pitch);
    const int side = next > note.pitch ? 1 : next < note.pitch ? -1 : random.chance(0.5) ? 1 : -1;
    const int index = std::clamp(at + side, 0, static_cast<int>(lattice.size()) - 1);
    note.length_steps -= half;
    out.push_back(note);
    out.push_back({step, half, Layer::kMelody, static_cast<std::uint8_t>(lattice[static_cast<std::size_t>(index)])});
  }
  notes = std::move(out);
}

}  // namespace

void invent_tunes(Sketch& sketch, Random random) {
  for (std::size_t i = 0; i < sketch.themes.size(); ++i) {
    Theme& theme = sketch.themes[i];
    double density = 0.45 + 0.35 * sketch.arousal;
    for (const Section& section : sketch.sections) {
      if (section.theme == static_cast<int>(i)) {
        density = section.density[0];
        break;
      }
    }
    theme.melody = invent_tune(sketch, theme, density, random.child());
  }
}

void write_melody(Sketch& sketch, Random random) {
  std::vector<int> seen(sketch.themes.size(), 0);
  for (const Section& section : sketch.sections) {
    if (!section.active[static_cast<std::size_t>(Layer::kMelody)]) continue;
    const Theme& theme = sketch.themes[static_cast<std::size_t>(section.theme)];
    const int begin = section.theme_bar * sketch.bar_steps(), end = begin + section.bars * sketch.bar_steps();
    std::vector<PieceNote> tune;
    for (const PieceNote& note : theme.melody) {
      if (note.start_step >= begin && note.start_step < end) tune.push_back(note);
    }
    // Judge by notes per bar what the section asks for against what the tune has.
    const double has = static_cast<double>(tune.size()) / section.bars * 4.0 / sketch.beats_per_bar;
    const double wants = 1.1 + 6.6 * section.density[0];
    int& times = seen[static_cast<std::size_t>(section.theme)];
    if (has > wants * 1.25)
      thin(tune, random, std::min(1.0, (has - wants) / has * 1.6));
    else if (has < wants * 0.8 || (times > 0 && random.chance(0.35)))
      decorate(sketch, tune, theme.spans, random, has < wants * 0.8 ? 0.6 : 0.2);
    int shift = 0;
    if (section.kind == SectionKind::kFull && random.chance(0.25)) shift = 12;
    if (section.kind == SectionKind::kBreak && random.chance(0.2)) shift = -12;
    for (const PieceNote& note : tune) {
      if (note.pitch + shift > 88 || note.pitch + shift < 55) shift = 0;
    }
    const bool doubled =
        section.energy > 0.75 && (sketch.style == kCinematic || sketch.style == kAdventure) && random.chance(0.25);
    const bool thirds = (sketch.style == kFolk || sketch.style == kChamber || sketch.style == kPiano) && times > 0 &&
                        random.chance(0.2);
    for (const PieceNote& note : tune) {
      const int start = note.start_step - begin + section.bar * sketch.bar_steps();
      sketch.add(Layer::kMelody, start, note.length_steps, note.pitch + shift);
      if (doubled && note.pitch + shift - 12 >= 55)
        sketch.add(Layer::kMelody, start, note.length_steps, note.pitch + shift - 12);
      if (thirds && note.length_steps >= 2) {
        const Harmony& harmony = sketch.span_at_step(start).harmony;
        const std::vector<int> lattice = keys_in(chord_scale(sketch.scale_tones, harmony.tones), 50, 92);
        const int at = nearest_index(lattice, note.pitch + shift);
        int below = lattice[static_cast<std::size_t>(std::max(0, at - 2))];
        if (contains(harmony.tones, note.pitch) && !contains(harmony.tones, below))
          below = lattice[static_cast<std::size_t>(std::max(0, at - 3))];
        if (below >= 55) sketch.add(Layer::kMelody, start, note.length_steps, below);
      }
    }
    ++times;
  }
}

}  // namespace photoplayer::train::detail
