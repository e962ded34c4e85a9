// SPDX-License-Identifier: Apache-2.0
/// Tutti strokes and the final bar. A film's cut is met by such a stroke, so the network must have heard
/// many, on bar lines and elsewhere, prepared by a rest and unprepared.
#include <algorithm>

#include <photoplayer/model/score_layout.h>

#include "layers.h"

namespace photoplayer::train::detail {
namespace {

using stream::Layer;

bool sounds_in(const Sketch& sketch, Layer layer, int begin, int end) {
  return std::any_of(sketch.notes.begin(), sketch.notes.end(), [&](const PieceNote& note) {
    return note.layer == layer && note.start_step < end && note.start_step + note.length_steps > begin;
  });
}

/// Silence from `begin` until `end`. What sounded across comes back at `end`, so that no hole is left behind.
void clear(Sketch& sketch, int begin, int end) {
  std::vector<PieceNote> kept;
  for (PieceNote note : sketch.notes) {
    const int note_end = note.start_step + note.length_steps;
    if (note.start_step < end && note_end > begin) {
      if (note.layer != Layer::kDrums && note_end > end) kept.push_back({end, note_end - end, note.layer, note.pitch});
      if (note.start_step >= begin) continue;
      note.length_steps = begin - note.start_step;
    }
    kept.push_back(note);
  }
  sketch.notes = std::move(kept);
}

std::vector<int> stroke_keys(Layer layer, const Harmony& harmony, int near) {
  switch (layer) {
    case Layer::kBass: {
      int key = 36 + harmony.bass;
      if (key > 43) key -= 12;
      return {key < 28 ? key + 12 : key};
    }
    case Layer::kHarmony: {
      const std::vector<int> tones = keys_in(harmony.tones, 52, 72);
      return {tones.begin(), tones.begin() + std::min<std::ptrdiff_t>(4, static_cast<std::ptrdiff_t>(tones.size()))};
    }
    default: {
      const std::vector<int> tones = keys_in(harmony.tones, 60, 86);
      return {tones[static_cast<std::size_t>(nearest_index(tones, near))]};
    }
  }
}

void strike(Sketch& sketch, int at, int length, bool drums) {
  const Harmony harmony = sketch.span_at_step(at).harmony;
  const int bar_steps = sketch.bar_steps();
  const auto layers = sketch.section_at_step(at).active;
  const ChordSpan& span = sketch.span_at_step(at);
  length = std::min(length, (span.beat + span.beats) * 4 - at);
  for (Layer layer : {Layer::kMelody, Layer::kHarmony, Layer::kFigure, Layer::kBass}) {
    if (!layers[static_cast<std::size_t>(layer)] && !sounds_in(sketch, layer, at, at + bar_steps / 2)) continue;
    bool struck = false;
    int near = layer == Layer::kMelody ? 74 : 67;
    std::vector<PieceNote> again;
    for (PieceNote& note : sketch.notes) {
      if (note.layer != layer) continue;
      if (note.start_step == at) struck = true;
      const int end = note.start_step + note.length_steps;
      if (note.start_step < at) {
        if (note.start_step >= at - bar_steps) near = note.pitch;
        if (end > at) {
          // What sounded on begins anew.
          note.length_steps = at - note.start_step;
          again.push_back({at, end - at, layer, note.pitch});
          struck = true;
        }
      }
    }
    sketch.notes.insert(sketch.notes.end(), again.begin(), again.end());
    if (struck) continue;
    int room = length;
    for (const PieceNote& note : sketch.notes) {
      if (note.layer == layer && note.start_step > at) room = std::min(room, note.start_step - at);
    }
    for (int key : stroke_keys(layer, harmony, near)) sketch.add(layer, at, std::max(1, room), key);
  }
  if (drums) {
    sketch.add_drum(at, model::kDrumKeys[6]);
    sketch.add_drum(at, model::kDrumKeys[0]);
  }
}

}  // namespace

void place_accents(Sketch& sketch, Random random) {
  const bool has_drums = sounds_in(sketch, Layer::kDrums, 0, sketch.steps());
  const double eager = sketch.style == kAmbient                             ? 0.45
                       : sketch.style == kPiano || sketch.style == kChamber ? 0.55
                                                                            : 0.7;
  if (!random.chance(eager)) return;
  const bool drums = has_drums || ((sketch.style == kCinematic || sketch.style == kAdventure) && random.chance(0.7));
  const double often = random.between(0.05, 0.5);
  const int bar_steps = sketch.bar_steps();
  int last = -bar_steps;
  for (int bar = 0; bar < sketch.bars - 1; ++bar) {
    int at = -1;
    if (bar % 4 == 0 && random.chance(often)) at = bar * bar_steps;
    // Anywhere: mostly on a beat, now and then between two.
    else if (random.chance(0.3 * often))
      at = bar * bar_steps + 4 * random.below(sketch.beats_per_bar) + (random.chance(0.15) ? 2 : 0);
    if (at < 0 || at - last < bar_steps) continue;
    if (at > 0 && random.chance(0.4)) {
      const int rest = random.chance(0.6) ? 2 : 4;
      clear(sketch, std::max(0, at - rest), at);
    }
    const bool drums_here = drums && (sketch.section_at_step(at).active[4] || random.chance(0.5));
    strike(sketch, at, random.chance(0.5) ? 2 : 4, drums_here);
    // A stroke that is followed by silence is the strongest of all.
    if (random.chance(0.15)) clear(sketch, at + 2, at + 4);
    last = at;
    sketch.strokes.push_back(at);
  }
}

void hold_last_bar(Sketch& sketch, Random random) {
  const int bar_steps = sketch.bar_steps();
  const int begin = sketch.steps() - bar_steps;
  const Harmony harmony = sketch.span_at_step(begin).harmony;
  std::array<bool, stream::kLayers> plays{};
  std::array<int, stream::kLayers> near{74, 60, 64, 40, 0};
  for (const PieceNote& note : sketch.notes) {
    if (note.start_step < begin - bar_steps || note.start_step >= begin) continue;
    plays[static_cast<std::size_t>(note.layer)] = true;
    near[static_cast<std::size_t>(note.layer)] = note.pitch;
  }
  clear(sketch, begin, sketch.steps());
  for (Layer layer : {Layer::kMelody, Layer::kHarmony, Layer::kFigure, Layer::kBass}) {
    if (!plays[static_cast<std::size_t>(layer)]) continue;
    if (layer == Layer::kMelody) {
      const std::vector<int> tonics = keys_in(1, 60, 86);
      sketch.add(layer, begin, bar_steps, tonics[static_cast<std::size_t>(nearest_index(tonics, near[0]))]);
    } else if (layer == Layer::kFigure && random.chance(0.6)) {
      // A last broken chord upwards.
      const std::vector<int> tones = keys_in(harmony.tones, 52, 84);
      for (int i = 0; i < 4 && i < static_cast<int>(tones.size()); ++i)
        sketch.add(layer, begin + 2 * i, bar_steps - 2 * i, tones[static_cast<std::size_t>(i)]);
    } else {
      for (int key : stroke_keys(layer, harmony, near[static_cast<std::size_t>(layer)]))
        sketch.add(layer, begin, bar_steps, key);
    }
  }
  if (plays[4]) {
    sketch.add_drum(begin, model::kDrumKeys[0]);
    if (random.chance(0.7)) sketch.add_drum(begin, model::kDrumKeys[6]);
  }
}

}  // namespace photoplayer::train::detail
