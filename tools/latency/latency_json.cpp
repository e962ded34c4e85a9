// SPDX-License-Identifier: Apache-2.0
#include "events_json.h"
#include "latency/latency_results.h"

#include <nlohmann/json.hpp>

#include <thread>

namespace photoplayer::tools {
namespace {

using Json = nlohmann::ordered_json;

/// Nothing measured is not zero milliseconds.
Json to_json(const Distribution& of) {
  if (of.count == 0) {
    return {{"count", 0}, {"p50", nullptr}, {"p95", nullptr}, {"p99", nullptr}, {"p999", nullptr}, {"max", nullptr}};
  }
  return {{"count", of.count}, {"p50", of.p50}, {"p95", of.p95}, {"p99", of.p99}, {"p999", of.p999}, {"max", of.max}};
}

Json milliseconds(const std::optional<double>& seconds) {
  return seconds ? Json(1e3 * *seconds) : Json(nullptr);
}

Json live_json(const stream::LiveFacts& live) {
  return {{"priority", live.priority},         {"steps", live.steps},
          {"budget_ms", 1e3 * live.budget_s},  {"steps_lowered", live.steps_lowered},
          {"steps_raised", live.steps_raised}, {"lowered_windows", live.lowered_windows},
          {"early_hops", live.early_hops},     {"late_events", live.late_events}};
}

Json trials_json(const EventTrials& trials) {
  Json list = Json::array();
  for (const EventTrial& trial : trials.trials) {
    list.push_back({{"time", trial.event.time_s},
                    {"kind", stream::kind_name(trial.event.kind)},
                    {"audible_ms", milliseconds(trial.audible_s)},
                    {"accent_ms", milliseconds(trial.accent_s)},
                    {"score_ms", milliseconds(trial.score_s)},
                    {"void", trial.void_reason.empty() ? Json(nullptr) : Json(trial.void_reason)}});
  }
  return {{"clock", "simulated, moved by the measured time of sampling and decoding"},
          {"asked", trials.trials.size()},
          {"valid", trials.valid()},
          {"simulated_seconds", trials.simulated_s},
          {"wall_seconds", trials.wall_s},
          {"trials", std::move(list)}};
}

Json terms_json(const stream::LatencyTerms& terms) {
  return {{"hop_ms", 1e3 * stream::longest_hop_s(terms)},
          {"analysis_ms", 1e3 * terms.analysis_s},
          {"budget_ms", 1e3 * terms.budget_s},
          {"jitter_ms", 1e3 * terms.jitter_s},
          {"aligned_ms", 1e3 * stream::aligned_latency_s(terms)},
          {"instant_ms", 1e3 * stream::instant_latency_s(terms)},
          {"latest_accent_ms", 1e3 * stream::latest_accent_s(terms)},
          {"latest_answer_ms", 1e3 * stream::latest_answer_s(terms)}};
}

}  // namespace

std::string latency_json(const LatencyResults& results) {
  const LiveRun& live = results.live;
  const LatencyOptions& options = results.options;
  Json json;
  json["input"] = options.input.empty() ? Json(nullptr) : Json(options.input.string());
  json["bundle"] = results.bundle_name;
  json["bundle_sha256"] = results.bundle_sha256;
  json["seed"] = options.seed;
  json["mode"] = options.mode == stream::Mode::kAligned ? "aligned" : "instant";
  json["steps"] = live.settings.steps;
  json["guidance"] = live.settings.guidance;
  json["audio_seconds"] = live.audio_s;
  json["wall_seconds"] = live.wall_s;
  json["latency_ms"] = 1e3 * live.latency_s;
  json["formula"] = terms_json(live.terms);
  Json stages = Json::object();
  for (const auto& [name, of] : stages_ms(live)) stages[name] = to_json(of);
  json["stage_ms"] = std::move(stages);
  json["queue_ms"] = to_json(queue_ms(live));
  json["queue_limit_ms"] = queue_limit_ms(live);
  json["event_to_audio_ms"] = to_json(events_ms(results.events, &EventTrial::audible_s));
  json["event_to_accent_ms"] = to_json(events_ms(results.events, &EventTrial::accent_s));
  json["event_to_score_ms"] = to_json(events_ms(results.events, &EventTrial::score_s));
  json["event_trials"] = trials_json(results.events);
  json["live_accent_ms"] = to_json(accents_ms(live));
  json["visual_events"] = events_json(live.report.events);
  json["max_gap_ms"] = 1e3 * live.max_gap_s;
  json["max_silence_ms"] = 1e3 * live.max_silence_s;
  const auto recovery = recovery_hops(live, options.slowdown);
  json["recovery_hops"] = recovery ? Json(*recovery) : Json(nullptr);
  const auto& brake = options.slowdown;
  json["slowdown"] =
      brake ? Json{{"factor", brake->factor}, {"start", brake->start_s}, {"length", brake->length_s}} : Json(nullptr);
  const stream::Report& report = live.report;
  json["ladder"] = {{"fewer_steps", report.ladder.fewer_steps},
                    {"no_guidance", report.ladder.no_guidance},
                    {"look_ahead", report.ladder.look_ahead},
                    {"repeat_bar", report.ladder.repeat_bar},
                    {"bed", report.ladder.bed}};
  json["live"] = live_json(report.live);
  json["windows"] = report.windows;
  json["tempo_bpm"] = report.tempo_bpm;
  json["failures"] = report.failures;
  json["underruns"] = report.underrun_frames;
  json["underrun_events"] = report.underrun_events;
  json["duty"] = duty(live);
  json["cpu_cores"] = live.wall_s > 0.0 ? live.cpu_s / live.wall_s : 0.0;
  json["first_sound_ms"] = {{"cold", milliseconds(live.first_sound_cold_s)},
                            {"warm", milliseconds(live.first_sound_warm_s)}};
  json["machine"] = {{"cores", std::thread::hardware_concurrency()}, {"load_average", results.load_average}};
  // A path need not be UTF-8; JSON must be.
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace photoplayer::tools
