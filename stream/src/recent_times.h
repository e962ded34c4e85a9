// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The last thousand durations of one kind, and how slow it must be expected to be: their 99.9th percentile, but never
/// the one slowest, so that a single stall does not count. Bounded memory, nothing allocated after the making. One
/// thread at a time. Tested in tests/unit/stream/steps_budget_test.cpp.
#include <cstddef>
#include <vector>

namespace photoplayer::stream {

class RecentTimes {
 public:
  static constexpr std::size_t kCapacity = 1024;

  RecentTimes();
  void add(double seconds);
  [[nodiscard]] std::size_t count() const { return times_.size(); }
  /// 0 if nothing was added. Cost: O(count), meant for once a hop.
  [[nodiscard]] double slow_s() const;

 private:
  std::vector<double> times_;  // a ring once it is full
  std::size_t next_ = 0;
  mutable std::vector<double> sorted_;
};

}  // namespace photoplayer::stream
