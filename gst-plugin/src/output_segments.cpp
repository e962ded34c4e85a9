// SPDX-License-Identifier: Apache-2.0
#include "output_segments.h"

#include "settings.h"

#include <cmath>
#include <utility>

namespace photoplayer::gst {

GstSegment sound_segment(const GstSegment& video) {
  GstSegment sound;
  gst_segment_init(&sound, GST_FORMAT_TIME);
  sound.start = sound.position = video.start;
  sound.time = video.time;
  sound.base = video.base;
  sound.applied_rate = video.rate * video.applied_rate;
  if (sound.applied_rate < 0.0 && GST_CLOCK_TIME_IS_VALID(video.stop)) {
    // Stream time is counted from the stop.
    const double length = static_cast<double>(video.stop - video.start) / std::abs(video.rate);
    sound.stop = sound.start + static_cast<GstClockTime>(std::llround(length));
  } else if (sound.applied_rate < 0.0) {
    sound.time = GST_CLOCK_TIME_NONE;
  }
  return sound;
}

void OutputSegments::begin(const GstSegment& segment) {
  forget_later();
  const std::lock_guard lock(mutex_);
  current_ = segment;
}

void OutputSegments::later(const GstSegment& segment, std::vector<GstEvent*> events) {
  const std::lock_guard lock(mutex_);
  later_.push_back({segment, std::move(events)});
}

bool OutputSegments::hold(GstEvent* event) {
  const std::lock_guard lock(mutex_);
  if (later_.empty()) return false;
  later_.back().events.push_back(event);
  return true;
}

GstSegment OutputSegments::current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

GstClockTime OutputSegments::next_change() const {
  const std::lock_guard lock(mutex_);
  return later_.empty() ? GST_CLOCK_TIME_NONE : later_.front().segment.base;
}

std::vector<GstEvent*> OutputSegments::due(GstClockTime running) {
  const std::lock_guard lock(mutex_);
  std::vector<GstEvent*> events;
  constexpr GstClockTime kHalfSample = GST_SECOND / kRate_hz / 2 + 1;
  const GstClockTime reached = running < GST_CLOCK_TIME_NONE - kHalfSample ? running + kHalfSample : running;
  while (!later_.empty() && later_.front().segment.base <= reached) {
    current_ = later_.front().segment;
    events.insert(events.end(), later_.front().events.begin(), later_.front().events.end());
    later_.pop_front();
  }
  return events;
}

void OutputSegments::forget_later() {
  const std::lock_guard lock(mutex_);
  for (const Change& change : later_)
    for (GstEvent* event : change.events) gst_event_unref(event);
  later_.clear();
}

}  // namespace photoplayer::gst
