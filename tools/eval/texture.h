// SPDX-License-Identifier: Apache-2.0
#pragma once
/// How music is made, layer by layer, in simple numbers: what a classifier of styles looks at. The numbers were chosen
/// on composed pieces alone. Pure functions; any thread. Tested in tests/unit/tools/texture_test.cpp.
#include <photoplayer/stream/notes.h>
#include <photoplayer/train/score_metrics.h>

#include <cstddef>
#include <optional>
#include <vector>

namespace photoplayer::tools {

/// Of a pitched layer: notes per beat; shares of the four sixteenths of the beat and of the eight eighths of a bar;
/// mean and deviation of log length; mean pitch, the tonic moved to C as the network writes it; notes per stroke; mean
/// step of its top line, share of steps up to two semitones and from seven.
inline constexpr std::size_t kPitchedNumbers = 20;
/// Of the drums: notes per beat, the same shares, and those of kick, snare, closed and open hat, shaker, ride.
inline constexpr std::size_t kDrumNumbers = 19;
inline constexpr std::size_t kTextureNumbers = (stream::kLayers - 1) * kPitchedNumbers + kDrumNumbers + 1;
inline constexpr std::size_t kTempoNumber = kTextureNumbers - 1;  ///< the tempo is the last

/// Voices are layers, bars have four quarters.
[[nodiscard]] std::vector<double> texture_of(const train::WrittenMusic& music, int tonic);

}  // namespace photoplayer::tools
