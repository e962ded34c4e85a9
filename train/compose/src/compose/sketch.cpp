// SPDX-License-Identifier: Apache-2.0
#include "sketch.h"

#include <photoplayer/model/score_layout.h>

#include <algorithm>
#include <tuple>

namespace photoplayer::train::detail {

const ChordSpan& Sketch::span_at_step(int step) const {
  return span_at(spans, step / stream::kStepsPerBeat);
}

const Section& Sketch::section_at_step(int step) const {
  const int bar = step / bar_steps();
  for (const Section& section : sections) {
    if (bar < section.bar + section.bars) return section;
  }
  return sections.back();
}

int fold_into_range(stream::Layer layer, int pitch) {
  const model::PitchRange range = model::kPitchRanges[static_cast<std::size_t>(layer)];
  while (pitch < range.lowest) pitch += 12;
  while (pitch >= range.lowest + range.count) pitch -= 12;
  return pitch;
}

void Sketch::add(stream::Layer layer, int start, int length, int pitch) {
  if (start < 0 || start >= steps() || length < 1) return;
  notes.push_back(
      {start, std::min(length, steps() - start), layer, static_cast<std::uint8_t>(fold_into_range(layer, pitch))});
}

void Sketch::add_drum(int start, int key) {
  if (start < 0 || start >= steps()) return;
  notes.push_back({start, 1, stream::Layer::kDrums, static_cast<std::uint8_t>(key)});
}

void tidy(std::vector<PieceNote>& notes, int steps) {
  const auto by_key = [](const PieceNote& a, const PieceNote& b) {
    return std::tuple(a.layer, a.pitch, a.start_step, -a.length_steps) <
           std::tuple(b.layer, b.pitch, b.start_step, -b.length_steps);
  };
  std::sort(notes.begin(), notes.end(), by_key);
  std::vector<PieceNote> kept;
  kept.reserve(notes.size());
  for (PieceNote note : notes) {
    if (note.start_step < 0 || note.start_step >= steps || note.length_steps < 1) continue;
    note.length_steps = note.layer == stream::Layer::kDrums ? 1 : std::min(note.length_steps, steps - note.start_step);
    if (!kept.empty() && kept.back().layer == note.layer && kept.back().pitch == note.pitch) {
      PieceNote& before = kept.back();
      if (before.start_step == note.start_step) continue;
      before.length_steps = std::min(before.length_steps, note.start_step - before.start_step);
    }
    kept.push_back(note);
  }
  std::sort(kept.begin(), kept.end(), [](const PieceNote& a, const PieceNote& b) {
    return std::tuple(a.start_step, a.layer, a.pitch) < std::tuple(b.start_step, b.layer, b.pitch);
  });
  notes = std::move(kept);
}

}  // namespace photoplayer::train::detail
