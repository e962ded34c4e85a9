// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Everything that a run of `photoplayer latency` found, and its forms: JSON, a table for people, a plot, a trace.
/// Keys and stage names are a contract, shared with the report of `score`.
#include "latency/distribution.h"
#include "latency/event_trials.h"
#include "latency/live_run.h"

#include <photoplayer/stream/result.h>

#include <string>
#include <utility>
#include <vector>

namespace photoplayer::tools {

struct LatencyResults {
  LatencyOptions options;
  std::string bundle_name, bundle_sha256;
  LiveRun live;
  EventTrials events;
  double load_average = 0.0;  ///< of the machine, over the last minute of the live run
};

inline constexpr double kTick_s = 0.01;

/// By stage, in the order of the work.
[[nodiscard]] std::vector<std::pair<std::string, Distribution>> stages_ms(const LiveRun& run);
[[nodiscard]] Distribution queue_ms(const LiveRun& run);
/// The conductor stops when the jitter buffer is full, which it notices a tick too late at most.
[[nodiscard]] double queue_limit_ms(const LiveRun& run);
/// Share of the time that is spent at work: picture, sampling, decoding, synthesis.
[[nodiscard]] double duty(const LiveRun& run);
/// Of the trials that count, by what was waited for.
[[nodiscard]] Distribution events_ms(const EventTrials& trials, std::optional<double> EventTrial::*what);
/// In the live run: from each visual event that the music answered to the accent, as planned and on the run's clock.
[[nodiscard]] Distribution accents_ms(const LiveRun& run);

[[nodiscard]] std::string latency_json(const LatencyResults& results);
[[nodiscard]] std::string latency_text(const LatencyResults& results);
/// A PNG. Fails with kInternal.
[[nodiscard]] Result<std::string> latency_plot(const LatencyResults& results);
/// Trace events as chrome://tracing and ui.perfetto.dev read them.
[[nodiscard]] std::string latency_trace(const LatencyResults& results);

}  // namespace photoplayer::tools
