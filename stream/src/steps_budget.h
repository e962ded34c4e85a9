// SPDX-License-Identifier: Apache-2.0
#pragma once
/// How many sampling steps still fit before a hop is due: the first rungs of the ladder. Learns what a step
/// and the work after the last step cost. Owned by the sampler's thread. Tested in
/// tests/unit/stream/live_engine_test.cpp.
#include <photoplayer/stream/clock.h>

namespace photoplayer::stream {

class StepsBudget {
 public:
  StepsBudget(const Clock& clock, double budget_s) : clock_(clock), budget_s_(budget_s) {}

  /// A run begins that must be decoded by `deadline_s`.
  void begin(double deadline_s);
  /// Asked before every step, as WindowRequest::steps_that_fit; always grants one, so that there is an
  /// estimate.
  [[nodiscard]] int fit(int left);
  /// The run's last step is done.
  void sampled();
  /// The hop was handed over.
  void delivered();
  /// Too late for even one step. Says nothing about how slow steps are: only trying again can tell.
  [[nodiscard]] bool hopeless(double deadline_s) const;

 private:
  [[nodiscard]] double follow_peaks(double known, double seen) const;

  const Clock& clock_;
  double budget_s_;
  double deadline_s_ = 0.0;
  double step_s_ = 0.0;  ///< 0: not known yet
  double finish_s_ = 0.0;
  double mark_s_ = 0.0;  ///< when the step in hand began
  int asked_ = 0;
  bool stepping_ = false;  ///< the last answer let a step begin
};

}  // namespace photoplayer::stream
