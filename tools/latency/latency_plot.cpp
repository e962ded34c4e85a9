// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstdio>

#include "latency/latency_results.h"
#include "plot/panel.h"

namespace photoplayer::tools {
namespace {

constexpr int kWidth = 1200, kHeight = 960;
constexpr Ink kBrake{1.0, 0.93, 0.8};

void shade_slowdown(Panel& panel, const LatencyResults& results) {
  if (results.options.slowdown) {
    panel.band(results.options.slowdown->start_s, std::min(results.options.slowdown->end_s(), results.live.wall_s),
               kBrake);
  }
}

void draw_queue(Plot& plot, const LatencyResults& results) {
  const LiveRun& live = results.live;
  const double limit_ms = queue_limit_ms(live);
  Panel panel(plot, 50.0, 210.0, "Sound ready for the render thread, ms");
  panel.ranges(live.wall_s, 0.0, std::max(1.3 * limit_ms, queue_ms(live).max));
  shade_slowdown(panel, results);
  for (const double value : {0.0, 20.0, 40.0, 60.0, 80.0}) {
    char label[16];
    std::snprintf(label, sizeof label, "%g", value);
    panel.grid_y(value, label);
  }
  for (const Mark& mark : live.marks) panel.mark(mark.time_s, mark.what == "underrun" ? kAlarmInk : kInks[1]);
  for (const QueueSample& sample : live.queue) {
    panel.dot(sample.time_s, 1e3 * static_cast<double>(sample.queued_s), kInks[0]);
  }
  panel.level(limit_ms, kAlarmInk);
  panel.legend(0, "queue", kInks[0]);
  panel.legend(1, "limit, underrun", kAlarmInk);
  panel.legend(2, "ladder", kInks[1]);
  if (results.options.slowdown) panel.legend(3, "slowed down", kBrake);
  panel.ticks_x("s");
}

double p999_ms(const std::vector<Span>& spans) {
  std::vector<double> lengths;
  for (const Span& span : spans) lengths.push_back(1e3 * static_cast<double>(span.length_s));
  return distribution(std::move(lengths)).p999;
}

void draw_stages(Plot& plot, const LatencyResults& results) {
  const LiveRun& live = results.live;
  Panel panel(plot, 340.0, 250.0, "Work, ms; beside the names 99.9th percentiles");
  panel.ranges(live.wall_s, 0.01, 1000.0, Panel::Scale::kLogarithmic);
  shade_slowdown(panel, results);
  for (const double value : {0.01, 0.1, 1.0, 10.0, 100.0, 1000.0}) {
    char label[16];
    std::snprintf(label, sizeof label, "%g", value);
    panel.grid_y(value, label);
  }
  std::vector<Span> sampling;
  for (const WindowSpan& window : live.notes.windows) sampling.push_back(window.span);
  const std::array<std::pair<const char*, const std::vector<Span>*>, 6> stages = {{{"perceive", &live.seeing},
                                                                                   {"encode", &live.notes.encoding},
                                                                                   {"sample", &sampling},
                                                                                   {"decode", &live.notes.decoding},
                                                                                   {"synthesise", &live.notes.ticks},
                                                                                   {"render", &live.taking}}};
  for (std::size_t i = 0; i < stages.size(); ++i) {
    for (const Span& span : *stages[i].second) {
      panel.dot(span.begin_s, 1e3 * static_cast<double>(span.length_s), kInks[i]);
    }
    char label[64];
    std::snprintf(label, sizeof label, "%s, %.3g", stages[i].first, p999_ms(*stages[i].second));
    panel.legend(static_cast<int>(i), label, kInks[i]);
  }
  const double budget_ms = 1e3 * live.terms.budget_s;
  panel.level(budget_ms, kAlarmInk);
  panel.legend(6, "budget of a hop", kAlarmInk);
  panel.ticks_x("s");
}

void draw_events(Plot& plot, const LatencyResults& results) {
  constexpr std::size_t kBins = 50;
  Panel panel(plot, 670.0, 220.0, "From a visual event to the sound, comparisons");
  const std::array<std::pair<const char*, std::optional<double> EventTrial::*>, 3> kinds = {
      {{"first audible", &EventTrial::audible_s}, {"accent", &EventTrial::accent_s}, {"score", &EventTrial::score_s}}};
  double longest_s = stream::latest_answer_s(results.live.terms) * 1.1;
  for (const auto& [name, what] : kinds) longest_s = std::max(longest_s, 1.05e-3 * events_ms(results.events, what).max);
  std::array<std::array<int, kBins>, 3> counts{};
  int most = 4;
  for (std::size_t kind = 0; kind < kinds.size(); ++kind) {
    for (const EventTrial& trial : results.events.trials) {
      const auto& value = trial.*kinds[kind].second;
      if (!trial.void_reason.empty() || !value) continue;
      const auto bin = static_cast<std::size_t>(std::clamp(*value / longest_s, 0.0, 0.999) * kBins);
      most = std::max(most, ++counts[kind][bin]);
    }
  }
  panel.ranges(1e3 * longest_s, 0.0, most);
  const int step = (most + 3) / 4;
  for (int value = 0; value <= most; value += step) panel.grid_y(value, std::to_string(value));
  for (std::size_t kind = 0; kind < kinds.size(); ++kind) {
    for (std::size_t bin = 0; bin < kBins; ++bin) {
      if (counts[kind][bin] == 0) continue;
      // Side by side within the bin.
      const double width = 1e3 * longest_s / kBins / 3.0;
      const double left = (static_cast<double>(bin) * 3.0 + static_cast<double>(kind)) * width;
      panel.box(left, 0.0, left + 0.9 * width, counts[kind][bin], kInks[kind]);
    }
    panel.legend(static_cast<int>(kind), kinds[kind].first, kInks[kind]);
  }
  panel.mark(1e3 * stream::latest_answer_s(results.live.terms), kAlarmInk);
  panel.legend(3, "the formula's bound", kAlarmInk);
  panel.ticks_x("ms");
}

}  // namespace

Result<std::string> latency_plot(const LatencyResults& results) {
  Plot plot(kWidth, kHeight);
  draw_queue(plot, results);
  draw_stages(plot, results);
  draw_events(plot, results);
  return plot.png();
}

}  // namespace photoplayer::tools
