// SPDX-License-Identifier: Apache-2.0
#include "latency/simulated_clock.h"

#include <algorithm>
#include <iterator>

namespace photoplayer::tools {

double SimulatedClock::now_s() const {
  const std::lock_guard lock(mutex_);
  return now_s_;
}

bool SimulatedClock::wait_until(double time_s) {
  std::unique_lock lock(mutex_);
  if (interrupted_) return false;
  if (time_s <= now_s_) return true;
  sleepers_.emplace_back();
  const auto self = std::prev(sleepers_.end());
  self->time_s = time_s;
  give_turn();
  self->turn.wait(lock, [&] { return self->woken || self->interrupted; });
  const bool in_time = !self->interrupted;
  sleepers_.erase(self);
  return in_time;
}

void SimulatedClock::interrupt() {
  const std::lock_guard lock(mutex_);
  interrupted_ = true;
  // Each by itself: one that has not run yet when `resume` comes still learns of it.
  for (Sleeper& sleeper : sleepers_) {
    sleeper.interrupted = true;
    sleeper.turn.notify_one();
  }
}

void SimulatedClock::resume() {
  const std::lock_guard lock(mutex_);
  interrupted_ = false;
}

void SimulatedClock::give_turn() {
  if (std::ssize(sleepers_) < participants_) return;
  if (std::any_of(sleepers_.begin(), sleepers_.end(), [](const Sleeper& one) { return one.woken; })) return;
  const auto earliest = std::min_element(sleepers_.begin(), sleepers_.end(),
                                         [](const Sleeper& a, const Sleeper& b) { return a.time_s < b.time_s; });
  now_s_ = std::max(now_s_, earliest->time_s);
  earliest->woken = true;
  earliest->turn.notify_one();
}

}  // namespace photoplayer::tools
