// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Random choices that come out the same with every standard library: std:: distributions do not.
/// A value; one thread each.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace photoplayer::harmony {

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed * 0x9E3779B97F4A7C15ULL + 0x2545F4914F6CDD1DULL) {
    for (int i = 0; i < 4; ++i) (void)next();
  }

  /// splitmix64: every seed gives an unrelated stream, and a child stream is one draw away.
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15ULL);
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31U);
  }
  /// Own stream for one concern, so that a change in the bass leaves the melody of a seed alone.
  Random child() { return Random(next()); }

  double unit() { return static_cast<double>(next() >> 11U) * 0x1.0p-53; }
  double between(double low, double high) { return low + (high - low) * unit(); }
  int below(int n) { return n <= 1 ? 0 : static_cast<int>(next() % static_cast<std::uint64_t>(n)); }
  int between_int(int low, int high) { return low + below(high - low + 1); }  ///< both included
  bool chance(double p) { return unit() < p; }

  template <typename T>
  const T& pick(const std::vector<T>& items) {
    return items[static_cast<std::size_t>(below(static_cast<int>(items.size())))];
  }
  int weighted(const std::vector<double>& weights) {
    double total = 0.0;
    for (double w : weights) total += std::max(0.0, w);
    double at = unit() * total;
    for (std::size_t i = 0; i < weights.size(); ++i) {
      at -= std::max(0.0, weights[i]);
      if (at < 0.0) return static_cast<int>(i);
    }
    return static_cast<int>(weights.size()) - 1;
  }

 private:
  std::uint64_t state_;
};

}  // namespace photoplayer::harmony
