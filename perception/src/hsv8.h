// SPDX-License-Identifier: Apache-2.0
#pragma once
/// RGB to HSV in bytes, exactly as OpenCV's cvtColor does it (hue 0…179): 12-bit fixed point, division by tables.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace photoplayer::perception::detail {

struct Hsv {
  std::uint8_t h, s, v;
};

/// By what to multiply for a division by value (saturation) and by chroma (hue).
struct HsvTables {
  static constexpr int kShift = 12;
  std::array<int, 256> saturation{};
  std::array<int, 256> hue{};

  HsvTables() noexcept {
    for (std::size_t i = 1; i < 256; ++i) {
      saturation[i] = static_cast<int>(std::lround((255 << kShift) / static_cast<double>(i)));
      hue[i] = static_cast<int>(std::lround((180 << kShift) / (6.0 * static_cast<double>(i))));
    }
  }
};

[[nodiscard]] inline const HsvTables& hsv_tables() noexcept {
  static const HsvTables tables;
  return tables;
}

[[nodiscard]] inline Hsv to_hsv(int r, int g, int b, const HsvTables& tables) noexcept {
  constexpr int kHalf = 1 << (HsvTables::kShift - 1);
  const int v = std::max({r, g, b});
  const int chroma = v - std::min({r, g, b});
  const int s = (chroma * tables.saturation[static_cast<std::size_t>(v)] + kHalf) >> HsvTables::kShift;
  int h = v == r ? g - b : v == g ? b - r + 2 * chroma : r - g + 4 * chroma;
  h = (h * tables.hue[static_cast<std::size_t>(chroma)] + kHalf) >> HsvTables::kShift;
  if (h < 0) h += 180;
  return {static_cast<std::uint8_t>(h), static_cast<std::uint8_t>(s), static_cast<std::uint8_t>(v)};
}

}  // namespace photoplayer::perception::detail
