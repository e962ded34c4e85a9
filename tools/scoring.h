// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The loop of `score`: a frame in, as much music out as the engine can make of what was seen. The music begins with
/// the first frame and ends with the last one, to the sample. Memory does not grow with the film. Control thread.
#include "media/film_reader.h"
#include "media/pcm_scratch.h"
#include "media/stem_files.h"
#include "picture_feed.h"

#include <photoplayer/stream/engine.h>
#include <photoplayer/stream/result.h>

#include <atomic>
#include <functional>

namespace photoplayer::tools {

enum class Pace {
  kAsFastAsPossible,
  kRealTime,  ///< no frame before its time on the steady clock; still the on-demand engine, so nothing is shed
};

struct ScoringRun {
  FilmReader& film;
  stream::Engine& engine;
  PictureFeed& pictures;
  PcmScratch& music;
  StemFiles* stems = nullptr;  ///< null: none
  Pace pace = Pace::kAsFastAsPossible;
  const std::atomic<bool>& cancelled;
  std::function<void(double done_s)> progress;
};

struct ScoringResult {
  double video_s = 0.0;
  double first_music_s = 0.0;  ///< age of the process when the first samples existed
};

[[nodiscard]] Result<ScoringResult> score_film(const ScoringRun& run);

/// Samples (per channel) of music for this much picture.
[[nodiscard]] std::uint64_t music_frames(double video_s);

}  // namespace photoplayer::tools
