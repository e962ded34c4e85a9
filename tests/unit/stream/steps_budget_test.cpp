// SPDX-License-Identifier: Apache-2.0
#include "steps_budget.h"

#include "recent_times.h"
#include "step_count.h"

#include "support/catch.h"

using namespace photoplayer::stream;

namespace {

class HandClock final : public Clock {
 public:
  double time_s = 0.0;
  double now_s() const override { return time_s; }
  bool wait_until(double until_s) override {
    time_s = until_s;
    return true;
  }
  void interrupt() override {}
  void resume() override {}
};

struct Run {
  int steps = 0, guided = 0;
};

/// A run as a generator makes it. `asks`: about guidance too.
Run run(StepsBudget& budget, HandClock& clock, double deadline_s, int steps, double step_s, bool asks = true,
        int stall_at = -1) {
  Run run;
  bool guided = true;
  budget.begin(deadline_s);
  clock.time_s += 0.001;
  for (int left = steps; left > 0; --left) {
    left = std::min(left, budget.fit(left));
    if (left == 0) break;
    if (asks) guided = budget.guidance_fits();
    clock.time_s += (guided ? step_s : 0.5 * step_s) + (run.steps == stall_at ? 0.05 : 0.0);
    ++run.steps;
    if (guided) ++run.guided;
  }
  budget.sampled();
  clock.time_s += 0.004;
  budget.delivered();
  return run;
}

}  // namespace

TEST_CASE("RecentTimes: one stall does not count, two do, and all is forgotten in time", "[stream][unit]") {
  RecentTimes times;
  CHECK(times.slow_s() == 0.0);
  for (int i = 0; i < 100; ++i) times.add(0.010 + 0.00001 * i);
  times.add(3.0);
  CHECK(times.slow_s() == Approx(0.01099));
  times.add(2.0);
  CHECK(times.slow_s() == 2.0);
  for (std::size_t i = 0; i < RecentTimes::kCapacity; ++i) times.add(0.02);
  CHECK(times.slow_s() == 0.02);
  CHECK(times.count() == RecentTimes::kCapacity);
}

TEST_CASE("StepsBudget: the start-up value holds until enough is measured, then what steps cost", "[stream][unit]") {
  HandClock clock;
  StepsBudget budget(clock, 0.3, true);
  CHECK(budget.needed_s(12) == 0.3);
  for (int i = 0; i < 3; ++i) run(budget, clock, clock.time_s + 1.0, 12, 0.010);
  CHECK(budget.needed_s(12) == 0.3);
  for (int i = 0; i < 5; ++i) run(budget, clock, clock.time_s + 1.0, 12, 0.010);
  // Before, 12 steps and one more, after, 20 ms of margin, 10 ms to wake up.
  CHECK(budget.needed_s(12) == Approx(0.001 + 0.13 + 0.004 + 0.03));
  CHECK(budget.needed_s(6) == Approx(0.001 + 0.07 + 0.004 + 0.03));
  // A run that begins then is not cut short.
  CHECK(run(budget, clock, clock.time_s + budget.needed_s(12), 12, 0.010).steps == 12);
}

TEST_CASE("StepsBudget: a stall costs no steps unless the time is really gone", "[stream][unit]") {
  HandClock clock;
  StepsBudget budget(clock, 0.3, true);
  for (int i = 0; i < 8; ++i) run(budget, clock, clock.time_s + 1.0, 12, 0.010);
  CHECK(run(budget, clock, clock.time_s + 0.25, 12, 0.010, true, 3).steps == 12);
  // Ten times as slow for good is believed at the second step.
  CHECK(run(budget, clock, clock.time_s + 0.25, 12, 0.1).steps <= 3);
}

TEST_CASE("StepsBudget: a slow step takes its own time from a run, not that of all that follow", "[stream][unit]") {
  HandClock clock;
  StepsBudget budget(clock, 0.3, true);
  for (int i = 0; i < 8; ++i) run(budget, clock, clock.time_s + 1.0, 12, 0.02);
  // Three and a half times as slow, which is no stall: 12 steps take 0.295 s, twelve like it would take 0.84 s.
  for (const int slow : {0, 4, 10}) {
    const double deadline_s = clock.time_s + 0.38;
    CHECK(run(budget, clock, deadline_s, 12, 0.02, true, slow).steps == 12);
    CHECK(clock.time_s <= deadline_s);
  }
  // Two in a row that are twice as slow need not cost any either.
  budget.begin(clock.time_s + 0.38);
  for (int left = 12; left > 0; --left) {
    CHECK(budget.fit(left) == left);
    clock.time_s += left == 9 || left == 8 ? 0.045 : 0.02;
  }
  budget.sampled();
  budget.delivered();
  // Slow for good is believed when it is seen again, and the run still ends in time.
  const double deadline_s = clock.time_s + 0.38;
  CHECK(run(budget, clock, deadline_s, 12, 0.07).steps < 8);
  CHECK(clock.time_s <= deadline_s);
}

TEST_CASE("StepsBudget: fewer steps first, then no guidance, and never past the deadline", "[stream][unit]") {
  HandClock clock;
  StepsBudget budget(clock, 0.3, true);
  for (int i = 0; i < 4; ++i) CHECK(run(budget, clock, clock.time_s + 1.0, 12, 0.010).guided == 12);
  double deadline_s = clock.time_s + 0.12;
  const Run fewer = run(budget, clock, deadline_s, 12, 0.010);
  CHECK(clock.time_s <= deadline_s);
  CHECK(fewer.steps < 12);
  CHECK(fewer.guided == fewer.steps);
  deadline_s = clock.time_s + 0.05;
  const Run without = run(budget, clock, deadline_s, 12, 0.010);
  CHECK(clock.time_s <= deadline_s);
  CHECK(without.guided == 0);
  CHECK(without.steps >= 3);
  // A generator that cannot go without is not told that it could.
  StepsBudget deaf(clock, 0.3, true);
  for (int i = 0; i < 4; ++i) run(deaf, clock, clock.time_s + 1.0, 12, 0.010, false);
  deadline_s = clock.time_s + 0.05;
  CHECK(run(deaf, clock, deadline_s, 12, 0.010, false).steps <= 2);
  CHECK(clock.time_s <= deadline_s);
}

TEST_CASE("StepCount: three shed hops in ten seconds lower it, a clean minute raises it", "[stream][unit]") {
  StepCount count(12);
  using Change = StepCount::Change;
  CHECK(count.hop(0.0, true) == Change::kNone);
  CHECK(count.hop(6.0, true) == Change::kNone);
  CHECK(count.hop(11.0, true) == Change::kNone);  // too far apart
  CHECK(count.hop(12.0, true) == Change::kLowered);
  CHECK(count.steps() == 9);
  CHECK(count.hop(13.0, true) == Change::kNone);  // the new count has its own chance
  for (int s = 14; s < 73; ++s) CHECK(count.hop(s, false) == Change::kNone);
  CHECK(count.hop(73.0, false) == Change::kRaised);
  CHECK(count.steps() == 12);
  for (int s = 100; s < 200; ++s) (void)count.hop(s, true);
  CHECK(count.steps() == 3);
  StepCount one(1);
  for (int s = 0; s < 9; ++s) CHECK(one.hop(s, true) == Change::kNone);
  CHECK(one.steps() == 1);
}
