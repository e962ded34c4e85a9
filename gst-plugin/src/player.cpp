// SPDX-License-Identifier: Apache-2.0
/// Set-up, and what the video thread does with pictures. Events are in player_events.cpp, queries in
/// player_queries.cpp, the model's arrival in player_model.cpp; the music that the video thread makes, not live, is in
/// player_pump.cpp, the task in player_task.cpp.
#include "player.h"

#include "debug.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace photoplayer::gst {
namespace {

/// What may wait to be pushed, not live: enough to generate the next hop while this one plays.
constexpr std::uint64_t kQueue_frames = 5 * kRate_hz / 2;
constexpr GstClockTime kGuessedFrame = GST_SECOND / 25;
/// How far a live picture's time may be from the clock, and ahead of it by upstream's latency too: more than
/// any network is late, less than a broken timestamp is wrong.
constexpr GstClockTime kBelievable = 2 * GST_SECOND;

double to_s(GstClockTime ns) {
  return static_cast<double>(ns) / 1e9;
}

struct Unref {
  void operator()(GstBuffer* buffer) const { gst_buffer_unref(buffer); }
};

}  // namespace

Player::Player(GstElement* element, GstPad* sink, GstPad* source, const Settings& settings, ModelLoader& loader)
    : element_(element),
      sink_(sink),
      source_(source),
      settings_(settings),
      loader_(loader),
      clock_(element),
      reporter_(element, settings.post_messages),
      queue_(kQueue_frames, source),
      controls_(settings.controls) {
  gst_segment_init(&in_segment_, GST_FORMAT_TIME);
  gst_segment_init(&pushed_segment_, GST_FORMAT_TIME);
  gst_video_info_init(&info_);
}

Player::~Player() {
  if (engine_) engine_->stop_live();
  eyes_.reset();
}

// Control.

void Player::play() {
  clock_.play();
}
void Player::pause() {
  clock_.pause();
}
void Player::clock_changed() {
  clock_.clock_changed();
}

void Player::request_stop() {
  stopping_.store(true);
  queue_.set_flushing(true);
  clock_.interrupt();
  loader_.wake();
}

void Player::stop_task() {
  request_stop();
  gst_pad_stop_task(source_);
}

void Player::set_controls(const stream::Controls& controls) {
  {
    const std::lock_guard lock(mutex_);
    controls_ = controls;
    if (engine_) engine_->set_controls(controls);
  }
  warn_of_idle_controls();
}

// Buffers.

GstClockTime Player::running_at(std::uint64_t position) const {
  return origin_.load() + gst_util_uint64_scale(position, GST_SECOND, kRate_hz);
}

std::uint64_t Player::frames_until(GstClockTime running, std::uint64_t position) const {
  const GstClockTime origin = origin_.load();
  const std::uint64_t end = running > origin ? gst_util_uint64_scale_round(running - origin, kRate_hz, GST_SECOND) : 0;
  return end > position ? end - position : 0;
}

GstClockTime Player::pts_at(std::uint64_t position) const {
  const GstClockTime running = running_at(position);
  const GstSegment segment = segments_.current();
  return segment.start + (running > segment.base ? running - segment.base : 0);
}

Sounded Player::sounded(std::uint64_t position) const {
  const double played_s = static_cast<double>(position) / static_cast<double>(kRate_hz);
  return {to_s(origin_.load()) + played_s, segments_.current(), live_, position};
}

void Player::sync_controls(std::uint64_t position) {
  const GstSegment segment = segments_.current();
  if (!GST_CLOCK_TIME_IS_VALID(segment.time)) return;
  const GstClockTime time = gst_segment_to_stream_time(&segment, GST_FORMAT_TIME, pts_at(position));
  if (GST_CLOCK_TIME_IS_VALID(time)) gst_object_sync_values(GST_OBJECT(element_), time);
}

GstBuffer* Player::audio_buffer(std::uint64_t frames, std::uint64_t position) const {
  GstBuffer* buffer = gst_buffer_new_allocate(nullptr, frames * 2 * sizeof(float), nullptr);
  GST_BUFFER_PTS(buffer) = pts_at(position);
  GST_BUFFER_DURATION(buffer) = pts_at(position + frames) - GST_BUFFER_PTS(buffer);
  GST_BUFFER_OFFSET(buffer) = position;
  GST_BUFFER_OFFSET_END(buffer) = position + frames;
  if (position == 0) GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_DISCONT);
  return buffer;
}

// Video thread: pictures.

GstClockTime Player::frame_duration(GstClockTime given) const {
  if (GST_CLOCK_TIME_IS_VALID(given)) return given;
  if (GST_VIDEO_INFO_FPS_N(&info_) > 0) {
    return gst_util_uint64_scale(GST_SECOND, static_cast<guint64>(GST_VIDEO_INFO_FPS_D(&info_)),
                                 static_cast<guint64>(GST_VIDEO_INFO_FPS_N(&info_)));
  }
  return GST_CLOCK_TIME_IS_VALID(last_interval_) ? last_interval_ : kGuessedFrame;
}

std::optional<double> Player::film_s(GstClockTime origin) const {
  // A seek or a changed rate leaves a part of the film, of a length that is not asked for.
  gint64 duration = 0;
  if (in_segment_.rate != 1.0 || in_segment_.time != 0 ||
      !gst_pad_peer_query_duration(sink_, GST_FORMAT_TIME, &duration) || duration <= 0) {
    return std::nullopt;
  }
  if (GST_CLOCK_TIME_IS_VALID(in_segment_.stop)) {
    duration = std::min(duration, static_cast<gint64>(in_segment_.stop - in_segment_.start));
  }
  // Its first picture may come late.
  duration -= static_cast<gint64>(origin > in_segment_.base ? origin - in_segment_.base : 0);
  if (duration <= 0) return std::nullopt;
  return to_s(static_cast<GstClockTime>(duration)) + tail_s();
}

GstFlowReturn Player::chain(GstBuffer* buffer) {
  const std::unique_ptr<GstBuffer, Unref> owned(buffer);
  if (stopping_.load()) return GST_FLOW_FLUSHING;
  if (const GstFlowReturn flow = flow_.load(); flow != GST_FLOW_OK) return flow;
  if (!stream_open_ && segment_came_) start_stream_at_last();
  if (!stream_open_ || GST_VIDEO_INFO_WIDTH(&info_) < 1) {
    GST_ELEMENT_ERROR(element_, STREAM, FORMAT, ("The video comes without caps or segment."),
                      ("Put a parser or decoder and videoconvert before this element."));
    return GST_FLOW_NOT_NEGOTIATED;
  }
  ++pictures_;
  guint64 start = GST_BUFFER_PTS(buffer), stop = GST_CLOCK_TIME_NONE;
  const GstClockTime duration = frame_duration(GST_BUFFER_DURATION(buffer));
  if (!GST_CLOCK_TIME_IS_VALID(start)) {
    GST_LOG_OBJECT(element_, "a picture without a time");
    if (live_) return video_reached(clock_time(), duration, buffer);  // it was taken now
    start = GST_CLOCK_TIME_IS_VALID(next_pts_) ? next_pts_ : in_segment_.start;
  }
  next_pts_ = stop = start + duration;
  GstFlowReturn flow = GST_FLOW_OK;
  if (gst_segment_clip(&in_segment_, GST_FORMAT_TIME, start, stop, &start, &stop)) {
    const GstClockTime first = gst_segment_to_running_time(&in_segment_, GST_FORMAT_TIME, start);
    const GstClockTime last = gst_segment_to_running_time(&in_segment_, GST_FORMAT_TIME, stop);
    if (GST_CLOCK_TIME_IS_VALID(first) && GST_CLOCK_TIME_IS_VALID(last)) {
      // Backwards, the stop comes first.
      flow = video_reached(std::min(first, last), std::max(first, last) - std::min(first, last), buffer);
    }
  }
  return flow;
}

GstClockTime Player::clock_time() const {
  return static_cast<GstClockTime>(std::llround(std::max(0.0, clock_.now_s()) * 1e9));
}

GstClockTime Player::latest_believable() const {
  // Before the music begins the clock need not run.
  if (!live_ || !timeline_open_.load()) return GST_CLOCK_TIME_NONE;
  return clock_time() + upstream_latency_ + kBelievable;
}

GstClockTime Player::believable(GstClockTime running) {
  const GstClockTime latest = latest_believable();
  if (!GST_CLOCK_TIME_IS_VALID(latest)) return running;
  // At a time far ahead it would hide all that follow, far behind it would be dropped with them.
  const GstClockTime clock = clock_time();
  const bool wild = running > latest || running + kBelievable < clock;
  if (wild && !wild_) {
    GST_WARNING_OBJECT(element_,
                       "a picture's time is %" GST_TIME_FORMAT ", the clock's %" GST_TIME_FORMAT ": taken as now",
                       GST_TIME_ARGS(running), GST_TIME_ARGS(clock));
  }
  wild_ = wild;
  return wild ? clock : running;
}

GstFlowReturn Player::video_reached(GstClockTime running, GstClockTime duration, GstBuffer* frame) {
  running = believable(running);
  if (GST_CLOCK_TIME_IS_VALID(last_frame_) && running > last_frame_) last_interval_ = running - last_frame_;
  last_frame_ = running;
  const GstClockTime end = std::min(running + duration, latest_believable());
  last_end_ = GST_CLOCK_TIME_IS_VALID(last_end_) ? std::max(last_end_, end) : end;

  if (!live_ && !music_begun_) {
    if (const GstFlowReturn flow = begin_music(running); flow != GST_FLOW_OK) return flow;
  }
  if (live_ && !timeline_open_.load()) return flow_.load();
  if (!std::exchange(eyes_open_, true)) {
    const std::lock_guard lock(mutex_);
    eyes_.use(std::move(encoder_));
  }
  stream::Timeline& timeline = engine()->timeline();
  // A gap shows nothing new: what was seen last still holds, to its end.
  const bool gap = frame == nullptr || GST_BUFFER_FLAG_IS_SET(frame, GST_BUFFER_FLAG_GAP);
  const double seen_s = to_s(gap ? end : running);
  if (!gap && !eyes_.look(frame, to_s(running), timeline, live_ ? Eyes::Slow::kInBackground : Eyes::Slow::kAtOnce)) {
    if (live_) {  // music goes on whatever the video does
      GST_WARNING_OBJECT(element_, "a picture could not be read");
      timeline.advance(seen_s);
      return flow_.load();
    }
    GST_ELEMENT_ERROR(
        element_, RESOURCE, READ, ("A picture could not be read."),
        ("It is smaller than its caps say, or its memory cannot be mapped; try videoconvert before this."));
    return GST_FLOW_ERROR;
  }
  timeline.advance(seen_s);
  return live_ ? flow_.load() : pump(seen_s, false);
}

void Player::take_gap(GstEvent* event) {
  GstClockTime start = GST_CLOCK_TIME_NONE, duration = GST_CLOCK_TIME_NONE;
  gst_event_parse_gap(event, &start, &duration);
  gst_event_unref(event);
  if (!stream_open_ && segment_came_) start_stream_at_last();
  if (!stream_open_ || !GST_CLOCK_TIME_IS_VALID(start)) return;
  const GstClockTime running = gst_segment_to_running_time(&in_segment_, GST_FORMAT_TIME, start);
  if (!GST_CLOCK_TIME_IS_VALID(running)) return;
  const GstFlowReturn flow = video_reached(running, GST_CLOCK_TIME_IS_VALID(duration) ? duration : 0, nullptr);
  GST_LOG_OBJECT(element_, "gap: %s", gst_flow_get_name(flow));
}

}  // namespace photoplayer::gst
