// SPDX-License-Identifier: Apache-2.0
#include "frame_planes.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "hsv8.h"

namespace photoplayer::perception::detail {
namespace {

/// Below these, hue and saturation are more noise than colour, and fade out.
constexpr int kColourlessChroma = 24;
constexpr int kColourlessValue = 24;

Hsv to_faded_hsv(int r, int g, int b, const HsvTables& tables) noexcept {
  Hsv hsv = to_hsv(r, g, b, tables);
  const int chroma = hsv.v - std::min({r, g, b});
  if (chroma < kColourlessChroma) hsv.h = static_cast<std::uint8_t>(hsv.h * chroma / kColourlessChroma);
  if (hsv.v < kColourlessValue) hsv.s = static_cast<std::uint8_t>(hsv.s * hsv.v / kColourlessValue);
  return hsv;
}

template <std::size_t kSize>
int sum_of_differences(const std::array<std::uint8_t, kSize>& a, const std::array<std::uint8_t, kSize>& b) noexcept {
  int sum = 0;
  for (std::size_t i = 0; i < kSize; ++i) sum += std::abs(static_cast<int>(a[i]) - static_cast<int>(b[i]));
  return sum;
}

float mean_difference(const BytePlane& a, const BytePlane& b) noexcept {
  return static_cast<float>(sum_of_differences(a, b)) / static_cast<float>(kPixels);
}

}  // namespace

void convert(const stream::PictureView& picture, double time_s, FramePlanes& out) {
  const HsvTables& tables = hsv_tables();
  out.time_s = time_s;
  std::int64_t luma_sum = 0, luma_squares = 0, saturation_sum = 0, warm = 0, all = 0;
  std::size_t i = 0;
  for (int y = 0; y < kHeight; ++y) {
    const int from_y = picture.height == kHeight ? y : y * picture.height / kHeight;
    const std::uint8_t* row = picture.rgb + from_y * picture.stride_bytes;
    for (int x = 0; x < kWidth; ++x, ++i) {
      const std::uint8_t* pixel = row + 3 * (picture.width == kWidth ? x : x * picture.width / kWidth);
      const int r = pixel[0], g = pixel[1], b = pixel[2];
      std::copy_n(pixel, 3, out.rgb.data() + 3 * i);
      const Hsv hsv = to_faded_hsv(r, g, b, tables);
      out.hue[i] = hsv.h;
      out.saturation[i] = hsv.s;
      out.value[i] = hsv.v;
      const int luma = (77 * r + 150 * g + 29 * b + 128) >> 8;  // Rec. 601
      out.luma[i] = static_cast<std::uint8_t>(luma);
      luma_sum += luma;
      luma_squares += luma * luma;
      saturation_sum += hsv.s;
      warm += r - b;
      all += r + g + b;
    }
  }
  constexpr double kFull = 255.0 * static_cast<double>(kPixels);
  const double mean = static_cast<double>(luma_sum) / static_cast<double>(kPixels);
  const double variance = static_cast<double>(luma_squares) / static_cast<double>(kPixels) - mean * mean;
  out.means.brightness = static_cast<float>(mean / 255.0);
  out.means.contrast = static_cast<float>(std::sqrt(std::max(variance, 0.0)) / 255.0);
  out.means.saturation = static_cast<float>(static_cast<double>(saturation_sum) / kFull);
  out.means.warmth = all > 0 ? static_cast<float>(static_cast<double>(warm) / static_cast<double>(all)) : 0.0F;
}

float rgb_difference(const FramePlanes& a, const FramePlanes& b) noexcept {
  return static_cast<float>(sum_of_differences(a.rgb, b.rgb)) / static_cast<float>(3 * kPixels);
}

float content_score(const FramePlanes& a, const FramePlanes& b) noexcept {
  const float hsv = (mean_difference(a.hue, b.hue) + mean_difference(a.saturation, b.saturation) +
                     mean_difference(a.value, b.value)) /
                    3.0F;
  return std::max(hsv, 0.5F * rgb_difference(a, b));
}

float luma_correlation(const FramePlanes& a, const FramePlanes& b) noexcept {
  std::int64_t products = 0, sum_a = 0, sum_b = 0;
  for (std::size_t i = 0; i < kPixels; ++i) {
    products += a.luma[i] * b.luma[i];
    sum_a += a.luma[i];
    sum_b += b.luma[i];
  }
  constexpr double kCount = static_cast<double>(kPixels);
  const double covariance = static_cast<double>(products) / kCount -
                            static_cast<double>(sum_a) / kCount * (static_cast<double>(sum_b) / kCount);
  const double spread = static_cast<double>(a.means.contrast) * static_cast<double>(b.means.contrast) * 255.0 * 255.0;
  return spread < 4.0 ? 0.0F : static_cast<float>(covariance / spread);
}

void FrameHistory::push(const FramePlanes& frame) noexcept {
  if (count_ > 0 && frame.time_s - newest().time_s < kSpacing_s) return;
  if (count_ == kCapacity) {
    first_ = (first_ + 1) % kCapacity;
    --count_;
  }
  frames_[(first_ + count_) % kCapacity] = frame;
  ++count_;
}

const FramePlanes& FrameHistory::reference(double time_s) const noexcept {
  for (std::size_t i = count_; i-- > 1;) {
    if (time_s - at(i).time_s >= kReferenceAge_s) return at(i);
  }
  return at(0);
}

}  // namespace photoplayer::perception::detail
