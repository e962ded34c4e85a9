// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What a hop's computation costs, and so when it must begin and how many steps still fit: the first two rungs of the
/// ladder. When to begin follows from what a step costs at worst (99.9th percentile of the last thousand); how many
/// still fit from the pace of the last few, as long as there is room for one more as slow as the slowest: a single slow
/// step takes its own time from a run, not that of all that follow. With and without guidance are learnt
/// apart. Owned by the sampler's thread. Tested in tests/unit/stream/steps_budget_test.cpp.
#include <photoplayer/stream/clock.h>

#include "recent_times.h"

#include <array>

namespace photoplayer::stream {

class StepsBudget {
 public:
  /// `startup_s` is the budget until enough was measured. `guided`: runs begin with guidance.
  StepsBudget(const Clock& clock, double startup_s, bool guided)
      : clock_(clock), startup_s_(startup_s), guided_(guided) {}

  /// So long before its deadline a run of `steps` must begin.
  [[nodiscard]] double needed_s(int steps) const;

  /// A run begins that must be decoded by `deadline_s`.
  void begin(double deadline_s);
  /// Asked before every step, as WindowRequest::steps_that_fit; always grants one, so that there is an
  /// estimate.
  [[nodiscard]] int fit(int left);
  /// Asked after `fit`, as WindowRequest::guidance_fits. Once it said no, it does so for the rest of the run.
  [[nodiscard]] bool guidance_fits();
  /// The run's last step is done.
  void sampled();
  /// The hop was handed over.
  void delivered();
  /// Too late for even one step. Says nothing about how slow steps are: only trying again can tell.
  [[nodiscard]] bool hopeless(double deadline_s) const;

 private:
  struct Estimate {
    double next_s = 0.0;  ///< the next step may take; 0: not known yet
    double rest_s = 0.0;  ///< each takes, by the pace of the last few
  };
  /// Of a step with or without guidance.
  struct Cost {
    Estimate now;
    double last_s = 0.0;
    bool stalled = false;
    RecentTimes times;
  };
  void learn(Cost& cost, double seen);
  void step_done(double now_s);
  [[nodiscard]] static int steps_within(double room_s, const Estimate& cost, int most);
  [[nodiscard]] const Estimate& cost() const { return costs_[guided_ && !dropped_ ? 1 : 0].now; }
  [[nodiscard]] Estimate unguided() const;

  const Clock& clock_;
  double startup_s_;
  bool guided_;
  int asked_for_ = 0;          ///< the most steps a run began with
  std::array<Cost, 2> costs_;  // without and with guidance
  RecentTimes before_, after_;
  double finish_s_ = 0.0;

  // The run in hand.
  double deadline_s_ = 0.0;
  double begin_s_ = 0.0;
  double mark_s_ = 0.0;  ///< when the step in hand began
  int asked_ = 0;
  bool stepping_ = false;  ///< the last answer let a step begin
  bool dropped_ = false;   ///< guidance
  bool can_drop_ = false;  ///< the generator asks about guidance
};

}  // namespace photoplayer::stream
