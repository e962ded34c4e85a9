// SPDX-License-Identifier: Apache-2.0
#pragma once
/// How much moves in which direction: the flow's cells by direction, weighted by their displacement (Davis and
/// Agrawala, "Visual rhythm and beat", 2018). What most of the picture shares is the camera's and is kept apart, so
/// that a figure's turns are seen under a pan.
#include <array>
#include <cstddef>

#include "flow.h"

namespace photoplayer::perception::detail {

struct Directogram {
  static constexpr std::size_t kDirections = 8;
  static constexpr std::size_t kBins = 2 * kDirections;
  /// Mean displacement over all cells, thumbnail widths per second: of the figures, then of the camera.
  std::array<float, kBins> bins{};

  /// The bin of the same layer that points the other way.
  [[nodiscard]] static constexpr std::size_t opposite(std::size_t bin) noexcept { return bin ^ (kDirections / 2); }
  /// The bin of the same layer `steps` (of 45°) further round.
  [[nodiscard]] static constexpr std::size_t turned(std::size_t bin, int steps) noexcept {
    const std::size_t layer = bin / kDirections * kDirections;
    return layer + (bin + kDirections + static_cast<std::size_t>(steps)) % kDirections;
  }
};

[[nodiscard]] Directogram directogram(const FlowField& flow, double span_s) noexcept;

}  // namespace photoplayer::perception::detail
