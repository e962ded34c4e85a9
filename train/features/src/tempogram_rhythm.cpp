// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/train/audio_features.h>
#include <photoplayer/train/fourier.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "power_spectra.h"
#include "rhythm_rows.h"

namespace photoplayer::train {
namespace {

constexpr int kHop = 128;
constexpr std::size_t kLags = 384;
constexpr std::size_t kPadded = 1024;  ///< at least 2 · kLags − 1, so that the correlation does not wrap around

/// Onset strength with straight ramps to silence of half a window on both sides.
std::vector<double> ramped(std::span<const float> strength) {
  constexpr std::size_t kRamp = kLags / 2;
  std::vector<double> out(strength.size() + 2 * kRamp);
  std::copy(strength.begin(), strength.end(), out.begin() + kRamp);
  for (std::size_t i = 0; i < kRamp; ++i) {
    const double part = static_cast<double>(i) / static_cast<double>(kRamp);
    out[i] = part * static_cast<double>(strength.front());
    out[out.size() - 1 - i] = part * static_cast<double>(strength.back());
  }
  return out;
}

}  // namespace

Result<std::vector<float>> tempogram_rhythm(std::span<const float> music) {
  const auto strength = onset_strength(music, kHop);
  if (!strength) return tl::unexpected(strength.error());
  const std::vector<double> curve = ramped(*strength);
  const std::vector<double> window = detail::periodic_hann(kLags);
  PowerFourier fourier(kPadded);
  detail::RhythmRows rows(strength->size(), kLags, kTempogramRhythmColumns);
  std::vector<double> windowed(kPadded, 0.0);
  std::array<double, kLags> correlation{};
  std::array<float, kLags> column{};
  for (std::size_t frame = 0; frame < strength->size(); ++frame) {
    for (std::size_t i = 0; i < kLags; ++i) windowed[i] = window[i] * curve[frame + i];
    fourier.autocorrelation(windowed, correlation);
    double largest = 0.0;
    for (const double value : correlation) largest = std::max(largest, std::abs(value));
    if (largest < std::numeric_limits<double>::min()) largest = 1.0;  // silence stays silence
    for (std::size_t lag = 0; lag < kLags; ++lag) column[lag] = static_cast<float>(correlation[lag] / largest);
    rows.add(column);
  }
  return rows.finish();
}

}  // namespace photoplayer::train
