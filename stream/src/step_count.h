// SPDX-License-Identifier: Apache-2.0
#pragma once
/// How many steps a run begins with: what was asked for, or less while the machine is too slow for it. Three hops in
/// ten seconds that had to give something up lower it by one bucket, a minute without such a hop raises it by one: it
/// falls quickly, and a slow minute is not tried again every second. Owned by the sampler's thread. Tested in
/// tests/unit/stream/steps_budget_test.cpp.
#include <deque>

namespace photoplayer::stream {

class StepCount {
 public:
  explicit StepCount(int asked) : asked_(asked), steps_(asked) {}

  [[nodiscard]] int steps() const { return steps_; }
  enum class Change { kNone, kLowered, kRaised };
  /// A hop came in full at `now_s`, or gave up steps, guidance or itself.
  Change hop(double now_s, bool shed);

 private:
  int asked_;
  int steps_;
  std::deque<double> shed_s_;  ///< at most three
  double clean_since_s_ = 0.0;
};

}  // namespace photoplayer::stream
