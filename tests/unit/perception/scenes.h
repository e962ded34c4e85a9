// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Small synthetic pictures for the perception tests. Everything is a function of place and time, so any
/// frame rate sees the same film.
#include <photoplayer/stream/picture.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

namespace photoplayer::tests {

using Colour = std::array<double, 3>;  // 0…255

class Picture {
 public:
  explicit Picture(int width = stream::kThumbWidth, int height = stream::kThumbHeight)
      : width_(width), height_(height), rgb_(static_cast<std::size_t>(3 * width * height)) {}

  /// paint(x, y) → Colour, x and y at the pixel's centre in 0…1 of the width and of the height.
  template <typename Paint>
  Picture& paint(Paint&& paint_at) {
    for (int y = 0; y < height_; ++y) {
      for (int x = 0; x < width_; ++x) {
        const Colour colour = paint_at((x + 0.5) / width_, (y + 0.5) / height_);
        for (std::size_t c = 0; c < 3; ++c) {
          rgb_[static_cast<std::size_t>(3 * (y * width_ + x)) + c] =
              static_cast<std::uint8_t>(std::lround(std::clamp(colour[c], 0.0, 255.0)));
        }
      }
    }
    return *this;
  }

  Picture& fill(const Colour& colour) {
    return paint([&](double, double) { return colour; });
  }

  [[nodiscard]] stream::PictureView view() const { return {rgb_.data(), width_, height_, 3 * width_}; }
  [[nodiscard]] std::vector<std::uint8_t>& bytes() { return rgb_; }

 private:
  int width_, height_;
  std::vector<std::uint8_t> rgb_;
};

/// A soft texture with detail at several scales; another `seed` is another scene.
inline Colour texture(double x, double y, int seed) {
  const double a = 3.0 + seed % 5, b = 2.0 + seed % 3, p = 1.7 * seed;
  const double rough = std::sin(6.3 * (a * x + b * y) + p) +
                       std::sin(6.3 * (7.0 * x - (3.0 + seed % 4) * y) + 2.0 * p) +
                       std::sin(6.3 * (2.0 * x + 5.0 * y) - p);
  const Colour base = {60.0 + 50.0 * (seed * 7 % 4), 60.0 + 50.0 * (seed * 5 % 3), 60.0 + 45.0 * (seed * 3 % 5)};
  return {base[0] + 25.0 * rough, base[1] + 25.0 * rough, base[2] + 20.0 * rough};
}

/// How much of a pixel (`side` wide, at x) the interval [from, to] covers: edges without steps.
inline double cover(double x, double side, double from, double to) {
  const double low = std::max(x - side / 2, from), high = std::min(x + side / 2, to);
  return std::clamp((high - low) / side, 0.0, 1.0);
}

inline Colour mix(const Colour& a, const Colour& b, double part_of_b) {
  Colour out{};
  for (std::size_t c = 0; c < 3; ++c) out[c] = a[c] + (b[c] - a[c]) * part_of_b;
  return out;
}

}  // namespace photoplayer::tests
