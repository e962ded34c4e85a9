// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What both live threads share: the settings, the clock they sleep on, the flag that ends them.
#include <photoplayer/stream/clock.h>
#include <photoplayer/stream/conductor.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <thread>

namespace photoplayer::stream {

class Sampler;

struct LiveSettings {
  double start_s = 0.0;       ///< running time of the first beat
  double latency_s = 0.0;     ///< music of running time t sounds at clock time t + latency
  double first_hop_s = 1.25;  ///< the picture of so long, from the start on, decides about the tempo
  double longest_hop_s = 1.25;
  double analysis_s = 0.25;
  double budget_s = 0.3;  ///< until it is measured, and in instant mode always the most
  double jitter_s = 0.06;
  bool aligned = true;
  bool notes = true;  ///< a score's
  int steps = 12;
  bool guided = true;
  /// The conductor asks for a hop when it renders its first sample, the jitter buffer ahead of its sounding.
  [[nodiscard]] double lead_s() const { return latency_s - jitter_s; }
};

using MakeSampler = std::function<std::unique_ptr<Sampler>(double seen_until_s)>;
using ReadControls = std::function<Controls()>;

inline constexpr double kTick_s = static_cast<double>(Conductor::kTick_frames) / Conductor::kSampleRate_hz;

class LivePace {
 public:
  explicit LivePace(Clock& clock) : clock_(clock) {}

  [[nodiscard]] double now_s() const { return clock_.now_s(); }
  [[nodiscard]] const Clock& clock() const { return clock_; }
  [[nodiscard]] bool stopped() const { return stop_.load(); }
  /// Wakes who sleeps here. Caller: control.
  void stop() {
    stop_.store(true);
    clock_.interrupt();
  }
  void resume_clock() { clock_.resume(); }

  /// Until `time_s` on the clock, or until stopped.
  void sleep_until(double time_s) {
    // The host interrupts its clock a moment before it stops us (a flush): neither a reason to work ahead nor
    // to spin.
    constexpr std::chrono::milliseconds kInterrupted{5};
    while (!clock_.wait_until(time_s) && !stopped()) std::this_thread::sleep_for(kInterrupted);
  }
  void wait_past(double time_s) { sleep_until(std::max(now_s(), time_s) + kTick_s); }
  /// A thread stays until it is joined, so that a simulated clock can count on its sleepers.
  void sleep_until_stopped() {
    constexpr double kHour_s = 3600.0;
    while (!stopped()) sleep_until(now_s() + kHour_s);
  }

 private:
  Clock& clock_;
  std::atomic<bool> stop_{false};
};

}  // namespace photoplayer::stream
