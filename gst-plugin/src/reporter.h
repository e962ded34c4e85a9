// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Element messages: photoplayer-beat for every beat that sounds, photoplayer-state when something has
/// changed. Errors too, in the words of the engine, with GStreamer's codes.
#include <photoplayer/stream/engine.h>
#include <photoplayer/stream/result.h>

#include <gst/gst.h>

#include <atomic>
#include <cstddef>
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
  void reset() { next_beat_ = 0, next_look_s_ = 0.0; }

  /// Posts an error and ends the stream's life.
  static void post_error(GstElement* element, const Error& error, const std::string& bundle);

 private:
  GstElement* element_;
  std::atomic<bool> enabled_;
  std::size_t next_beat_ = 0;
  double next_look_s_ = 0.0;
};

}  // namespace photoplayer::gst
