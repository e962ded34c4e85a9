// SPDX-License-Identifier: Apache-2.0
/// Lays the themes' tunes over the form, thinner or richer as each section asks.
#include <algorithm>
#include <cstdlib>

#include "layers.h"
#include "tune.h"

namespace photoplayer::train::detail {
namespace {

using stream::Layer;

constexpr int kLowest = 58, kHighest = 86;

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
    const Random own = random.child();
    theme.open_melody = invent_tune(sketch, theme.chords.open, density, false, own);
    theme.closed_melody = invent_tune(sketch, theme.chords.closed, density, true, own);
  }
}

void write_melody(Sketch& sketch, Random random) {
  std::vector<int> seen(sketch.themes.size(), 0);
  for (const Section& section : sketch.sections) {
    if (!section.active[static_cast<std::size_t>(Layer::kMelody)]) continue;
    const Theme& theme = sketch.themes[static_cast<std::size_t>(section.theme)];
    const int begin = section.theme_bar * sketch.bar_steps(), end = begin + section.bars * sketch.bar_steps();
    const std::vector<ChordSpan>& spans = section.closes ? theme.chords.closed : theme.chords.open;
    // What is taken away or added is the theme's own, so that a repeat is one.
    Random local(theme.pattern_seed + 71);
    std::vector<PieceNote> tune;
    for (const PieceNote& note : section.closes ? theme.closed_melody : theme.open_melody) {
      if (note.start_step >= begin && note.start_step < end) tune.push_back(note);
    }
    // Judge by notes per bar what the section asks for against what the tune has.
    const double has = static_cast<double>(tune.size()) / section.bars * 4.0 / sketch.beats_per_bar;
    const double wants = 1.1 + 6.6 * section.density[0];
    int& times = seen[static_cast<std::size_t>(section.theme)];
    if (has > wants * 1.25)
      thin(tune, local, std::min(1.0, (has - wants) / has * 1.6));
    else if (has < wants * 0.8 || (times > 1 && local.chance(0.5)))
      decorate(sketch, tune, spans, local, has < wants * 0.8 ? 0.6 : 0.2);
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
