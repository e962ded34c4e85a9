// SPDX-License-Identifier: Apache-2.0
#include "report_json.h"

#include "events_json.h"

#include "media/pcm_scratch.h"

#include <nlohmann/json.hpp>

namespace photoplayer::tools {
namespace {

using Json = nlohmann::ordered_json;

const char* keep_sound_name(KeepSound keep) {
  switch (keep) {
    case KeepSound::kOff:
      return "off";
    case KeepSound::kMix:
      return "mix";
    case KeepSound::kTrack:
      return "track";
  }
  return "?";
}

Json percentiles_json(const stream::StageTimes& times) {
  return {{"count", times.count}, {"p50", times.p50_ms},   {"p95", times.p95_ms},
          {"p99", times.p99_ms},  {"p999", times.p999_ms}, {"max", times.max_ms}};
}

Json stages_json(const std::vector<stream::StageTimes>& stages) {
  Json object = Json::object();
  for (const stream::StageTimes& stage : stages) {
    object[stage.name] = percentiles_json(stage);
  }
  return object;
}

}  // namespace

std::string report_json(const ScoreOptions& options, const RunFacts& facts, const stream::Report& report) {
  Json json;
  json["input"] = options.film.string();
  json["output"] = options.output.string();
  json["audio_seconds"] = facts.audio_seconds;
  json["video_seconds"] = facts.video_seconds;
  json["wall_seconds"] = facts.wall_seconds;
  json["rtf"] = facts.audio_seconds > 0.0 ? facts.wall_seconds / facts.audio_seconds : 0.0;
  json["first_music_seconds"] = facts.first_music_seconds;
  json["peak_rss_mb"] = facts.peak_rss_mb;
  json["seed"] = options.seed;
  json["bundle"] = facts.bundle_name;
  json["bundle_sha256"] = facts.bundle_sha256;
  json["steps"] = facts.steps;
  json["guidance"] = facts.guidance;
  json["mode"] = options.mode == stream::Mode::kAligned ? "aligned" : "instant";
  json["realtime"] = options.realtime;
  json["keep_sound"] = keep_sound_name(options.keep_sound);
  json["latency_ms"] = facts.latency_ms;
  json["sample_rate"] = kSampleRate_hz;
  json["windows"] = report.windows;
  json["seams"] = report.seams_s;
  json["beats"] = report.beats_s;
  json["bars"] = report.bars_s;
  json["tempo_bpm"] = report.tempo_bpm;
  json["beat_source"] = report.beat_source;
  const stream::Controls& decided = report.decided;
  json["style"] =
      decided.style ? Json(stream::kStyleNames.at(static_cast<std::size_t>(*decided.style))) : Json(nullptr);
  json["key"] = decided.key ? Json(tonic_name(*decided.key)) : Json(nullptr);
  json["scale"] = decided.scale ? Json(scale_name(*decided.scale)) : Json(nullptr);
  json["visual_events"] = events_json(report.events);
  json["notes"] = report.notes;
  json["notes_corrected"] = report.notes_corrected;
  json["underruns"] = report.underrun_frames;  // samples that had to be concealed
  json["underrun_events"] = report.underrun_events;
  json["ladder"] = {{"fewer_steps", report.ladder.fewer_steps},
                    {"no_guidance", report.ladder.no_guidance},
                    {"look_ahead", report.ladder.look_ahead},
                    {"repeat_bar", report.ladder.repeat_bar},
                    {"bed", report.ladder.bed}};
  json["stage_ms"] = stages_json(report.stages);
  json["warnings"] = facts.warnings;
  // A path need not be UTF-8; JSON must be.
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace photoplayer::tools
