// SPDX-License-Identifier: Apache-2.0
#include "canvas.h"

#include <cmath>

namespace photoplayer::train {

Canvas::Canvas(std::uint8_t* rgb, int width, int height) noexcept
    : rgb_(rgb),
      width_(width),
      height_(height),
      step_x_(kAspect / static_cast<float>(width)),
      step_y_(1.0F / static_cast<float>(height)),
      pixel_(std::max(step_x_, step_y_)) {}

void Canvas::disc(float x, float y, float radius, Rgb colour, float alpha) noexcept {
  // Smaller than a pixel: a fainter pixel.
  const float drawn = std::max(radius, 0.6F * pixel_);
  alpha *= (radius / drawn) * (radius / drawn);
  const float edge = 1.0F / pixel_;
  blend(x, y, drawn + pixel_, colour, alpha,
        [=](float dx, float dy) { return clamp01((drawn - std::sqrt(dx * dx + dy * dy)) * edge + 0.5F); });
}

void Canvas::limb(float x0, float y0, float x1, float y1, float radius, Rgb colour) noexcept {
  const float mx = 0.5F * (x0 + x1), my = 0.5F * (y0 + y1);
  const float hx = x1 - mx, hy = y1 - my;
  const float half2 = std::max(1e-8F, hx * hx + hy * hy);
  const float edge = 1.0F / pixel_;
  blend(mx, my, std::sqrt(half2) + radius + pixel_, colour, 1.0F, [=](float dx, float dy) {
    const float along = std::max(-1.0F, std::min(1.0F, (dx * hx + dy * hy) / half2));
    const float ex = dx - along * hx, ey = dy - along * hy;
    return clamp01((radius - std::sqrt(ex * ex + ey * ey)) * edge + 0.5F);
  });
}

void Canvas::thing(ThingShape shape, float x, float y, float size, float angle, Rgb colour, float alpha) noexcept {
  const float c = std::cos(angle), s = std::sin(angle);
  const float edge = 1.0F / pixel_;
  switch (shape) {
    case ThingShape::kDisc:
      disc(x, y, size, colour, alpha);
      return;
    case ThingShape::kRing:
      blend(x, y, size + pixel_, colour, alpha, [=](float dx, float dy) {
        const float d = std::abs(std::sqrt(dx * dx + dy * dy) - 0.8F * size) - 0.2F * size;
        return clamp01(0.5F - d * edge);
      });
      return;
    case ThingShape::kBox:
      blend(x, y, 1.42F * size + pixel_, colour, alpha, [=](float dx, float dy) {
        const float d = std::max(std::abs(c * dx + s * dy), std::abs(c * dy - s * dx)) - size;
        return clamp01(0.5F - d * edge);
      });
      return;
    case ThingShape::kTriangle:
      blend(x, y, 1.3F * size + pixel_, colour, alpha, [=](float dx, float dy) {
        const float rx = std::abs(c * dx + s * dy), ry = c * dy - s * dx;
        const float d = std::max(rx * 0.8660254F - ry * 0.5F, ry) - 0.55F * size;
        return clamp01(0.5F - d * edge);
      });
      return;
    case ThingShape::kStar:
      blend(x, y, 1.1F * size + pixel_, colour, alpha, [=](float dx, float dy) {
        const float rx = std::abs(c * dx + s * dy), ry = std::abs(c * dy - s * dx);
        // Four points: an astroid.
        const float d = (std::sqrt(rx) + std::sqrt(ry)) - std::sqrt(size) * 1.05F;
        return clamp01(0.5F - d * std::sqrt(size) * edge);
      });
      return;
    case ThingShape::kGlow:
      blend(x, y, 5.0F * size, colour, alpha, [=](float dx, float dy) {
        const float r = std::sqrt(dx * dx + dy * dy);
        const float core = clamp01((size - r) * edge + 0.5F);
        const float far = clamp01(1.0F - r / (5.0F * size));
        return std::max(core, 0.75F * far * far * far);
      });
      return;
  }
}

Noise::Noise(std::uint32_t seed) : texels_(static_cast<std::size_t>(kSide * kSide), 0.0F) {
  float total = 0.0F;
  for (int octave = 0; octave < 5; ++octave) {
    const int cells = 4 << octave;  // per tile
    const float amplitude = std::pow(0.55F, static_cast<float>(octave));
    total += amplitude;
    const auto corner = [&](int cx, int cy) {
      return hash01(static_cast<std::uint32_t>(cx % cells), static_cast<std::uint32_t>(cy % cells),
                    seed + static_cast<std::uint32_t>(octave));
    };
    const int texels = kSide / cells;
    for (int cy = 0; cy < cells; ++cy) {
      for (int cx = 0; cx < cells; ++cx) {
        const float a = corner(cx, cy), b = corner(cx + 1, cy), c = corner(cx, cy + 1), d = corner(cx + 1, cy + 1);
        for (int ty = 0; ty < texels; ++ty) {
          const float fy = smooth(static_cast<float>(ty) / static_cast<float>(texels));
          for (int tx = 0; tx < texels; ++tx) {
            const float fx = smooth(static_cast<float>(tx) / static_cast<float>(texels));
            const float value = a + (b - a) * fx + (c - a) * fy + (a - b - c + d) * fx * fy;
            texels_[static_cast<std::size_t>((cy * texels + ty) * kSide + cx * texels + tx)] += amplitude * value;
          }
        }
      }
    }
  }
  for (float& texel : texels_) texel = clamp01((texel / total - 0.5F) * 1.7F + 0.5F);
}

}  // namespace photoplayer::train
