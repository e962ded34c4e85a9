// SPDX-License-Identifier: Apache-2.0
#pragma once
/// How the picture moves: for every cell of 4 × 4 pixels its displacement between two thumbnails, in pixels. 0 where
/// nothing moved, where a change of light explains the difference, or where no displacement does.
#include "frame_planes.h"

namespace photoplayer::perception::detail {

inline constexpr int kCell_px = 4;
inline constexpr int kCellsX = kWidth / kCell_px;
inline constexpr int kCellsY = kHeight / kCell_px;
inline constexpr std::size_t kCells = static_cast<std::size_t>(kCellsX) * kCellsY;

struct Displacement {
  float x = 0.0F, y = 0.0F;
};

struct FlowField {
  std::array<Displacement, kCells> cells{};
  /// What the displacements leave of the difference, 0…1 of its root mean square; 1 where nothing changed.
  float unexplained = 1.0F;

  [[nodiscard]] float rms_px() const noexcept;
};

[[nodiscard]] FlowField flow_between(const FramePlanes& before, const FramePlanes& now) noexcept;

}  // namespace photoplayer::perception::detail
