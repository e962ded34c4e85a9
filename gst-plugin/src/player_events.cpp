// SPDX-License-Identifier: Apache-2.0
/// What the video thread does with events: the stream's beginning, caps, segments, flushes. Time and its end
/// are with the pictures in player.cpp.
#include "debug.h"
#include "player.h"

namespace photoplayer::gst {

void Player::announce_stream(const char* upstream_id) {
  if (stream_started_) return;
  gchar* id = upstream_id != nullptr ? g_strconcat(upstream_id, "/music", nullptr)
                                     : gst_pad_create_stream_id(source_, element_, "music");
  GstEvent* start = gst_event_new_stream_start(id);
  g_free(id);
  // Without upstream's group, playbin and muxers take the music for another film's.
  if (group_id_ != GST_GROUP_ID_INVALID) gst_event_set_group_id(start, group_id_);
  queue_.put_event(start);
  GstCaps* caps = gst_pad_get_pad_template_caps(source_);
  queue_.put_event(gst_event_new_caps(caps));
  gst_caps_unref(caps);
  stream_started_ = true;
}

void Player::start_stream() {
  if (stopping_.load()) return;
  const Upstream upstream = ask_upstream();
  live_ = upstream.live;
  upstream_latency_ = upstream.min_latency;
  clock_.set_upstream_latency(upstream.min_latency);
  GST_INFO_OBJECT(element_, "upstream is %s", live_ ? "live" : "not live");
  if (live_ && !ensure_engine(std::nullopt)) flow_.store(GST_FLOW_ERROR);

  announce_stream(nullptr);
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_TIME);
  segment.start = segment.position = in_segment_.start;
  segment.time = in_segment_.time;
  segment.base = in_segment_.base;
  {
    const std::lock_guard lock(mutex_);
    out_segment_ = segment;
  }
  GstEvent* event = gst_event_new_segment(&segment);
  if (seqnum_ != 0) gst_event_set_seqnum(event, seqnum_);
  queue_.put_event(event);
  stream_open_ = true;
  gst_pad_start_task(source_, &Player::task, this, nullptr);
}

bool Player::sink_event(GstEvent* event) {
  switch (GST_EVENT_TYPE(event)) {
    case GST_EVENT_FLUSH_START:
      flush_start(event);
      return true;
    case GST_EVENT_FLUSH_STOP:
      flush_stop(event);
      return true;
    case GST_EVENT_STREAM_START:
      take_stream_start(event);
      return true;
    case GST_EVENT_CAPS:
      return take_caps(event);
    case GST_EVENT_SEGMENT:
      return take_segment(event);
    case GST_EVENT_GAP:
      take_gap(event);
      return true;
    case GST_EVENT_EOS:
      seqnum_ = gst_event_get_seqnum(event);
      gst_event_unref(event);
      take_eos();
      return true;
    default:
      forward_or_drop(event);
      return true;
  }
}

void Player::forward_or_drop(GstEvent* event) {
  const bool serialized = GST_EVENT_IS_SERIALIZED(event);
  bool wanted = true;
  if (GST_EVENT_TYPE(event) == GST_EVENT_TAG) {
    // The video's codec and bitrate say nothing about the music.
    GstTagList* tags = nullptr;
    gst_event_parse_tag(event, &tags);
    wanted = gst_tag_list_get_scope(tags) == GST_TAG_SCOPE_GLOBAL;
  } else if (GST_EVENT_TYPE(event) == GST_EVENT_STREAM_COLLECTION) {
    wanted = false;  // a list of upstream's streams, ours is not among them
  }
  if (!wanted)
    gst_event_unref(event);
  else if (serialized)
    queue_.put_event(event);
  else
    gst_pad_push_event(source_, event);
}

void Player::take_stream_start(GstEvent* event) {
  if (guint id = 0; gst_event_parse_group_id(event, &id)) group_id_ = id;
  if (ended_) {
    // What is queued of the last film is still to be heard; live, the clock has passed it by.
    if (!live_) queue_.wait_until_empty();
    queue_.set_flushing(true);
    clock_.interrupt();
    start_over();
    stream_started_ = false;
  }
  const char* id = nullptr;
  gst_event_parse_stream_start(event, &id);
  // At once, so that no tag or other event of upstream's gets ahead of it.
  announce_stream(id);
  gst_event_unref(event);
}

bool Player::take_caps(GstEvent* event) {
  GstCaps* caps = nullptr;
  gst_event_parse_caps(event, &caps);
  GstVideoInfo info;
  const bool good = gst_video_info_from_caps(&info, caps) && eyes_.set_format(info);
  if (good)
    info_ = info;
  else
    GST_WARNING_OBJECT(element_, "cannot read %" GST_PTR_FORMAT, caps);
  gst_event_unref(event);
  return good;
}

bool Player::take_segment(GstEvent* event) {
  const GstSegment* segment = nullptr;
  gst_event_parse_segment(event, &segment);
  if (segment->format != GST_FORMAT_TIME) {
    GST_ELEMENT_ERROR(
        element_, STREAM, FORMAT, ("The video carries no times."),
        ("Segment in format %s; put a parser or decoder before this element.", gst_format_get_name(segment->format)));
    gst_event_unref(event);
    return false;
  }
  in_segment_ = *segment;
  seqnum_ = gst_event_get_seqnum(event);
  gst_event_unref(event);
  next_pts_ = GST_CLOCK_TIME_NONE;
  // A later segment goes on in running time, and so does the music.
  if (!stream_open_) start_stream();
  return true;
}

void Player::flush_start(GstEvent* event) {
  gst_pad_push_event(source_, event);
  queue_.set_flushing(true);
  clock_.interrupt();
  gst_pad_pause_task(source_);
}

void Player::flush_stop(GstEvent* event) {
  start_over();
  gst_pad_push_event(source_, event);
}

void Player::start_over() {
  gst_pad_stop_task(source_);
  stop_music();
  eyes_.reset();
  reporter_.reset();
  live_end_.store(GST_CLOCK_TIME_NONE);
  live_begun_ = music_begun_ = stream_open_ = ended_ = wild_ = false;
  last_frame_ = last_interval_ = last_end_ = next_pts_ = GST_CLOCK_TIME_NONE;
  produced_ = 0;
  pushed_frames_.store(0);
  if (flow_.load() != GST_FLOW_ERROR) flow_.store(GST_FLOW_OK);
  if (!stopping_.load()) {
    queue_.set_flushing(false);
    clock_.resume();
  }
}

}  // namespace photoplayer::gst
