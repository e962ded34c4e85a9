// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What the sampler's thread does: sleeps until a hop must be begun, makes it in the time that is left, hands it over.
/// Begins and restarts with small hops that grow, lowers the step count if that keeps failing, and in instant mode
/// begins early when a strong cut is seen. Tested in tests/unit/stream/live_engine_test.cpp and instant_test.cpp.
#include <photoplayer/stream/sampler.h>

#include "hop_exchange.h"
#include "late_events.h"
#include "live_pace.h"
#include "step_count.h"
#include "steps_budget.h"

namespace photoplayer::stream {

class SamplerLoop {
 public:
  SamplerLoop(const LiveSettings& settings, LivePace& pace, const Timeline& timeline, Ledger& ledger,
              HopExchange& exchange, MakeSampler make_sampler, ReadControls read_controls);

  /// Returns when stopped. Caller: the sampler's thread.
  void run();

 private:
  void begin();
  /// One turn; false: the piece has ended.
  [[nodiscard]] bool turn();
  /// Sleeps until the next hop must be begun. False: a strong cut has been seen, do not wait.
  [[nodiscard]] bool sleep_to_start(const Planner::Span& span, double deadline_s);
  [[nodiscard]] double budget_s() const;
  void make_hop(double deadline_s, bool early);
  void make_early_hop();
  [[nodiscard]] bool claim(const Plan& plan, bool early);
  [[nodiscard]] Result<Hop> commit(Sampler::Sampled sampled);
  [[nodiscard]] bool nobody_takes() const;
  void follow_gaps();
  /// Nobody met the events of beats that the ladder played.
  void miss_events(double from_s, double to_s);
  void grow(int rows);
  void book(bool shed);
  /// Aligned: those that came when their hop was made already.
  void report_late_events();
  /// A strong cut became known since this was asked last.
  [[nodiscard]] bool new_cut();

  LiveSettings settings_;
  LivePace& pace_;
  const Timeline& timeline_;
  Ledger& ledger_;
  HopExchange& exchange_;
  MakeSampler make_sampler_;
  ReadControls read_controls_;

  std::unique_ptr<Sampler> sampler_;
  StepsBudget budget_;
  StepCount step_count_;
  LateEvents late_events_;
  int small_rows_ = 1;           ///< of a first hop
  int most_rows_ = 0;            ///< of the next; 0: any
  std::int64_t last_first_ = 0;  ///< first row of the hop handed over last
  double cuts_known_until_s_ = -1e9;
};

}  // namespace photoplayer::stream
