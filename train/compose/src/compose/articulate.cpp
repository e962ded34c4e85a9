// SPDX-License-Identifier: Apache-2.0
/// How long notes are held. A piece keeps its manner, so that what comes can be heard from what went before.
#include <algorithm>
#include <map>
#include <vector>

#include "layers.h"

namespace photoplayer::train::detail {
namespace {

using stream::Layer;

/// Beats and half beats are struck short; what is longer stays: it is where the phrase rests.
void shorten(PieceNote& note) {
  if (note.length_steps == 2) note.length_steps = 1;
  if (note.length_steps == 3 || note.length_steps == 4) note.length_steps = 2;
}

/// Small gaps close; a rest of a beat is a breath.
void bind(std::vector<PieceNote*>& line) {
  std::map<int, int> next;  // a beginning, and the one after it
  for (const PieceNote* note : line) next[note->start_step] = 0;
  for (auto it = next.begin(); it != next.end(); ++it) {
    const auto after = std::next(it);
    it->second = after == next.end() ? -1 : after->first;
  }
  for (PieceNote* note : line) {
    const int gap = next[note->start_step] - note->start_step - note->length_steps;
    if (gap > 0 && gap < 4) note->length_steps += gap;
  }
}

}  // namespace

void articulate(Sketch& sketch, Random random) {
  const StyleRules& rules = rules_of(sketch.style);
  for (Layer layer : {Layer::kMelody, Layer::kFigure, Layer::kBass}) {
    const double manner = random.unit();
    std::vector<PieceNote*> line;
    for (PieceNote& note : sketch.notes) {
      if (note.layer == layer) line.push_back(&note);
    }
    if (manner < rules.staccato) {
      for (PieceNote* note : line) shorten(*note);
    } else if (layer == Layer::kMelody && manner > 1.0 - rules.legato) {
      bind(line);
    }
  }
}

}  // namespace photoplayer::train::detail
