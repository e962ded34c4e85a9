// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/train/fourier.h>
#include <photoplayer/train/yamnet.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace photoplayer::train {
namespace {

constexpr std::size_t kWindow = 400, kHop = 160, kFft = 512, kBins = kFft / 2 + 1;
constexpr double kLowest_hz = 125.0, kHighest_hz = 7500.0, kOffset = 0.001;

double mel(double hz) {
  return 1127.0 * std::log1p(hz / 700.0);
}

/// [kYamnetBands][kBins]; the constant component counts nowhere.
std::vector<std::array<double, kBins>> triangles() {
  std::vector<std::array<double, kBins>> bank(kYamnetBands);
  const double low = mel(kLowest_hz), step = (mel(kHighest_hz) - low) / static_cast<double>(kYamnetBands + 1);
  for (std::size_t band = 0; band < kYamnetBands; ++band) {
    const double middle = static_cast<double>(band + 1);
    for (std::size_t bin = 1; bin < kBins; ++bin) {
      const double at = (mel(static_cast<double>(bin) * kYamnetRate_hz / kFft) - low) / step;
      bank[band][bin] = std::max(0.0, 1.0 - std::abs(at - middle));
    }
  }
  return bank;
}

}  // namespace

std::vector<float> yamnet_spectra(std::span<const float> sound) {
  if (sound.size() < kWindow) return {};
  static const auto bank = triangles();
  const std::size_t frames = 1 + (sound.size() - kWindow) / kHop;
  PowerFourier fourier(kFft);
  std::array<double, kFft> windowed{};
  std::array<double, kBins> magnitude{};
  std::vector<float> spectra(frames * kYamnetBands);
  for (std::size_t frame = 0; frame < frames; ++frame) {
    for (std::size_t i = 0; i < kWindow; ++i) {
      const double window = 0.5 - 0.5 * std::cos(2.0 * std::numbers::pi * static_cast<double>(i) / kWindow);
      windowed[i] = window * static_cast<double>(sound[frame * kHop + i]);
    }
    fourier.power(windowed, magnitude);
    for (double& value : magnitude) value = std::sqrt(value);
    for (std::size_t band = 0; band < kYamnetBands; ++band) {
      double sum = kOffset;
      for (std::size_t bin = 0; bin < kBins; ++bin) sum += bank[band][bin] * magnitude[bin];
      spectra[frame * kYamnetBands + band] = static_cast<float>(std::log(sum));
    }
  }
  return spectra;
}

}  // namespace photoplayer::train
