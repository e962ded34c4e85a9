// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Which part of a real score plays which of our layers.
#include <photoplayer/train/piece.h>

#include "grid.h"

#include <vector>

namespace photoplayer::train::detail {

/// Voice to melody; the piano's lowest line to bass, its chords to harmony, its moving notes to figure.
/// Pitches unchanged, not yet folded.
[[nodiscard]] std::vector<PieceNote> assign_lieder(const std::vector<GridNote>& notes, const std::vector<Bar>& bars);

/// By General MIDI program and by how a part behaves.
[[nodiscard]] std::vector<PieceNote> assign_general_midi(const std::vector<GridNote>& notes,
                                                         const std::vector<Bar>& bars);

}  // namespace photoplayer::train::detail
