// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What the composer of the training music writes, as written music: what the network was shown, for comparison.
/// Pure functions; any thread.
#include <photoplayer/train/piece.h>
#include <photoplayer/train/score_metrics.h>

#include <cstdint>

namespace photoplayer::tools {

/// Voices are layers, velocities all alike.
[[nodiscard]] train::WrittenMusic written_music(const train::Piece& piece);
/// The first `bars` bars of four of a longer piece, of seeds that no training set uses.
[[nodiscard]] train::WrittenMusic composed_music(int style, std::uint64_t number, int bars);
/// As long as `seconds` at the piece's own tempo, in whole bars.
[[nodiscard]] train::WrittenMusic composed_part(int style, std::uint64_t number, double seconds);

}  // namespace photoplayer::tools
