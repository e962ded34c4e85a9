// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Pieces that a test can reason about.
#include <photoplayer/train/piece.h>

namespace photoplayer::train {

/// A drum and a tone on every `every`-th beat.
inline Piece pulse_piece(int beats, double tempo_bpm, int every = 1) {
  Piece piece;
  piece.source = "test";
  piece.beats = beats;
  piece.tempo_bpm = tempo_bpm;
  for (int beat = 0; beat < beats; beat += every) {
    const int step = beat * stream::kStepsPerBeat;
    piece.notes.push_back({step, 1, stream::Layer::kDrums, 36});
    piece.notes.push_back({step, 2, stream::Layer::kMelody, 60});
  }
  return piece;
}

}  // namespace photoplayer::train
