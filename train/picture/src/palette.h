// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Colours of a scene, from mood and style. Display-referred RGB in 0…1.
#include "random.h"

#include <algorithm>

namespace photoplayer::train {

struct Rgb {
  float r = 0.0F, g = 0.0F, b = 0.0F;
};
[[nodiscard]] inline Rgb mix(Rgb a, Rgb b, float t) noexcept {
  return {a.r + (b.r - a.r) * t, a.g + (b.g - a.g) * t, a.b + (b.b - a.b) * t};
}
[[nodiscard]] inline Rgb scale(Rgb a, float s) noexcept {
  return {a.r * s, a.g * s, a.b * s};
}
[[nodiscard]] inline float clamp01(float x) noexcept {
  return std::min(1.0F, std::max(0.0F, x));
}
[[nodiscard]] inline float smooth(float x) noexcept {
  x = clamp01(x);
  return x * x * (3.0F - 2.0F * x);
}

/// `hue` in turns, any value.
[[nodiscard]] Rgb from_hsv(float hue, float saturation, float value) noexcept;

struct Palette {
  Rgb top, bottom;  ///< background gradient
  Rgb far, near;    ///< layers behind and in front
  Rgb accent;       ///< what moves
  Rgb light;        ///< sun, windows, glow
};

[[nodiscard]] Palette make_palette(float hue, float saturation, float value, Random& random) noexcept;
/// Warm and bright for a high valence, blue and dark for a low one; saturation follows arousal; the style
/// pulls the hue.
[[nodiscard]] Palette mood_palette(int style, float valence, float arousal, Random& random) noexcept;

}  // namespace photoplayer::train
