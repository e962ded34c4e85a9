// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What the engine did: the source of `score --report`, of bus messages and of the soak's checks.
#include <photoplayer/stream/controls.h>
#include <photoplayer/stream/timeline.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace photoplayer::stream {

struct StageTimes {
  std::string name;  ///< "sample", "decode", "synthesise", …
  std::size_t count = 0;
  double p50_ms = 0.0, p95_ms = 0.0, p99_ms = 0.0, p999_ms = 0.0, max_ms = 0.0;
};

struct ReportedEvent {
  VisualEvent event;
  bool taken = false;
  double accent_time_s = 0.0;  ///< where the accent sounds; meaningless if not taken
};

struct ReportedBeat {
  double time_s = 0.0;       ///< running time
  std::uint64_t number = 0;  ///< of the piece's beats, from 0
  std::uint64_t bar = 0;     ///< of the piece's bars, from 0
};

struct LadderCounts {
  std::uint64_t fewer_steps = 0, no_guidance = 0, look_ahead = 0, repeat_bar = 0, bed = 0;
};

/// How the live threads are doing.
struct LiveFacts {
  int steps = 0;                      ///< that a window begins with now
  double budget_s = 0.0;              ///< a window is begun so long before its deadline
  std::uint64_t steps_lowered = 0;    ///< times that repeated lateness lowered the step count
  std::uint64_t steps_raised = 0;     ///< times that it was raised again
  std::uint64_t lowered_windows = 0;  ///< windows that began with fewer steps than asked for
  std::uint64_t early_hops = 0;       ///< hops that a strong visual event called before their time
  std::uint64_t late_events = 0;      ///< aligned: visual events known only when their hop was made already
  std::string priority;               ///< of the thread that carries the sound: "real-time", "favoured", "normal"
  StageTimes queue;                   ///< finished sound between the decoder and the render thread, every 10 ms
  double queue_limit_s = 0.0;         ///< its bound: the jitter buffer, of a sound one hop more
};

struct Report {
  std::uint64_t windows = 0;
  std::vector<double> seams_s, beats_s, bars_s;
  double tempo_bpm = 0.0;
  std::string beat_source = "score";
  Controls decided;  ///< style, key and scale of the piece
  std::vector<ReportedEvent> events;
  std::uint64_t events_seen = 0, events_taken = 0;
  std::uint64_t notes = 0, notes_corrected = 0;
  std::uint64_t underrun_events = 0, underrun_frames = 0;
  LadderCounts ladder;
  LiveFacts live;              ///< of a live run
  std::uint64_t failures = 0;  ///< windows that the generator or decoder failed on, live
  std::string last_failure;
  std::vector<StageTimes> stages;
};

}  // namespace photoplayer::stream
