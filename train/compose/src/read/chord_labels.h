// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A chord for each beat of a piece, by templates, smoothed by Viterbi.
#include <photoplayer/train/piece.h>

#include <vector>

namespace photoplayer::train::detail {

/// Reads piece.notes, beats and beats_per_bar.
[[nodiscard]] std::vector<Chord> label_chords(const Piece& piece);

}  // namespace photoplayer::train::detail
