// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The engine of `photoplayer score` on a film in memory: what it played, as written music and, if wanted, how loud.
#include "eval/controls_film.h"
#include "model_factory.h"

#include <photoplayer/train/score_metrics.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace photoplayer::tools {

struct RunWish {
  std::uint64_t seed = 1;
  stream::Controls controls;
  double seconds = 16.0;     ///< longer than the film: it is shown again and again
  bool known_length = true;  ///< as `score` knows it from the file; false: as live, where the end comes unannounced
  bool sound = false;        ///< false: nothing is synthesised, the notes are the same
  /// With `sound`, interleaved stereo as it is made. Empty: not wanted.
  std::function<void(std::span<const float>)> listener;
};

struct PlayedRun {
  train::WrittenMusic music;  ///< what the network wrote, before instruments; without added accents; voices are layers
  std::vector<double> beats_s;
  stream::Controls decided;
  stream::Glance seen;  ///< of the last two minutes
};

/// One loaded bundle, used for one run after another. One thread at a time. Director and noise follow the wish's seed
/// only if that is the seed it was loaded with.
class RunRig {
 public:
  /// Fails with kUsage on a sound bundle, which plays no notes.
  [[nodiscard]] static Result<RunRig> load(const std::shared_ptr<const model::Bundle>& bundle, std::uint64_t seed,
                                           const ModelFactory& factory);
  /// With `sound` the synthesiser's level goes on from the run before; take a new rig where that matters.
  [[nodiscard]] Result<PlayedRun> play(const DrawnFilm& film, const RunWish& wish, const std::atomic<bool>& cancelled);

 private:
  explicit RunRig(LoadedModel model) : model_(std::move(model)) {}
  LoadedModel model_;
};

}  // namespace photoplayer::tools
