// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Time for the live engine without waiting for it: when every participant sleeps, it jumps to the earliest wake-up and
/// wakes that one thread. Threads so take turns, and two runs on the same pictures differ in nothing but what was
/// computed from them. Work takes no time here unless whoever does it sleeps for as long as it took.
#include <photoplayer/stream/clock.h>

#include <list>

namespace photoplayer::tools {

class SimulatedClock final : public stream::Clock {
 public:
  /// The engine's live threads, and the caller's own that sleep on this clock.
  explicit SimulatedClock(int participants) : participants_(participants) {}

  [[nodiscard]] double now_s() const override;
  bool wait_until(double time_s) override;
  void interrupt() override;
  void resume() override;

 private:
  struct Sleeper {
    double time_s = 0.0;
    bool woken = false, interrupted = false;
    std::condition_variable turn;
  };
  void give_turn();

  mutable std::mutex mutex_;
  std::list<Sleeper> sleepers_;
  double now_s_ = 0.0;
  const int participants_;
  bool interrupted_ = false;
};

}  // namespace photoplayer::tools
