// SPDX-License-Identifier: Apache-2.0
#include "power_spectra.h"

#include <cmath>
#include <numbers>

namespace photoplayer::train::detail {

std::vector<double> periodic_hann(std::size_t size) {
  std::vector<double> window(size);
  for (std::size_t i = 0; i < size; ++i) {
    window[i] = 0.5 - 0.5 * std::cos(2.0 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(size));
  }
  return window;
}

PowerSpectra::PowerSpectra(std::span<const float> music, std::size_t hop, Edge edge)
    : music_(music), hop_(hop), edge_(edge), window_(periodic_hann(kWindow)), windowed_(kWindow), power_(kBins) {}

double PowerSpectra::sample(std::ptrdiff_t at) const noexcept {
  const auto size = static_cast<std::ptrdiff_t>(music_.size());
  if (at < 0 || at >= size) {
    if (edge_ == Edge::kZeros) return 0.0;
    at = at < 0 ? -at : 2 * (size - 1) - at;
  }
  return static_cast<double>(music_[static_cast<std::size_t>(at)]);
}

std::span<const double> PowerSpectra::frame(std::size_t index) {
  const auto start = static_cast<std::ptrdiff_t>(index * hop_) - static_cast<std::ptrdiff_t>(kWindow / 2);
  for (std::size_t i = 0; i < kWindow; ++i) {
    windowed_[i] = window_[i] * sample(start + static_cast<std::ptrdiff_t>(i));
  }
  fourier_.power(windowed_, power_);
  return power_;
}

}  // namespace photoplayer::train::detail
