// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Drawing into 8-bit RGB in picture units (x 0…kAspect, y 0…1), anti-aliased by signed distances, so that
/// the same code serves a 64 × 36 thumbnail and a film.
#include "palette.h"
#include "plan.h"

#include <cstdint>
#include <vector>

namespace photoplayer::train {

class Canvas {
 public:
  Canvas(std::uint8_t* rgb, int width, int height) noexcept;

  [[nodiscard]] int width() const noexcept { return width_; }
  [[nodiscard]] int height() const noexcept { return height_; }
  [[nodiscard]] float pixel() const noexcept { return pixel_; }  ///< size of a pixel in picture units
  [[nodiscard]] float x_at(int column) const noexcept { return (static_cast<float>(column) + 0.5F) * step_x_; }
  [[nodiscard]] float y_at(int row) const noexcept { return (static_cast<float>(row) + 0.5F) * step_y_; }

  /// `shade(column, row, x, y)` → Rgb for every pixel. Dithered on large pictures, against banding in the
  /// encoder.
  template <typename Shade>
  void fill(const Shade& shade) noexcept {
    const bool dither = height_ > 100;
    std::uint8_t* out = rgb_;
    for (int row = 0; row < height_; ++row) {
      const float y = y_at(row);
      for (int column = 0; column < width_; ++column, out += 3) {
        const Rgb colour = shade(column, row, x_at(column), y);
        float noise = 0.5F;
        if (dither) noise = hash01(static_cast<std::uint32_t>(column), static_cast<std::uint32_t>(row));
        out[0] = to_byte(colour.r, noise);
        out[1] = to_byte(colour.g, noise);
        out[2] = to_byte(colour.b, noise);
      }
    }
  }

  /// Blends `colour` with coverage `alpha` × `cover(dx, dy)` inside the box of half size `reach` about (x,
  /// y).
  template <typename Cover>
  void blend(float x, float y, float reach, Rgb colour, float alpha, const Cover& cover) noexcept {
    const int left = std::max(0, static_cast<int>((x - reach) / step_x_));
    const int right = std::min(width_ - 1, static_cast<int>((x + reach) / step_x_));
    const int top = std::max(0, static_cast<int>((y - reach) / step_y_));
    const int bottom = std::min(height_ - 1, static_cast<int>((y + reach) / step_y_));
    if (x + reach < 0.0F || y + reach < 0.0F) return;
    const Rgb bytes = scale(colour, 255.0F);
    for (int row = top; row <= bottom; ++row) {
      std::uint8_t* out = rgb_ + 3 * (static_cast<std::ptrdiff_t>(row) * width_ + left);
      const float dy = y_at(row) - y;
      for (int column = left; column <= right; ++column, out += 3) {
        const float a = alpha * cover(x_at(column) - x, dy);
        if (a <= 0.002F) continue;
        out[0] = blend_byte(out[0], bytes.r, a);
        out[1] = blend_byte(out[1], bytes.g, a);
        out[2] = blend_byte(out[2], bytes.b, a);
      }
    }
  }

  void disc(float x, float y, float radius, Rgb colour, float alpha) noexcept;
  /// A thick line with round ends.
  void limb(float x0, float y0, float x1, float y1, float radius, Rgb colour) noexcept;
  void thing(ThingShape shape, float x, float y, float size, float angle, Rgb colour, float alpha) noexcept;

 private:
  static std::uint8_t to_byte(float value, float noise) noexcept {
    return static_cast<std::uint8_t>(std::min(255.0F, clamp01(value) * 254.999F + noise));
  }
  static std::uint8_t blend_byte(std::uint8_t under, float over, float alpha) noexcept {
    const float value = static_cast<float>(under);
    return static_cast<std::uint8_t>(std::min(255.0F, std::max(0.0F, value + (over - value) * alpha + 0.5F)));
  }
  std::uint8_t* rgb_;
  int width_, height_;
  float step_x_, step_y_, pixel_;
};

/// Tileable fractal noise, bilinear, 0…1 with mean ½; one unit is a whole tile.
class Noise {
 public:
  explicit Noise(std::uint32_t seed);
  [[nodiscard]] float at(float u, float v) const noexcept {
    const float x = u * kSide, y = v * kSide;
    const int xi = static_cast<int>(x) - (x < 0.0F ? 1 : 0), yi = static_cast<int>(y) - (y < 0.0F ? 1 : 0);
    const float fx = x - static_cast<float>(xi), fy = y - static_cast<float>(yi);
    const float* row0 = &texels_[static_cast<std::size_t>((yi & kMask) * kSide)];
    const float* row1 = &texels_[static_cast<std::size_t>(((yi + 1) & kMask) * kSide)];
    const int x0 = xi & kMask, x1 = (xi + 1) & kMask;
    const float a = row0[x0] + (row0[x1] - row0[x0]) * fx;
    const float b = row1[x0] + (row1[x1] - row1[x0]) * fx;
    return a + (b - a) * fy;
  }

 private:
  static constexpr int kSide = 128, kMask = kSide - 1;
  std::vector<float> texels_;
};

/// Everything that the moment adds to a scene.
struct Moment {
  double time_s = 0.0;                   ///< since the beginning
  float local_s = 0.0F;                  ///< since the scene began
  float level = 0.0F, travelled = 0.0F;  ///< of the scene's motion train, since the scene began
  int count = 0;
  float since_s = 1e9F;
  float pulse = 0.0F;  ///< level of the scene's pulse train
  float beat = 0.0F;   ///< beats of the picture, fractional
};

void draw_background(const Scene& scene, const Moment& moment, const Noise& noise, Canvas& canvas);
void draw_things(const Scene& scene, const Moment& moment, Canvas& canvas);

}  // namespace photoplayer::train
