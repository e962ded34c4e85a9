// SPDX-License-Identifier: Apache-2.0
#include "palette.h"

#include <photoplayer/stream/controls.h>
#include <array>
#include <cmath>

namespace photoplayer::train {
namespace {

/// What a style likes, in the order of stream::kStyleNames: a hue (turns), added saturation, added value.
struct StyleColour {
  float hue, saturation, value;
};
constexpr std::array<StyleColour, stream::kStyles> kStyleColours = {{
    {0.09F, -0.18F, 0.10F},  // piano: pale
    {0.08F, -0.02F, 0.00F},  // chamber: gold and brown
    {0.50F, -0.06F, 0.02F},  // ambient: teal
    {0.76F, 0.02F, -0.10F},  // lofi: violet evening
    {0.57F, 0.00F, -0.18F},  // cinematic: teal and dark
    {0.33F, 0.12F, 0.12F},   // adventure: green and sky
    {0.86F, 0.22F, -0.08F},  // electronic: neon
    {0.21F, 0.04F, 0.04F},   // folk: earth and leaves
}};

float towards(float hue, float target, float weight) noexcept {
  float distance = target - hue;
  distance -= std::round(distance);  // the short way round
  return hue + distance * weight;
}

}  // namespace

Rgb from_hsv(float hue, float saturation, float value) noexcept {
  saturation = clamp01(saturation);
  value = clamp01(value);
  const auto channel = [&](float n) {
    float k = n + 6.0F * (hue - std::floor(hue));
    k = k >= 6.0F ? k - 6.0F : k;
    return value - value * saturation * clamp01(std::min(k, 4.0F - k));
  };
  return {channel(5.0F), channel(3.0F), channel(1.0F)};
}

Palette make_palette(float hue, float saturation, float value, Random& random) noexcept {
  const float turn = random.sign();
  const float beside = hue + turn * random.uniform(0.04F, 0.12F);
  const float across = random.chance(0.6F) ? hue + 0.5F + random.uniform(-0.09F, 0.09F) : beside + turn * 0.1F;
  Palette palette;
  palette.top = from_hsv(hue, saturation, value * random.uniform(0.62F, 0.85F));
  palette.bottom = from_hsv(beside, saturation * random.uniform(0.55F, 0.8F), value * 1.25F);
  palette.far = from_hsv(hue - turn * 0.02F, saturation * 0.85F, value * random.uniform(0.6F, 0.75F));
  palette.near = from_hsv(hue - turn * random.uniform(0.02F, 0.07F), std::min(1.0F, saturation * 1.15F),
                          value * random.uniform(0.16F, 0.3F));
  palette.accent = from_hsv(across, saturation + 0.2F, 0.35F + 0.65F * value);
  palette.light = from_hsv(beside + turn * 0.02F, saturation * 0.35F, 0.45F + 0.55F * value);
  return palette;
}

Palette mood_palette(int style, float valence, float arousal, Random& random) noexcept {
  const float warm = 1.0F / (1.0F + std::exp(-2.6F * valence));
  float hue = random.uniform(0.52F, 0.76F);
  if (random.chance(warm)) hue = random.chance(0.72F) ? random.uniform(0.0F, 0.15F) : random.uniform(0.2F, 0.36F);
  float saturation = 0.46F + 0.2F * arousal + 0.12F * valence + 0.1F * random.normal();
  float value = 0.52F + 0.24F * valence + 0.1F * arousal + 0.09F * random.normal();
  if (style >= 0 && style < stream::kStyles) {
    const StyleColour& liked = kStyleColours[static_cast<std::size_t>(style)];
    hue = towards(hue, liked.hue, 0.35F);
    saturation += liked.saturation;
    value += liked.value;
  }
  return make_palette(hue, std::clamp(saturation, 0.06F, 0.92F), std::clamp(value, 0.13F, 0.95F), random);
}

}  // namespace photoplayer::train
