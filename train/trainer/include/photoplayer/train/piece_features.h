// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What the network is to make and what it is told, read off a finished piece.
#include <photoplayer/network/beat_plan.h>
#include <photoplayer/train/piece.h>

#include <array>
#include <cstdint>
#include <vector>

namespace photoplayer::train {

struct PieceFeatures {
  std::vector<std::vector<std::int16_t>> roll;  ///< [beats] indices of ones, as in score_layout.h
  std::vector<network::BeatPlan> plans;         ///< [beats]
  std::vector<std::array<float, stream::kStepsPerBeat>> onset_density;  ///< [beats], 0…1
  network::GlobalPlan global;
};

[[nodiscard]] PieceFeatures features_of(const Piece& piece);

}  // namespace photoplayer::train
