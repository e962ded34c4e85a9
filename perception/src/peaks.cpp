// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/perception/peaks.h>

#include <algorithm>
#include <cmath>

namespace photoplayer::perception {
namespace {

constexpr double kVisualBeatProminence = 0.3;  ///< read off the paper's figure

/// Index of the middle of the plateau that starts at `i` and is higher than both its neighbours, or 0.
std::size_t summit(std::span<const double> curve, std::size_t i) {
  std::size_t end = i + 1;
  while (end < curve.size() && curve[end] == curve[i]) ++end;
  return end < curve.size() && curve[end] < curve[i] ? (i + end - 1) / 2 : 0;
}

double prominence(std::span<const double> curve, std::size_t peak) {
  double left = curve[peak], right = curve[peak];
  for (std::size_t i = peak; i-- > 0 && curve[i] <= curve[peak];) left = std::min(left, curve[i]);
  for (std::size_t i = peak + 1; i < curve.size() && curve[i] <= curve[peak]; ++i) right = std::min(right, curve[i]);
  return curve[peak] - std::max(left, right);
}

}  // namespace

std::vector<CurvePeak> find_peaks(std::span<const double> curve, double min_prominence) {
  std::vector<CurvePeak> peaks;
  for (std::size_t i = 1; i + 1 < curve.size(); ++i) {
    if (!(curve[i - 1] < curve[i])) continue;
    const std::size_t at = summit(curve, i);
    if (at == 0) continue;
    const double stands_out = prominence(curve, at);
    if (stands_out >= min_prominence) peaks.push_back({at, stands_out});
  }
  return peaks;
}

std::vector<float> peaks_per_second(std::span<const double> curve, std::span<const double> times_s,
                                    std::span<const CurvePeak> peaks, std::size_t seconds) {
  std::vector<float> highest(seconds, 0.0F);
  for (const CurvePeak& peak : peaks) {
    const double second = std::nearbyint(times_s[peak.at]);
    if (!(second >= 0.0 && second < static_cast<double>(seconds))) continue;
    float& value = highest[static_cast<std::size_t>(second)];
    value = std::max(value, static_cast<float>(curve[peak.at]));
  }
  return highest;
}

std::vector<float> visual_beats_per_second(std::span<const double> curve, std::span<const double> times_s,
                                           std::size_t seconds) {
  const auto [low, high] = std::minmax_element(curve.begin(), curve.end());
  if (low == high || !(*high > *low)) return std::vector<float>(seconds, 0.0F);
  std::vector<double> scaled;
  scaled.reserve(curve.size());
  for (const double value : curve) scaled.push_back((value - *low) / (*high - *low));
  return peaks_per_second(scaled, times_s, find_peaks(scaled, kVisualBeatProminence), seconds);
}

}  // namespace photoplayer::perception
