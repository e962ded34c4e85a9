// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The slow path on a thread of its own, for live pictures. The video thread leaves the newest still and goes
/// on; if the encoder is still busy with an older one, the one that waited is dropped and counted. Tested in
/// tests/unit/perception/perception_test.cpp.
#include <photoplayer/perception/slow_path.h>
#include <photoplayer/stream/picture.h>
#include <photoplayer/stream/timeline.h>

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

namespace photoplayer::perception {

class PerceptionThread {
 public:
  /// Starts the thread. `timeline` and `encoder` (may be null) must outlive this object.
  PerceptionThread(stream::Timeline& timeline, stream::SemanticEncoder* encoder);
  /// Waits for the encoder to finish what it is doing.
  ~PerceptionThread();
  PerceptionThread(const PerceptionThread&) = delete;
  PerceptionThread& operator=(const PerceptionThread&) = delete;

  [[nodiscard]] bool wants(double time_s) const noexcept { return schedule_.due(time_s); }
  /// Copies the still. Caller: video. Holds a lock that the worker takes only to swap buffers or to push one
  /// entry.
  void offer(const stream::PictureView& still, double time_s);
  /// Forgets the still that waits, and what the encoder is working on: it will not be pushed. Caller: video.
  void reset();

  /// True once nothing waits and nothing is being worked on, false after `timeout_s`. Caller: control, tests.
  [[nodiscard]] bool wait_until_idle(double timeout_s);

  [[nodiscard]] std::uint64_t stills_dropped() const;
  [[nodiscard]] std::uint64_t encoder_failures() const;

 private:
  struct Still {
    std::vector<std::uint8_t> rgb;  ///< rows without padding
    int width = 0, height = 0;
    double time_s = 0.0;
  };
  void work();

  stream::Timeline& timeline_;
  SlowPath slow_path_;      ///< worker only
  StillSchedule schedule_;  ///< video only

  mutable std::mutex mutex_;  // guards everything below
  std::condition_variable changed_;
  Still waiting_;
  bool has_waiting_ = false;
  bool busy_ = false;
  bool stop_ = false;
  std::uint64_t epoch_ = 0;  ///< raised by reset; results of an older one are thrown away
  std::uint64_t stills_dropped_ = 0;
  std::uint64_t encoder_failures_ = 0;

  std::thread thread_;  // last: it uses all of the above
};

}  // namespace photoplayer::perception
