// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Messages on the bus: photoplayer-beat for every beat that sounds, photoplayer-accent for every
/// visual event that the music meets, photoplayer-ladder when something stood in for
/// music that came too late, photoplayer-state when something has changed; GStreamer's own QOS message for the same
/// and for silence that had to be put in. Warnings and errors too, in the words of the engine, with GStreamer's codes.
#include <photoplayer/stream/engine.h>
#include <photoplayer/stream/result.h>

#include <gst/gst.h>

#include <atomic>
#include <cstdint>
#include <limits>
#include <string>

namespace photoplayer::gst {

/// How far the music is.
struct Sounded {
  double until_s = 0.0;  ///< running time
  GstSegment segment{};  ///< of the source pad there
  bool live = false;
  std::uint64_t frames = 0;  ///< made since the music began
};

class Reporter {
 public:
  Reporter(GstElement* element, bool enabled) : element_(element), enabled_(enabled) {}

  void enable(bool wanted) { enabled_.store(wanted); }
  /// `state`: "playing" or "finished".
  void state(const char* state, const Sounded& sounded, const stream::Engine& engine, std::uint64_t seed) const;
  /// Sound was handed on. Caller: whoever makes the sound, one thread.
  void sounded_until(const Sounded& sounded, const stream::Engine& engine);
  /// New music; what `engine` has counted so far is old news. Caller: while nobody makes sound.
  void reset(const stream::Engine& engine);

  /// Posts an error and ends the stream's life.
  static void post_error(GstElement* element, const Error& error, const std::string& bundle);

 private:
  void post_beat(const stream::ReportedBeat& beat, double tempo_bpm, const GstSegment& segment) const;
  void post_accent(const stream::ReportedEvent& met, const GstSegment& segment) const;
  void post_ladder(const char* rung, const Sounded& sounded, const stream::LadderCounts& counts) const;
  void post_qos(const Sounded& sounded, const stream::Report& counts, int quality) const;
  void warn_of_failures(double time_s, const stream::Report& counts);
  void log_news(const stream::Report& counts) const;
  /// Since the last look.
  [[nodiscard]] GstClockTime since_then(double until_s) const;

  struct Told {
    double until_s = std::numeric_limits<double>::lowest();
    double next_look_s = std::numeric_limits<double>::lowest();
    double next_warning_s = std::numeric_limits<double>::lowest();
    stream::LadderCounts ladder;
    std::uint64_t failures = 0, failures_warned = 0, underrun_frames = 0, windows = 0, late_events = 0;
    std::string priority;
  };

  GstElement* element_;
  std::atomic<bool> enabled_;
  Told told_;
};

}  // namespace photoplayer::gst
