// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Buffers and serialised events on their way from the video thread to the source pad's task, in order. The
/// video thread may wait for room (back-pressure, not live); the task waits for something to push.
#include <gst/gst.h>

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>

namespace photoplayer::gst {

class OutputQueue {
 public:
  /// `capacity_frames`: audio frames that may wait, at least; a buffer that begins below it is taken whole.
  explicit OutputQueue(std::uint64_t capacity_frames) : capacity_frames_(capacity_frames) {}
  ~OutputQueue() { clear(); }
  OutputQueue(const OutputQueue&) = delete;
  OutputQueue& operator=(const OutputQueue&) = delete;

  /// Takes the reference. Never waits. Dropped while flushing.
  void put_event(GstEvent* event);
  /// Takes the reference. Waits for room; false, and dropped, while flushing. Caller: video.
  bool put_audio(GstBuffer* buffer, std::uint64_t frames);
  /// The next item, or null while flushing. Caller: task.
  [[nodiscard]] GstMiniObject* take();
  /// The next event if one stands first, else null. Never waits. Caller: task, live.
  [[nodiscard]] GstEvent* try_take_event();

  [[nodiscard]] bool flushing();

  /// While set, nothing waits and nothing is kept.
  void set_flushing(bool flushing);

 private:
  struct Item {
    GstMiniObject* object;
    std::uint64_t frames;
  };
  void clear();

  const std::uint64_t capacity_frames_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Item> items_;
  std::uint64_t frames_ = 0;
  bool flushing_ = false;
};

}  // namespace photoplayer::gst
