// SPDX-License-Identifier: Apache-2.0
#include "output_queue.h"

namespace photoplayer::gst {

void OutputQueue::drop(GstMiniObject* object) {
  if (source_ != nullptr && GST_IS_EVENT(object)) {
    GstEvent* event = GST_EVENT_CAST(object);
    const GstEventType type = GST_EVENT_TYPE(event);
    if (GST_EVENT_IS_STICKY(event) && type != GST_EVENT_SEGMENT && type != GST_EVENT_EOS)
      gst_pad_store_sticky_event(source_, event);
  }
  gst_mini_object_unref(object);
}

void OutputQueue::clear() {
  for (const Item& item : items_) drop(item.object);
  items_.clear();
  frames_ = 0;
}

void OutputQueue::put_event(GstEvent* event) {
  const std::lock_guard lock(mutex_);
  if (flushing_) {
    drop(GST_MINI_OBJECT_CAST(event));
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

void OutputQueue::wait_until_empty() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return flushing_ || items_.empty(); });
}

void OutputQueue::set_flushing(bool flushing) {
  const std::lock_guard lock(mutex_);
  flushing_ = flushing;
  if (flushing) clear();
  changed_.notify_all();
}

}  // namespace photoplayer::gst
