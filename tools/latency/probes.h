// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Stop-watches around the parts that the engine is made of, and the brake of `--slowdown`. What they note is read when
/// the engine's threads have ended. Each list is written by one thread: the one that works there.
#include "latency/latency_options.h"
#include "model_factory.h"

#include <photoplayer/stream/clock.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace photoplayer::tools {

struct Span {
  double begin_s = 0.0;  ///< on the run's clock
  float length_s = 0.0F;
};

/// One sampling run.
struct WindowSpan {
  Span span;
  int hop_rows = 0, steps_asked = 0, steps_taken = 0;
  bool guided = true;
  [[nodiscard]] bool whole() const { return steps_taken >= steps_asked && guided; }
};

struct Notes {
  std::vector<WindowSpan> windows;  ///< sampler's thread
  std::vector<Span> decoding;       ///< sampler's thread
  std::vector<Span> ticks;          ///< conductor's thread: one per 10 ms of music
  std::vector<Span> encoding;       ///< perception's thread
};

struct ProbeSettings {
  std::optional<Slowdown> slowdown;
  /// A simulated clock does not move while somebody works: then whoever samples or decodes sleeps on it for as long as
  /// the work took, without what other programs took meanwhile.
  bool work_moves_clock = false;
  double seconds = 0.0;  ///< expected length, so that nothing is allocated while measuring
};

/// Room for `count` in memory that is really there: what is measured later must neither wait for it nor seem to grow.
template <typename Entry>
void make_room(std::vector<Entry>& list, std::size_t count) {
  list.resize(count);
  list.clear();
}

/// Puts probes around everything. `clock` and `notes` outlive the model.
void add_probes(LoadedModel& model, stream::Clock& clock, Notes& notes, const ProbeSettings& settings);

}  // namespace photoplayer::tools
