// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Percentiles of durations in bounded memory: a histogram of 16 buckets per octave from 1 µs to over 100 s,
/// so a percentile is within 5 % of the truth; the maximum is exact. One thread at a time. Tested in
/// tests/unit/stream/quantiles_test.cpp.
#include <photoplayer/stream/report.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace photoplayer::stream {

class Quantiles {
 public:
  void add(double seconds) noexcept;
  [[nodiscard]] std::size_t count() const noexcept { return count_; }
  /// `share` in 0…1; 0 if nothing was added.
  [[nodiscard]] double quantile_s(double share) const noexcept;
  [[nodiscard]] double max_s() const noexcept { return max_s_; }
  [[nodiscard]] StageTimes summary(std::string name) const;

 private:
  static constexpr std::size_t kPerOctave = 16;
  static constexpr std::size_t kBuckets = 27 * kPerOctave;
  std::array<std::uint64_t, kBuckets> buckets_{};
  std::size_t count_ = 0;
  double max_s_ = 0.0;
};

}  // namespace photoplayer::stream
