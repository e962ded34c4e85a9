// SPDX-License-Identifier: Apache-2.0
#include "bicubic_kernel.h"

#include <algorithm>
#include <cmath>

namespace photoplayer::perception::detail {
namespace {

constexpr int kBits = 22;
constexpr double kRadius = 2.0;
constexpr double kSharpness = -0.5;  ///< Keys' a

double cubic(double x) noexcept {
  x = std::abs(x);
  if (x < 1.0) return ((kSharpness + 2.0) * x - (kSharpness + 3.0)) * x * x + 1.0;
  if (x < 2.0) return (((x - 5.0) * x + 8.0) * x - 4.0) * kSharpness;
  return 0.0;
}

std::uint8_t to_byte(std::int32_t sum) noexcept {
  return static_cast<std::uint8_t>(std::clamp(sum >> kBits, 0, 255));
}

}  // namespace

BicubicKernel::BicubicKernel(int from, int to, int first, int count) {
  const double scale = static_cast<double>(from) / to;
  const double stretch = std::max(scale, 1.0);  // antialiasing: the kernel covers what one new pixel covers
  const double radius = kRadius * stretch;
  std::vector<double> row;
  for (int i = first; i < first + count; ++i) {
    const double centre = (i + 0.5) * scale;
    const int low = std::max(static_cast<int>(std::floor(centre - radius + 0.5)), 0);
    const int high = std::min(static_cast<int>(std::floor(centre + radius + 0.5)), from);
    row.clear();
    double sum = 0.0;
    for (int k = low; k < high; ++k) {
      row.push_back(cubic((k - centre + 0.5) * (1.0 / stretch)));
      sum += row.back();
    }
    taps_.push_back({low, high - low, weights_.size()});
    for (const double weight : row) {
      const double fixed = (sum != 0.0 ? weight * (1.0 / sum) : weight) * (1 << kBits);
      weights_.push_back(static_cast<std::int32_t>(fixed < 0.0 ? fixed - 0.5 : fixed + 0.5));
    }
  }
}

void BicubicKernel::apply(const std::uint8_t* in, std::ptrdiff_t step, std::uint8_t* out, std::ptrdiff_t out_step,
                          int channels) const noexcept {
  for (const Taps& taps : taps_) {
    for (int c = 0; c < channels; ++c) {
      std::int32_t sum = 1 << (kBits - 1);
      const std::uint8_t* pixel = in + (taps.from - first_from()) * step + c;
      const std::int32_t* weight = weights_.data() + taps.weights;
      for (int k = 0; k < taps.count; ++k, pixel += step) sum += *pixel * weight[k];
      out[c] = to_byte(sum);
    }
    out += out_step;
  }
}

}  // namespace photoplayer::perception::detail
