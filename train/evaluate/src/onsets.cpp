// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/train/audio_features.h>
#include <photoplayer/train/onsets.h>

#include <algorithm>
#include <cmath>

namespace photoplayer::train {
namespace {

constexpr int kHop = kFeatureSampleRate / kCurveRate_hz;
constexpr std::size_t kApart = 3, kAround = 10;  ///< steps of the curve
constexpr double kAbove = 0.07;
constexpr double kAccentsApart_s = 0.06;

}  // namespace

std::vector<double> Onsets::times() const {
  std::vector<double> result;
  for (const Onset& onset : onsets) result.push_back(onset.time_s);
  return result;
}

std::vector<double> Onsets::strongest(std::size_t count) const {
  std::vector<Onset> order = onsets;
  std::stable_sort(order.begin(), order.end(), [](const Onset& a, const Onset& b) { return a.strength > b.strength; });
  std::vector<double> chosen;
  for (const Onset& onset : order) {
    if (chosen.size() == count) break;
    const auto close = [&](double time_s) { return std::abs(time_s - onset.time_s) < kAccentsApart_s; };
    if (std::none_of(chosen.begin(), chosen.end(), close)) chosen.push_back(onset.time_s);
  }
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

Result<Onsets> find_onsets(std::span<const float> music) {
  const auto strength = onset_strength(music, kHop);
  if (!strength) return tl::unexpected(strength.error());
  Onsets found;
  const double highest = static_cast<double>(*std::max_element(strength->begin(), strength->end()));
  for (const float value : *strength) found.curve.push_back(highest > 0.0 ? static_cast<double>(value) / highest : 0.0);
  const auto& curve = found.curve;
  for (std::size_t i = 1; i + 1 < curve.size(); ++i) {
    const auto part = [&](std::size_t before, std::size_t after) {
      return std::span(curve).subspan(i - std::min(i, before),
                                      std::min(i, before) + std::min(after + 1, curve.size() - i));
    };
    const auto near = part(kApart, kApart), around = part(kAround, kAround);
    double mean = 0.0;
    for (const double value : around) mean += value / static_cast<double>(around.size());
    if (curve[i] < *std::max_element(near.begin(), near.end()) || curve[i] < mean + kAbove) continue;
    const double time_s = static_cast<double>(i) / kCurveRate_hz;
    const bool plateau =
        !found.onsets.empty() && time_s - found.onsets.back().time_s <= static_cast<double>(kApart) / kCurveRate_hz;
    if (!plateau) found.onsets.push_back({time_s, curve[i]});
  }
  return found;
}

}  // namespace photoplayer::train
