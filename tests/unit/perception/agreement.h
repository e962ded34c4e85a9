// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Chance-corrected agreement of two lists of times: S = (F − F₀) / (1 − F₀), F the F-measure of one-to-one hits
/// within the tolerance, F₀ its mean over circular shifts of what was found. 0 is chance, 1 is perfect.
#include <algorithm>
#include <cmath>
#include <vector>

namespace photoplayer::tests {

inline double f_measure(const std::vector<double>& truth, const std::vector<double>& found, double tolerance_s) {
  std::size_t t = 0, f = 0, hits = 0;  // both sorted: greedy is optimal
  while (t < truth.size() && f < found.size()) {
    if (std::abs(truth[t] - found[f]) <= tolerance_s)
      ++hits, ++t, ++f;
    else
      ++(truth[t] < found[f] ? t : f);
  }
  const std::size_t all = truth.size() + found.size();
  return all == 0 ? 0.0 : 2.0 * static_cast<double>(hits) / static_cast<double>(all);
}

inline double agreement(const std::vector<double>& truth, const std::vector<double>& found, double length_s,
                        double tolerance_s = 0.07) {
  constexpr int kShifts = 200;
  double chance = 0.0;
  for (int i = 0; i < kShifts; ++i) {
    std::vector<double> shifted;
    for (const double time_s : found) shifted.push_back(std::fmod(time_s + length_s * (i + 0.5) / kShifts, length_s));
    std::sort(shifted.begin(), shifted.end());
    chance += f_measure(truth, shifted, tolerance_s) / kShifts;
  }
  return (f_measure(truth, found, tolerance_s) - chance) / (1.0 - chance);
}

}  // namespace photoplayer::tests
