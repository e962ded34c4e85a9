// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The two live threads. The sampler makes each hop just in time (deadline minus budget), the conductor
/// renders every 10 ms as far ahead as the jitter buffer and never waits for the sampler: what is not there
/// when due comes from the understudy. Both sleep on the clock alone. Owned by the engine's control thread.
/// Tested in tests/unit/stream/live_engine_test.cpp.
#include <photoplayer/stream/clock.h>
#include <photoplayer/stream/conductor.h>
#include <photoplayer/stream/sampler.h>

#include "hop_exchange.h"
#include "ring_render_port.h"
#include "steps_budget.h"
#include "understudy.h"

#include <atomic>
#include <functional>
#include <memory>
#include <thread>

namespace photoplayer::stream {

struct LiveSettings {
  double start_s = 0.0;       ///< running time of the first beat
  double latency_s = 0.0;     ///< music of running time t sounds at clock time t + latency
  double first_hop_s = 1.25;  ///< longest first hop
  double analysis_s = 0.25;
  double budget_s = 0.3;
  double jitter_s = 0.06;
  bool aligned = true;
};

class LiveDrive {
 public:
  using MakeSampler = std::function<std::unique_ptr<Sampler>(double seen_until_s)>;
  using ReadControls = std::function<Controls()>;

  LiveDrive(const LiveSettings& settings, Clock& clock, const Timeline& timeline, Conductor& conductor, Ledger& ledger,
            FrameRing& ring, RingRenderPort& port, MakeSampler make_sampler, ReadControls read_controls);
  /// Stops and joins.
  ~LiveDrive();
  LiveDrive(const LiveDrive&) = delete;
  LiveDrive& operator=(const LiveDrive&) = delete;

 private:
  void stop();
  /// Until `time_s` on the clock, or until stopped.
  void sleep_until(double time_s);

  void sample();
  [[nodiscard]] bool make_hop(Sampler& sampler, double deadline_s);
  [[nodiscard]] static Result<Hop> commit(Sampler& sampler, Sampler::Sampled sampled);
  [[nodiscard]] bool nobody_takes() const;
  void follow_gaps(Sampler& sampler);
  void wait_past(double time_s);
  /// A thread stays until it is joined, so that a simulated clock can count on its sleepers.
  void sleep_until_stopped();
  /// The conductor asks for a hop when it renders its first sample, the jitter buffer ahead of its sounding.
  [[nodiscard]] double lead_s() const { return settings_.latency_s - settings_.jitter_s; }

  void conduct();
  void fill();
  [[nodiscard]] bool fetch_hop();

  LiveSettings settings_;
  Clock& clock_;
  const Timeline& timeline_;
  Conductor& conductor_;
  Ledger& ledger_;
  FrameRing& ring_;
  RingRenderPort& port_;
  MakeSampler make_sampler_;
  ReadControls read_controls_;

  HopExchange exchange_;
  StepsBudget budget_;        // sampler's
  Understudy understudy_;     // conductor's
  bool opened_ = false;       // conductor's
  std::vector<float> block_;  // conductor's
  std::atomic<bool> stop_{false};
  std::thread sampler_thread_;
  std::thread conductor_thread_;
};

}  // namespace photoplayer::stream
