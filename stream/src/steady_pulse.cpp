// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/stream/steady_pulse.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace photoplayer::stream {
namespace {

constexpr float kConfident = 0.6F;
constexpr double kSame = 0.04;
constexpr std::size_t kEnough = 12;
constexpr double kShare = 0.75;

}  // namespace

std::optional<PulseObservation> steady_pulse(std::span<const PulseObservation> looks) {
  if (looks.size() < kEnough) return std::nullopt;
  std::vector<double> tempi;
  for (const PulseObservation& look : looks) {
    if (look.confidence >= kConfident && look.bpm > 0.0) tempi.push_back(look.bpm);
  }
  if (tempi.empty()) return std::nullopt;
  const auto middle = tempi.begin() + static_cast<std::ptrdiff_t>(tempi.size() / 2);
  std::nth_element(tempi.begin(), middle, tempi.end());
  const double bpm = *middle;
  std::size_t agreeing = 0;
  PulseObservation steady;
  for (const PulseObservation& look : looks) {
    if (look.confidence < kConfident || std::abs(look.bpm / bpm - 1.0) > kSame) continue;
    ++agreeing;
    steady = look;
  }
  if (static_cast<double>(agreeing) < kShare * static_cast<double>(looks.size())) return std::nullopt;
  steady.bpm = bpm;
  return steady;
}

std::optional<double> fold_tempo_bpm(double bpm, double slow_bpm, double fast_bpm, double present_bpm) {
  std::optional<double> best;
  double least = 0.0;
  for (const double factor : {0.5, 1.0, 2.0}) {
    const double folded = factor * bpm;
    const double distance = std::abs(std::log2(folded / present_bpm));
    if (folded < slow_bpm || folded > fast_bpm || (best && distance >= least)) continue;
    best = folded;
    least = distance;
  }
  return best;
}

}  // namespace photoplayer::stream
