// SPDX-License-Identifier: Apache-2.0
#include "step_count.h"

#include <algorithm>
#include <cstddef>

namespace photoplayer::stream {
namespace {

constexpr std::size_t kShedHops = 3;
constexpr double kWithin_s = 10.0;
constexpr double kClean_s = 60.0;

/// The next bucket down: all, three quarters, a half, a third, a quarter; not fewer.
int bucket_below(int steps, int asked) {
  for (const int bucket : {3 * asked / 4, asked / 2, asked / 3, asked / 4}) {
    if (bucket >= 1 && bucket < steps) return bucket;
  }
  return steps;
}
int bucket_above(int steps, int asked) {
  for (const int bucket : {asked / 4, asked / 3, asked / 2, 3 * asked / 4}) {
    if (bucket > steps) return bucket;
  }
  return asked;
}

}  // namespace

StepCount::Change StepCount::hop(double now_s, bool shed) {
  if (shed) {
    clean_since_s_ = now_s;
    shed_s_.push_back(now_s);
    if (shed_s_.size() > kShedHops) shed_s_.pop_front();
    if (shed_s_.size() < kShedHops || now_s - shed_s_.front() > kWithin_s) return Change::kNone;
    const int lower = bucket_below(steps_, asked_);
    if (lower == steps_) return Change::kNone;
    steps_ = lower;
    shed_s_.clear();  // the new count gets its own chance
    return Change::kLowered;
  }
  if (steps_ == asked_ || now_s - clean_since_s_ < kClean_s) return Change::kNone;
  steps_ = bucket_above(steps_, asked_);
  clean_since_s_ = now_s;
  return Change::kRaised;
}

}  // namespace photoplayer::stream
