// SPDX-License-Identifier: Apache-2.0
#include "mel_bank.h"

#include <photoplayer/train/audio_features.h>

#include <algorithm>
#include <cmath>

#include "power_spectra.h"

namespace photoplayer::train::detail {
namespace {

constexpr double kHighest_hz = kFeatureSampleRate / 2.0;
constexpr double kFaintest = 1e-10;

/// Auditory Toolbox: 200/3 Hz per mel up to 1 kHz (15 mel), from there a factor of 6.4 per 27 mel.
constexpr double kLinearStep_hz = 200.0 / 3.0;
constexpr double kKnee_hz = 1000.0;
constexpr double kKneeInMel = kKnee_hz / kLinearStep_hz;
const double kLogStep = std::log(6.4) / 27.0;

double to_mel(double hz, MelScale scale) {
  if (scale == MelScale::kHtk) return 2595.0 * std::log10(1.0 + hz / 700.0);
  return hz < kKnee_hz ? hz / kLinearStep_hz : kKneeInMel + std::log(hz / kKnee_hz) / kLogStep;
}

double to_hz(double mel, MelScale scale) {
  if (scale == MelScale::kHtk) return 700.0 * (std::pow(10.0, mel / 2595.0) - 1.0);
  return mel < kKneeInMel ? mel * kLinearStep_hz : kKnee_hz * std::exp(kLogStep * (mel - kKneeInMel));
}

}  // namespace

MelBank::MelBank(MelScale scale) {
  const double step = to_mel(kHighest_hz, scale) / static_cast<double>(kMels + 1);
  constexpr double kBin_hz = static_cast<double>(kFeatureSampleRate) / static_cast<double>(kWindow);
  for (std::size_t band = 0; band < kMels; ++band) {
    const double low = to_hz(step * static_cast<double>(band), scale);
    const double middle = to_hz(step * static_cast<double>(band + 1), scale);
    const double high = to_hz(step * static_cast<double>(band + 2), scale);
    const double height = scale == MelScale::kSlaney ? 2.0 / (high - low) : 1.0;
    Triangle& triangle = triangles_[band];
    triangle.first_bin = static_cast<std::size_t>(std::floor(low / kBin_hz)) + 1;
    for (std::size_t bin = triangle.first_bin; bin < kBins; ++bin) {
      const double hz = kBin_hz * static_cast<double>(bin);
      if (hz >= high) break;
      triangle.weights.push_back(height * std::min((hz - low) / (middle - low), (high - hz) / (high - middle)));
    }
  }
}

void MelBank::decibels(std::span<const double> power, std::span<float, kMels> out) const {
  for (std::size_t band = 0; band < kMels; ++band) {
    double sum = 0.0;
    const double* bin = power.data() + triangles_[band].first_bin;
    for (const double weight : triangles_[band].weights) sum += weight * *bin++;
    out[band] = static_cast<float>(10.0 * std::log10(std::max(sum, kFaintest)));
  }
}

}  // namespace photoplayer::train::detail
