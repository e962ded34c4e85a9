// SPDX-License-Identifier: Apache-2.0
#include "pipeline_clock.h"

#include <algorithm>
#include <cmath>

namespace photoplayer::gst {
namespace {

constexpr double kNs = 1e9;

}  // namespace

bool PipelineClock::running_zero(GstClock*& clock, GstClockTimeDiff& zero) const {
  clock = playing_ ? gst_element_get_clock(element_) : nullptr;
  if (clock == nullptr) return false;
  zero = static_cast<GstClockTimeDiff>(gst_element_get_base_time(element_) + upstream_latency_);
  return true;
}

void PipelineClock::wake() {
  for (const GstClockID id : waiting_) gst_clock_id_unschedule(id);
  changed_.notify_all();
}

void PipelineClock::play() {
  const std::lock_guard lock(mutex_);
  playing_ = true;
  wake();
}

void PipelineClock::pause() {
  const double now = now_s();
  const std::lock_guard lock(mutex_);
  frozen_s_ = now;
  playing_ = false;
  wake();
}

void PipelineClock::clock_changed() {
  const std::lock_guard lock(mutex_);
  wake();
}

void PipelineClock::set_upstream_latency(GstClockTime latency) {
  const std::lock_guard lock(mutex_);
  upstream_latency_ = latency;
  wake();
}

double PipelineClock::now_s() const {
  const std::lock_guard lock(mutex_);
  GstClock* clock = nullptr;
  GstClockTimeDiff zero = 0;
  if (!running_zero(clock, zero)) return frozen_s_;
  const auto now = static_cast<GstClockTimeDiff>(gst_clock_get_time(clock));
  gst_object_unref(clock);
  return static_cast<double>(now - zero) / kNs;
}

bool PipelineClock::wait_playing() {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (interrupted_) return false;
    GstClock* clock = nullptr;
    GstClockTimeDiff zero = 0;
    if (running_zero(clock, zero)) {
      gst_object_unref(clock);
      return true;
    }
    changed_.wait(lock);
  }
}

bool PipelineClock::wait_until(double time_s) {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (interrupted_) return false;
    GstClock* clock = nullptr;
    GstClockTimeDiff zero = 0;
    if (!running_zero(clock, zero)) {
      if (time_s <= frozen_s_) return true;
      changed_.wait(lock);
      continue;
    }
    const GstClockTimeDiff target = zero + static_cast<GstClockTimeDiff>(std::llround(time_s * kNs));
    if (target <= static_cast<GstClockTimeDiff>(gst_clock_get_time(clock))) {
      gst_object_unref(clock);
      return true;
    }
    const GstClockID id = gst_clock_new_single_shot_id(clock, static_cast<GstClockTime>(target));
    gst_object_unref(clock);
    waiting_.push_back(id);
    lock.unlock();
    const GstClockReturn waited = gst_clock_id_wait(id, nullptr);
    lock.lock();
    waiting_.erase(std::find(waiting_.begin(), waiting_.end(), id));
    gst_clock_id_unref(id);
    // Unscheduled: interrupted, paused, or another clock; look again.
    if (waited != GST_CLOCK_UNSCHEDULED) return true;
  }
}

void PipelineClock::interrupt() {
  const std::lock_guard lock(mutex_);
  interrupted_ = true;
  wake();
}

void PipelineClock::resume() {
  const std::lock_guard lock(mutex_);
  interrupted_ = false;
}

}  // namespace photoplayer::gst
