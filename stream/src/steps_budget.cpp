// SPDX-License-Identifier: Apache-2.0
#include "steps_budget.h"

#include <algorithm>
#include <cmath>

namespace photoplayer::stream {
namespace {

constexpr double kMargin_s = 0.02;
}  // namespace

void StepsBudget::begin(double deadline_s) {
  deadline_s_ = deadline_s;
  asked_ = 0;
  stepping_ = false;
}

double StepsBudget::follow_peaks(double known, double seen) const {
  // Rises at once: the next step is likelier to be as slow as the slowest of late. Falls by halves, and from
  // no more than half the budget: one stall of minutes must not keep the engine from trying.
  seen = std::min(seen, 0.5 * budget_s_);
  return seen > known ? seen : 0.5 * (known + seen);
}

int StepsBudget::fit(int left) {
  const double now_s = clock_.now_s();
  // Between the first two answers lies the first step; what came before was planning.
  if (asked_ > 0) step_s_ = follow_peaks(step_s_, now_s - mark_s_);
  mark_s_ = now_s;
  ++asked_;
  stepping_ = true;
  if (step_s_ <= 0.0) return left;
  const double room_s = deadline_s_ - kMargin_s - finish_s_ - now_s;
  const int fit = static_cast<int>(std::clamp(std::floor(room_s / step_s_), 0.0, static_cast<double>(left)));
  const int granted = asked_ == 1 ? std::max(1, fit) : fit;
  stepping_ = granted > 0;
  return granted;
}

void StepsBudget::sampled() {
  const double now_s = clock_.now_s();
  if (stepping_) step_s_ = follow_peaks(step_s_, now_s - mark_s_);
  stepping_ = false;
  mark_s_ = now_s;
}

void StepsBudget::delivered() {
  finish_s_ = follow_peaks(finish_s_, clock_.now_s() - mark_s_);
}

bool StepsBudget::hopeless(double deadline_s) const {
  return clock_.now_s() + kMargin_s + finish_s_ > deadline_s;
}

}  // namespace photoplayer::stream
