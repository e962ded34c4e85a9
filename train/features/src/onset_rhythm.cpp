// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/perception/peaks.h>
#include <photoplayer/train/audio_features.h>

#include <cmath>

#include "rhythm_rows.h"

namespace photoplayer::train {
namespace {

constexpr int kHop = 512;
constexpr double kProminence = 0.05;
constexpr double kEpsilon = 1e-6;

/// (x − mean) / (population deviation + 1e-6).
std::vector<double> standardised(std::span<const float> curve) {
  const auto count = static_cast<double>(curve.size());
  double mean = 0.0, squares = 0.0;
  for (const float value : curve) mean += static_cast<double>(value) / count;
  for (const float value : curve) squares += std::pow(static_cast<double>(value) - mean, 2.0);
  const double scale = std::sqrt(squares / count) + kEpsilon;
  std::vector<double> out;
  out.reserve(curve.size());
  for (const float value : curve) out.push_back((static_cast<double>(value) - mean) / scale);
  return out;
}

}  // namespace

Result<std::vector<float>> onsets_per_second(std::span<const float> music) {
  const auto strength = onset_strength(music, kHop);
  if (!strength) return tl::unexpected(strength.error());
  const std::vector<double> curve = standardised(*strength);
  std::vector<double> times_s(curve.size());
  for (std::size_t i = 0; i < times_s.size(); ++i) {
    times_s[i] = static_cast<double>(i * kHop) / static_cast<double>(kFeatureSampleRate);
  }
  const std::size_t seconds = (music.size() + kFeatureSampleRate - 1) / kFeatureSampleRate;
  auto rows = perception::peaks_per_second(curve, times_s, perception::find_peaks(curve, kProminence), seconds);
  if (rows.size() > kRhythmRows) rows.erase(rows.begin());
  return rows;
}

Result<std::vector<float>> onset_rhythm(std::span<const float> music) {
  const auto seconds = onsets_per_second(music);
  if (!seconds) return tl::unexpected(seconds.error());
  detail::RhythmRows rows(seconds->size(), 1, 1);
  for (const float& value : *seconds) rows.add({&value, 1});
  return rows.finish();
}

}  // namespace photoplayer::train
