// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The pipeline's clock as the engine's. Its zero is the moment at which a frame of running time zero arrives
/// here, so the upstream latency is taken off. It stands still unless the element is PLAYING and has a clock.
/// Any thread. std::mutex rather than GMutex, because the thread sanitizer does not see GLib's futexes.
#include <photoplayer/stream/clock.h>

#include <gst/gst.h>

#include <vector>

namespace photoplayer::gst {

class PipelineClock final : public stream::Clock {
 public:
  /// `element` outlives the clock.
  explicit PipelineClock(GstElement* element) : element_(element) {}

  void play();
  void pause();
  /// The element was given another clock.
  void clock_changed();
  void set_upstream_latency(GstClockTime latency);

  [[nodiscard]] double now_s() const override;
  bool wait_until(double time_s) override;
  /// Waits for PLAYING and a clock. False if interrupted.
  bool wait_playing();
  void interrupt() override;
  void resume() override;

 private:
  /// Absolute clock time at which this clock shows zero; false if it stands still. Needs the mutex.
  bool running_zero(GstClock*& clock, GstClockTimeDiff& zero) const;
  void wake();

  GstElement* element_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<GstClockID> waiting_;
  GstClockTime upstream_latency_ = 0;
  double frozen_s_ = 0.0;
  bool playing_ = false;
  bool interrupted_ = false;
};

}  // namespace photoplayer::gst
