// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The live engine against the machine's clock, as an application with a camera and a sound card would run it: a video
/// thread shows a film at its own speed, a render thread takes 10 ms at a time when they are due. Control thread.
#include "latency/latency_options.h"
#include "latency/probes.h"
#include "media/film_reader.h"
#include "model_factory.h"

#include <photoplayer/stream/latency_formula.h>
#include <photoplayer/stream/report.h>

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace photoplayer::tools {

/// Of a rung of the ladder, when it was noticed; or an underrun.
struct Mark {
  double time_s = 0.0;
  std::string what;
};

struct QueueSample {
  double time_s = 0.0;
  float queued_s = 0.0F;  ///< just before the render thread took its block
};

struct LiveRun {
  stream::EngineSettings settings;
  stream::LatencyTerms terms;
  double latency_s = 0.0;  ///< as the engine reports it
  double audio_s = 0.0;
  Notes notes;
  std::vector<Span> seeing;  ///< video thread, one per frame
  std::vector<Span> taking;  ///< render thread, one per block
  std::vector<QueueSample> queue;
  std::vector<Mark> marks;
  double max_gap_s = 0.0;      ///< longest stretch of concealed samples
  double max_silence_s = 0.0;  ///< longest stretch below −60 dBFS after the first sound; music may rest
  double cpu_s = 0.0;          ///< of the whole process while music was taken or waited for
  double wall_s = 0.0;
  std::optional<double> first_sound_cold_s;  ///< from the start of the process
  std::optional<double> first_sound_warm_s;  ///< from the first frame
  stream::Report report;
};

using NextFrame = std::function<Result<std::optional<FilmFrame>>()>;

struct LiveInput {
  LoadedModel model;
  NextFrame film;
  std::function<double()> film_end_s;  ///< asked after the film's last frame
  std::function<void(double done_s)> progress;
};

[[nodiscard]] Result<LiveRun> play_live(const LatencyOptions& options, LiveInput input,
                                        const std::atomic<bool>& cancelled);

/// The terms of the formula that this engine has.
[[nodiscard]] stream::LatencyTerms latency_terms(const stream::EngineSettings& settings, bool plays_notes);

/// Hops after the slowdown's end that were still not whole; two whole ones in a row end it. Nothing without a slowdown.
[[nodiscard]] std::optional<int> recovery_hops(const LiveRun& run, const std::optional<Slowdown>& slowdown);

}  // namespace photoplayer::tools
