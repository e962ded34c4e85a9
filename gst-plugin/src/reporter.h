// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Element messages: photoplayer-beat for every beat that sounds, photoplayer-ladder when something stood in
/// for music that came too late, photoplayer-state when something has changed. Warnings and errors too, in
/// the words of the engine, with GStreamer's codes.
#include <photoplayer/stream/engine.h>
#include <photoplayer/stream/result.h>

#include <gst/gst.h>

#include <atomic>
#include <cstdint>
#include <limits>
#include <string>

namespace photoplayer::gst {

class Reporter {
 public:
  Reporter(GstElement* element, bool enabled) : element_(element), enabled_(enabled) {}

  void enable(bool wanted) { enabled_.store(wanted); }
  /// `state`: "waiting", "playing" or "finished".
  void state(const char* state, bool live, const stream::Engine* engine, std::uint64_t seed) const;
  /// Sound up to `time_s` (running time) was handed on. Caller: whoever makes the sound, one thread.
  void sounded_until(double time_s, const stream::Engine& engine, const GstSegment& segment);
  /// New music. Caller: while nobody makes sound.
  void reset() { told_ = {}; }

  /// Posts an error and ends the stream's life.
  static void post_error(GstElement* element, const Error& error, const std::string& bundle);

 private:
  void post_beat(const stream::ReportedBeat& beat, double tempo_bpm, const GstSegment& segment) const;
  void post_ladder(double time_s, const stream::LadderCounts& counts) const;
  void warn_of_failures(double time_s, const stream::Report& counts);

  struct Told {
    double until_s = std::numeric_limits<double>::lowest();
    double next_look_s = std::numeric_limits<double>::lowest();
    double next_warning_s = std::numeric_limits<double>::lowest();
    stream::LadderCounts ladder;
    std::uint64_t failures = 0;
  };

  GstElement* element_;
  std::atomic<bool> enabled_;
  Told told_;
};

}  // namespace photoplayer::gst
