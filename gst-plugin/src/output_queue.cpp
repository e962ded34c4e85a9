// SPDX-License-Identifier: Apache-2.0
#include "output_queue.h"

namespace photoplayer::gst {

void OutputQueue::clear() {
  for (const Item& item : items_) gst_mini_object_unref(item.object);
  items_.clear();
  frames_ = 0;
}

void OutputQueue::put_event(GstEvent* event) {
  const std::lock_guard lock(mutex_);
  if (flushing_) {
    gst_event_unref(event);
    return;
  }
  items_.push_back({GST_MINI_OBJECT_CAST(event), 0});
  changed_.notify_all();
}

bool OutputQueue::put_audio(GstBuffer* buffer, std::uint64_t frames) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return flushing_ || frames_ < capacity_frames_; });
  if (flushing_) {
    gst_buffer_unref(buffer);
    return false;
  }
  items_.push_back({GST_MINI_OBJECT_CAST(buffer), frames});
  frames_ += frames;
  changed_.notify_all();
  return true;
}

GstMiniObject* OutputQueue::take() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return flushing_ || !items_.empty(); });
  if (flushing_) return nullptr;
  const Item item = items_.front();
  items_.pop_front();
  frames_ -= item.frames;
  changed_.notify_all();
  return item.object;
}

GstEvent* OutputQueue::try_take_event() {
  const std::lock_guard lock(mutex_);
  if (flushing_ || items_.empty() || !GST_IS_EVENT(items_.front().object)) return nullptr;
  const Item item = items_.front();
  items_.pop_front();
  return GST_EVENT_CAST(item.object);
}

bool OutputQueue::flushing() {
  const std::lock_guard lock(mutex_);
  return flushing_;
}

void OutputQueue::set_flushing(bool flushing) {
  const std::lock_guard lock(mutex_);
  flushing_ = flushing;
  if (flushing) clear();
  changed_.notify_all();
}

}  // namespace photoplayer::gst
