// SPDX-License-Identifier: Apache-2.0
#include "latency/latency_results.h"

#include <algorithm>
#include <numeric>

namespace photoplayer::tools {
namespace {

constexpr double kMilli = 1e3;

Distribution lengths_ms(const std::vector<Span>& spans) {
  std::vector<double> values;
  values.reserve(spans.size());
  for (const Span& span : spans) values.push_back(static_cast<double>(span.length_s) * kMilli);
  return distribution(std::move(values));
}

std::vector<Span> sampling(const LiveRun& run) {
  std::vector<Span> spans;
  for (const WindowSpan& window : run.notes.windows) spans.push_back(window.span);
  return spans;
}

double total_s(const std::vector<Span>& spans) {
  return std::accumulate(spans.begin(), spans.end(), 0.0,
                         [](double sum, const Span& span) { return sum + static_cast<double>(span.length_s); });
}

}  // namespace

std::vector<std::pair<std::string, Distribution>> stages_ms(const LiveRun& run) {
  std::vector<std::pair<std::string, Distribution>> stages = {{"perceive", lengths_ms(run.seeing)},
                                                              {"encode", lengths_ms(run.notes.encoding)}};
  for (const stream::StageTimes& stage : run.report.stages) {
    if (stage.name != "plan") continue;
    stages.push_back(
        {stage.name, {stage.count, stage.p50_ms, stage.p95_ms, stage.p99_ms, stage.p999_ms, stage.max_ms}});
  }
  stages.emplace_back("sample", lengths_ms(sampling(run)));
  stages.emplace_back("decode", lengths_ms(run.notes.decoding));
  stages.emplace_back("synthesise", lengths_ms(run.notes.ticks));
  stages.emplace_back("render", lengths_ms(run.taking));
  std::erase_if(stages, [](const auto& stage) { return stage.second.count == 0; });
  return stages;
}

Distribution queue_ms(const LiveRun& run) {
  std::vector<double> values;
  for (const QueueSample& sample : run.queue) values.push_back(static_cast<double>(sample.queued_s) * kMilli);
  return distribution(std::move(values));
}

double queue_limit_ms(const LiveRun& run) {
  return (run.terms.jitter_s + kTick_s) * kMilli;
}

double duty(const LiveRun& run) {
  if (run.wall_s <= 0.0) return 0.0;
  const double work_s = total_s(run.seeing) + total_s(run.notes.encoding) + total_s(sampling(run)) +
                        total_s(run.notes.decoding) + total_s(run.notes.ticks);
  return work_s / run.wall_s;
}

Distribution events_ms(const EventTrials& trials, std::optional<double> EventTrial::*what) {
  std::vector<double> values;
  for (const EventTrial& trial : trials.trials) {
    if (trial.void_reason.empty() && trial.*what) values.push_back(*(trial.*what) * kMilli);
  }
  return distribution(std::move(values));
}

Distribution accents_ms(const LiveRun& run) {
  std::vector<double> values;
  for (const stream::ReportedEvent& reported : run.report.events) {
    if (reported.taken) values.push_back((reported.accent_time_s + run.latency_s - reported.event.time_s) * kMilli);
  }
  return distribution(std::move(values));
}

}  // namespace photoplayer::tools
