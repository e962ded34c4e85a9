// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Times of repetitions, and what to say about them.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <vector>

namespace photoplayer::bench {

template <typename Work>
double seconds_of(Work&& work) {
  const auto start = std::chrono::steady_clock::now();
  static_cast<void>(work());
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// The smallest value that at least a share `p` of the values do not exceed.
inline double quantile(std::vector<double> values, double p) {
  std::sort(values.begin(), values.end());
  const auto rank = static_cast<std::size_t>(std::ceil(p * static_cast<double>(values.size())));
  return values[std::clamp<std::size_t>(rank, 1, values.size()) - 1];
}

inline double median(const std::vector<double>& values) {
  return quantile(values, 0.5);
}

}  // namespace photoplayer::bench
