// SPDX-License-Identifier: Apache-2.0
#include "directogram.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace photoplayer::perception::detail {
namespace {

constexpr float kCameraWeight = 0.5F;  ///< a camera that turns counts, but less than a figure of the same size
constexpr float kSteered_px = 0.15F;   ///< less is the flow's own error
/// A cell this close to the camera's movement belongs to it: a lens and perspective do not move everything alike.
constexpr float kNear_px = 0.15F, kNear = 0.25F;

float median(std::array<float, kCells>& values) noexcept {
  const auto middle = values.begin() + kCells / 2;
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// What more than half of the cells share; 0 where most of the picture stands still.
Displacement camera(const FlowField& flow) noexcept {
  std::array<float, kCells> along{};
  Displacement shared;
  std::transform(flow.cells.begin(), flow.cells.end(), along.begin(), [](const Displacement& d) { return d.x; });
  shared.x = median(along);
  std::transform(flow.cells.begin(), flow.cells.end(), along.begin(), [](const Displacement& d) { return d.y; });
  shared.y = median(along);
  return shared;
}

/// Shared between the two nearest directions, so that a turn of a few degrees is no jump.
void add(const Displacement& moved, float weight, float* bins) noexcept {
  const float length = std::hypot(moved.x, moved.y);
  if (length == 0.0F) return;
  constexpr float kPerRadian = static_cast<float>(Directogram::kDirections) / (2.0F * std::numbers::pi_v<float>);
  const float at = (std::atan2(moved.y, moved.x) + std::numbers::pi_v<float>)*kPerRadian;
  const float low = std::floor(at), part = at - low;
  const auto bin = static_cast<std::size_t>(low) % Directogram::kDirections;
  bins[bin] += weight * length * (1.0F - part);
  bins[(bin + 1) % Directogram::kDirections] += weight * length * part;
}

}  // namespace

Directogram directogram(const FlowField& flow, double span_s) noexcept {
  Directogram out;
  const float scale = 1.0F / (static_cast<float>(kWidth) * static_cast<float>(span_s));
  const Displacement shared = camera(flow);
  const float pace_px = std::hypot(shared.x, shared.y);
  const bool steered = pace_px >= kSteered_px;
  for (const Displacement& cell : flow.cells) {
    if (cell.x == 0.0F && cell.y == 0.0F) continue;  // plain or hidden: it does not contradict the camera
    const Displacement own = steered ? Displacement{cell.x - shared.x, cell.y - shared.y} : cell;
    if (steered && std::hypot(own.x, own.y) < kNear_px + kNear * pace_px) continue;
    add(own, scale / static_cast<float>(kCells), out.bins.data());
  }
  if (steered) add(shared, kCameraWeight * scale, out.bins.data() + Directogram::kDirections);
  return out;
}

}  // namespace photoplayer::perception::detail
