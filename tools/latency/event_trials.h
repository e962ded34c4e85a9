// SPDX-License-Identifier: Apache-2.0
#pragma once
/// How long after a visual event the music changes, by comparison: the same engine, seed and film twice, once with a
/// cut or a flash; where the two sounds part is the reaction. The live engine runs on a simulated clock, so that
/// nothing else can tell the two apart; sampling and decoding take as long on it as they really took. Sound is compared
/// as the render port gives it out, after the ring. Control thread.
#include "latency/latency_options.h"
#include "latency/test_film.h"
#include "model_factory.h"

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace photoplayer::tools {

/// One comparison. Times are seconds from the first frame that shows the event to the sound; nothing: not within the
/// time that was listened.
struct EventTrial {
  FilmEvent event;
  std::optional<double> audible_s;  ///< first audible difference of any kind
  std::optional<double> accent_s;   ///< first stroke that only the run with the event has
  std::optional<double> score_s;    ///< first other note that only one of them has
  /// Why it does not count: the sounds differed before the event, or a hop of one run was late. Empty: it counts.
  std::string void_reason;
};

struct EventTrials {
  std::vector<EventTrial> trials;
  double simulated_s = 0.0, wall_s = 0.0;
  [[nodiscard]] std::size_t valid() const;
};

using LoadModel = std::function<Result<LoadedModel>()>;

/// `settings` on top of the model's own.
[[nodiscard]] Result<EventTrials> try_events(const LatencyOptions& options, const LoadModel& load,
                                             const std::atomic<bool>& cancelled,
                                             const std::function<void(double share)>& progress);

}  // namespace photoplayer::tools
