// SPDX-License-Identifier: Apache-2.0
#include "steps_budget.h"

#include <algorithm>
#include <cmath>

namespace photoplayer::stream {
namespace {

constexpr double kMargin_s = 0.02;
/// A thread that sleeps on a clock may wake so late.
constexpr double kWake_s = 0.01;
/// So many times slower than before is a stall (another process, a page fault) until a second one says otherwise.
constexpr double kStall = 4.0;
/// The pace of a few steps, of which one alone says nothing: for one or two that are twice as slow, a hop that has time
/// to spare need not give up any.
constexpr double kPaceLag = 0.3;
/// Rather than fewer than this share of the steps that were asked for, twice as many without guidance.
constexpr int kFewestShare = 4;
constexpr std::size_t kEnoughSteps = 64;
constexpr std::size_t kEnoughRuns = 6;

/// Rises at once: the next time is likelier to be as long as the longest of late. Falls by halves, and from no more
/// than `most`: one stall of minutes must not keep the engine from trying.
double follow_peaks(double known, double seen, double most) {
  seen = std::min(seen, most);
  return seen > known ? seen : 0.5 * (known + seen);
}

}  // namespace

double StepsBudget::needed_s(int steps) const {
  const RecentTimes& times = costs_[guided_ ? 1 : 0].times;
  // One step more than needed, or the first that is a little slow would cost one.
  const double measured_s =
      before_.slow_s() + (steps + 1) * times.slow_s() + std::max(after_.slow_s(), finish_s_) + kMargin_s + kWake_s;
  // That it takes longer is believed at once, that it takes less only after a while.
  const bool enough = times.count() >= kEnoughSteps && after_.count() >= kEnoughRuns;
  return enough ? measured_s : std::max(startup_s_, measured_s);
}

void StepsBudget::begin(double deadline_s) {
  deadline_s_ = deadline_s;
  begin_s_ = clock_.now_s();
  asked_ = 0;
  stepping_ = false;
  dropped_ = false;
}

void StepsBudget::learn(Cost& cost, double seen) {
  cost.times.add(seen);
  const double twice_s = cost.last_s > 0.0 ? std::min(seen, cost.last_s) : seen;
  cost.last_s = seen;
  const bool stall = cost.now.next_s > 0.0 && seen > kStall * cost.now.next_s && seen > kMargin_s;
  if (stall && !cost.stalled) {
    cost.stalled = true;
    return;
  }
  cost.stalled = false;
  cost.now.next_s = follow_peaks(cost.now.next_s, seen, startup_s_);
  const double pace_s = cost.now.rest_s > 0.0 ? cost.now.rest_s : twice_s;
  cost.now.rest_s = pace_s + kPaceLag * (std::min(twice_s, startup_s_) - pace_s);
}

int StepsBudget::steps_within(double room_s, const Estimate& cost, int most) {
  if (room_s < cost.next_s) return 0;
  const double fit = std::floor(room_s / std::max(cost.rest_s, 1e-9) + 1e-9);
  return static_cast<int>(std::clamp(fit, 1.0, static_cast<double>(most)));
}

void StepsBudget::step_done(double now_s) {
  if (stepping_) learn(costs_[guided_ && !dropped_ ? 1 : 0], now_s - mark_s_);
  stepping_ = false;
  mark_s_ = now_s;
}

StepsBudget::Estimate StepsBudget::unguided() const {
  // Not tried yet: guidance is a batch of two.
  const Estimate& guided = costs_[1].now;
  return costs_[0].now.next_s > 0.0 ? costs_[0].now : Estimate{0.5 * guided.next_s, 0.5 * guided.rest_s};
}

int StepsBudget::fit(int left) {
  const double now_s = clock_.now_s();
  if (asked_ == 0) {
    before_.add(now_s - begin_s_);
    asked_for_ = std::max(asked_for_, left);
  }
  step_done(now_s);
  ++asked_;
  stepping_ = true;
  if (cost().next_s <= 0.0) return left;
  const double room_s = deadline_s_ - kMargin_s - finish_s_ - now_s;
  int fit = steps_within(room_s, cost(), left);
  const int fewest = std::min(left, std::max(2, asked_for_ / kFewestShare));
  if (guided_ && !dropped_ && can_drop_ && fit < fewest) {
    const int without = steps_within(room_s, unguided(), left);
    dropped_ = without > fit;
    fit = std::max(fit, without);
  }
  const int granted = asked_ == 1 ? std::max(1, fit) : fit;
  stepping_ = granted > 0;
  return granted;
}

bool StepsBudget::guidance_fits() {
  can_drop_ = true;
  return !dropped_;
}

void StepsBudget::sampled() {
  step_done(clock_.now_s());
}

void StepsBudget::delivered() {
  const double spent_s = clock_.now_s() - mark_s_;
  after_.add(spent_s);
  finish_s_ = follow_peaks(finish_s_, spent_s, 0.5 * startup_s_);
}

bool StepsBudget::hopeless(double deadline_s) const {
  return clock_.now_s() + kMargin_s + finish_s_ > deadline_s;
}

}  // namespace photoplayer::stream
