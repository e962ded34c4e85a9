// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The live engine on a simulated clock: what came out of its render port, and which notes were played. Control thread.
#include "latency/test_film.h"
#include "model_factory.h"

#include <photoplayer/stream/engine.h>

#include <atomic>
#include <functional>
#include <span>
#include <vector>

namespace photoplayer::tools {

struct PlayedNote {
  stream::NoteEvent event;  ///< a note that begins
  double heard_s = 0.0;     ///< on the clock, where the render port gives it out
};

struct SimulatedRun {
  std::vector<float> sound;  ///< [frames, 2]; the first frame is given out at `latency_s` on the clock
  std::vector<PlayedNote> notes;
  double latency_s = 0.0;
  bool late = false;  ///< the ladder was used, or samples were missing
};

struct SimulatedInput {
  LoadedModel model;
  TestFilm film;
  double until_s = 0.0;  ///< on the clock
  /// Asked ten times a second with what there is so far; false ends the run. May be empty.
  std::function<bool(const SimulatedRun&, double now_s)> goes_on;
};

[[nodiscard]] Result<SimulatedRun> simulate_live(SimulatedInput input, const std::atomic<bool>& cancelled);

}  // namespace photoplayer::tools
