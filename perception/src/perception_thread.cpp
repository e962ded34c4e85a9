// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/perception/perception_thread.h>

#include <algorithm>
#include <chrono>

namespace photoplayer::perception {

PerceptionThread::PerceptionThread(stream::Timeline& timeline, stream::SemanticEncoder* encoder)
    : timeline_(timeline), slow_path_(encoder), thread_([this] { work(); }) {}

PerceptionThread::~PerceptionThread() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void PerceptionThread::offer(const stream::PictureView& still, double time_s) {
  if (still.rgb == nullptr || still.width < 1 || still.height < 1) return;
  schedule_.take(time_s);
  {
    const std::lock_guard lock(mutex_);
    if (has_waiting_) ++stills_dropped_;
    const auto row_bytes = 3 * static_cast<std::size_t>(still.width);
    waiting_.rgb.resize(row_bytes * static_cast<std::size_t>(still.height));
    for (int y = 0; y < still.height; ++y) {
      std::copy_n(still.rgb + y * still.stride_bytes, row_bytes,
                  waiting_.rgb.data() + static_cast<std::size_t>(y) * row_bytes);
    }
    waiting_.width = still.width;
    waiting_.height = still.height;
    waiting_.time_s = time_s;
    has_waiting_ = true;
  }
  changed_.notify_all();
}

void PerceptionThread::reset() {
  schedule_.reset();
  const std::lock_guard lock(mutex_);
  has_waiting_ = false;
  ++epoch_;
}

bool PerceptionThread::wait_until_idle(double timeout_s) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, std::chrono::duration<double>(timeout_s), [this] { return !has_waiting_ && !busy_; });
}

std::uint64_t PerceptionThread::stills_dropped() const {
  const std::lock_guard lock(mutex_);
  return stills_dropped_;
}

std::uint64_t PerceptionThread::encoder_failures() const {
  const std::lock_guard lock(mutex_);
  return encoder_failures_;
}

void PerceptionThread::work() {
  Still still;
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return has_waiting_ || stop_; });
    if (stop_) return;
    std::swap(still, waiting_);
    has_waiting_ = false;
    busy_ = true;
    const std::uint64_t epoch = epoch_;
    lock.unlock();
    const stream::SlowObservation seen =
        slow_path_.look({still.rgb.data(), still.width, still.height, 3 * still.width}, still.time_s);
    lock.lock();
    // Under the lock, so that a reset is either seen here or comes after the push (and then clears the
    // timeline).
    if (epoch == epoch_) timeline_.push(seen);
    encoder_failures_ = slow_path_.encoder_failures();
    busy_ = false;
    changed_.notify_all();
  }
}

}  // namespace photoplayer::perception
