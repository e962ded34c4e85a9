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
  /// `source` remembers what a flush must not lose; may be null.
  explicit OutputQueue(std::uint64_t capacity_frames, GstPad* source = nullptr)
      : capacity_frames_(capacity_frames), source_(source) {}
  ~OutputQueue() { clear(); }
  OutputQueue(const OutputQueue&) = delete;
  OutputQueue& operator=(const OutputQueue&) = delete;

  /// Takes the reference. Never waits. While flushing it is dropped, as set_flushing() does.
  void put_event(GstEvent* event);
  /// Takes the reference. Waits for room; false, and dropped, while flushing. Caller: video.
  bool put_audio(GstBuffer* buffer, std::uint64_t frames);
  /// The next item, or null while flushing. Caller: task.
  [[nodiscard]] GstMiniObject* take();
  /// The next event if one stands first, else null. Never waits. Caller: task, live.
  [[nodiscard]] GstEvent* try_take_event();

  [[nodiscard]] bool flushing();
  /// Waits until all was taken, or for a flush. Caller: video.
  void wait_until_empty();

  /// While set, nothing waits and nothing is kept: sticky events other than segment and end go to the source
  /// pad, which sends them before whatever comes next. Nobody would send them again.
  void set_flushing(bool flushing);

 private:
  struct Item {
    GstMiniObject* object;
    std::uint64_t frames;
  };
  void clear();
  void drop(GstMiniObject* object);

  const std::uint64_t capacity_frames_;
  GstPad* const source_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Item> items_;
  std::uint64_t frames_ = 0;
  bool flushing_ = false;
};

}  // namespace photoplayer::gst
