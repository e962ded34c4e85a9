// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Times of repetitions, and what to say about them.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>
#include <vector>

namespace photoplayer::bench {

/// Of the clock on the wall, and of all threads together: on a machine that others use as well only the second says
/// what the work costs. Threads that wait by spinning count as working.
struct Timing {
  double wall_s = 0.0, cores_s = 0.0;
};

template <typename Work>
Timing time_of(Work&& work) {
  const auto cores = std::clock();
  const auto start = std::chrono::steady_clock::now();
  static_cast<void>(work());
  return {std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(),
          static_cast<double>(std::clock() - cores) / CLOCKS_PER_SEC};
}

/// The smallest value that at least a share `p` of the values do not exceed.
inline double quantile(std::vector<double> values, double p) {
  std::sort(values.begin(), values.end());
  const auto rank = static_cast<std::size_t>(std::ceil(p * static_cast<double>(values.size())));
  return values[std::clamp<std::size_t>(rank, 1, values.size()) - 1];
}

/// Repetitions of one work.
class Timings {
 public:
  void add(Timing timing, double times = 1.0) {
    wall_.push_back(timing.wall_s * times);
    cores_.push_back(timing.cores_s * times);
  }
  [[nodiscard]] double fastest() const { return quantile(wall_, 0.0); }
  [[nodiscard]] double p50() const { return quantile(wall_, 0.5); }
  [[nodiscard]] double p99() const { return quantile(wall_, 0.99); }
  /// The least of all repetitions.
  [[nodiscard]] double cores_s() const { return quantile(cores_, 0.0); }

 private:
  std::vector<double> wall_, cores_;
};

}  // namespace photoplayer::bench
