// SPDX-License-Identifier: Apache-2.0
#include "latency/latency_results.h"

#include <cstdarg>
#include <cstdio>
#include <thread>

namespace photoplayer::tools {
namespace {

[[gnu::format(printf, 2, 3)]] void add(std::string& text, const char* format, ...) {
  char line[240];
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  text += line;
}

void add_row(std::string& text, const char* name, const Distribution& of) {
  if (of.count == 0) {
    add(text, "%-18s %7d %9s %9s %9s %9s %9s\n", name, 0, "-", "-", "-", "-", "-");
    return;
  }
  add(text, "%-18s %7zu %9.2f %9.2f %9.2f %9.2f %9.2f\n", name, of.count, of.p50, of.p95, of.p99, of.p999, of.max);
}

std::string seconds_or_never(const std::optional<double>& seconds) {
  if (!seconds) return "never";
  char text[40];
  std::snprintf(text, sizeof text, "%.2f s", *seconds);
  return text;
}

}  // namespace

std::string latency_text(const LatencyResults& results) {
  const LiveRun& live = results.live;
  const stream::LatencyTerms& terms = live.terms;
  const bool aligned = results.options.mode == stream::Mode::kAligned;
  const auto ms = [](double seconds) { return 1e3 * seconds; };
  std::string text;
  add(text, "%s, %s mode, %.1f s of music, %d steps; %u cores, load average %.1f\n", results.bundle_name.c_str(),
      aligned ? "aligned" : "instant", live.audio_s, live.settings.steps, std::thread::hardware_concurrency(),
      results.load_average);
  if (aligned) {
    add(text, "latency %.0f ms = hop %.0f + analysis %.0f + budget %.0f + jitter %.0f\n\n", ms(live.latency_s),
        ms(stream::longest_hop_s(terms)), ms(terms.analysis_s), ms(terms.budget_s), ms(terms.jitter_s));
  } else {
    add(text, "latency %.0f ms = jitter; an accent within %.0f ms, new score within %.0f ms\n\n", ms(live.latency_s),
        ms(stream::latest_accent_s(terms)), ms(stream::latest_answer_s(terms)));
  }
  add(text, "%-18s %7s %9s %9s %9s %9s %9s\n", "milliseconds", "count", "p50", "p95", "p99", "p99.9", "max");
  for (const auto& [name, of] : stages_ms(live)) add_row(text, name.c_str(), of);
  add_row(text, "queue", queue_ms(live));
  if (!results.events.trials.empty()) {
    add_row(text, "event to audio", events_ms(results.events, &EventTrial::audible_s));
    add_row(text, "event to accent", events_ms(results.events, &EventTrial::accent_s));
    add_row(text, "event to score", events_ms(results.events, &EventTrial::score_s));
  }
  const stream::Report& report = live.report;
  add(text, "\nqueue limit %.0f ms; longest gap %.1f ms; underruns %llu; duty %.3f; %.2f cores busy\n",
      queue_limit_ms(live), ms(live.max_gap_s), static_cast<unsigned long long>(report.underrun_events), duty(live),
      live.wall_s > 0.0 ? live.cpu_s / live.wall_s : 0.0);
  add(text,
      "ladder: fewer steps %llu, no guidance %llu, look-ahead %llu, repeated bar %llu, bed %llu of %llu windows\n",
      static_cast<unsigned long long>(report.ladder.fewer_steps),
      static_cast<unsigned long long>(report.ladder.no_guidance),
      static_cast<unsigned long long>(report.ladder.look_ahead),
      static_cast<unsigned long long>(report.ladder.repeat_bar), static_cast<unsigned long long>(report.ladder.bed),
      static_cast<unsigned long long>(report.windows));
  if (const auto recovery = recovery_hops(live, results.options.slowdown)) {
    add(text, "hops after the slowdown that were not whole: %d\n", *recovery);
  }
  add(text, "first sound: %s after the program's start, %s after the first frame\n",
      seconds_or_never(live.first_sound_cold_s).c_str(), seconds_or_never(live.first_sound_warm_s).c_str());
  if (const std::size_t asked = results.events.trials.size(); asked > 0) {
    add(text, "events: %zu of %zu comparisons count; simulated clock, %.1f s of it in %.1f s\n", results.events.valid(),
        asked, results.events.simulated_s, results.events.wall_s);
  }
  return text;
}

}  // namespace photoplayer::tools
