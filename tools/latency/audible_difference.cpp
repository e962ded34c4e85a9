// SPDX-License-Identifier: Apache-2.0
#include "latency/audible_difference.h"

#include <algorithm>
#include <cmath>

namespace photoplayer::tools {

std::optional<std::size_t> first_audible_difference(std::span<const float> a, std::span<const float> b) {
  constexpr std::size_t kStep_frames = kAudibleWindow_frames / 2;
  const double least = std::pow(10.0, kAudible_db / 10.0);
  const double floor = std::pow(10.0, kAudibleFloor_dbfs / 10.0);
  const std::size_t frames = std::min(a.size(), b.size()) / 2;
  for (std::size_t begin = 0; begin + kAudibleWindow_frames <= frames; begin += kStep_frames) {
    double power_a = 0.0, power_b = 0.0, power_difference = 0.0;
    for (std::size_t i = 2 * begin; i < 2 * (begin + kAudibleWindow_frames); ++i) {
      const auto x = static_cast<double>(a[i]), y = static_cast<double>(b[i]);
      power_a += x * x;
      power_b += y * y;
      power_difference += (x - y) * (x - y);
    }
    const bool loud_enough = power_difference >= floor * static_cast<double>(2 * kAudibleWindow_frames);
    if (loud_enough && power_difference >= least * std::max(power_a, power_b)) return begin + kAudibleWindow_frames;
  }
  return std::nullopt;
}

std::optional<std::size_t> first_difference(std::span<const float> a, std::span<const float> b) {
  const std::size_t length = std::min(a.size(), b.size());
  const auto place = std::mismatch(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(length), b.begin()).first;
  const auto index = static_cast<std::size_t>(place - a.begin());
  if (index == length) return std::nullopt;
  return index / 2;
}

}  // namespace photoplayer::tools
