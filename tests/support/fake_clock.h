// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A clock for simulations: when every participant sleeps, time jumps to the earliest wake-up and wakes that
/// one thread. Threads so take turns, and a test of the live engine is deterministic and takes no real time.
#include <photoplayer/stream/clock.h>

#include <algorithm>
#include <condition_variable>
#include <iterator>
#include <list>
#include <mutex>

namespace photoplayer::test {

class FakeClock final : public stream::Clock {
 public:
  /// Threads that sleep on this clock, the test's own included.
  explicit FakeClock(int participants) : participants_(participants) {}

  [[nodiscard]] double now_s() const override {
    const std::lock_guard lock(mutex_);
    return now_s_;
  }

  bool wait_until(double time_s) override {
    std::unique_lock lock(mutex_);
    if (interrupted_) return false;
    if (time_s <= now_s_) return true;
    // Each sleeper is woken by itself: tens of thousands of turns are taken in a test.
    sleepers_.emplace_back();
    const auto self = std::prev(sleepers_.end());
    self->time_s = time_s;
    wake_earliest_if_all_sleep();
    self->turn.wait(lock, [&] { return self->woken || self->interrupted; });
    const bool woken = self->woken && !self->interrupted;
    sleepers_.erase(self);
    return woken;
  }

  void interrupt() override {
    const std::lock_guard lock(mutex_);
    interrupted_ = true;
    // Each by itself: one that has not run yet when `resume` comes still learns of it.
    for (Sleeper& sleeper : sleepers_) {
      sleeper.interrupted = true;
      sleeper.turn.notify_one();
    }
  }

  void resume() override {
    const std::lock_guard lock(mutex_);
    interrupted_ = false;
  }

  void set_participants(int count) {
    const std::lock_guard lock(mutex_);
    participants_ = count;
    wake_earliest_if_all_sleep();
  }

 private:
  struct Sleeper {
    double time_s = 0.0;
    bool woken = false;
    bool interrupted = false;
    std::condition_variable turn;
  };
  void wake_earliest_if_all_sleep() {
    const auto asleep = std::count_if(sleepers_.begin(), sleepers_.end(), [](const Sleeper& s) { return !s.woken; });
    if (asleep < participants_) return;
    auto earliest = sleepers_.end();
    for (auto sleeper = sleepers_.begin(); sleeper != sleepers_.end(); ++sleeper) {
      if (!sleeper->woken && (earliest == sleepers_.end() || sleeper->time_s < earliest->time_s)) earliest = sleeper;
    }
    if (earliest == sleepers_.end()) return;
    now_s_ = std::max(now_s_, earliest->time_s);
    earliest->woken = true;
    earliest->turn.notify_one();
  }

  mutable std::mutex mutex_;
  std::list<Sleeper> sleepers_;
  double now_s_ = 0.0;
  int participants_;
  bool interrupted_ = false;
};

}  // namespace photoplayer::test
