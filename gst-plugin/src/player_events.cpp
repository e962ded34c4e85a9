// SPDX-License-Identifier: Apache-2.0
/// What the video thread does with events: the stream's beginning, caps, segments, flushes. Time and its end
/// are with the pictures in player.cpp.
#include "debug.h"
#include "player.h"

#include <utility>

namespace photoplayer::gst {

std::vector<GstEvent*> Player::stream_events() const {
  gchar* id = upstream_id_.empty() ? gst_pad_create_stream_id(source_, element_, "music")
                                   : g_strconcat(upstream_id_.c_str(), "/music", nullptr);
  GstEvent* start = gst_event_new_stream_start(id);
  g_free(id);
  // Without upstream's group, playbin and muxers take the music for another film's.
  if (group_id_ != GST_GROUP_ID_INVALID) gst_event_set_group_id(start, group_id_);
  GstCaps* caps = gst_pad_get_pad_template_caps(source_);
  GstEvent* format = gst_event_new_caps(caps);
  gst_caps_unref(caps);
  return {start, format};
}

void Player::announce_stream() {
  if (std::exchange(stream_started_, true)) return;
  for (GstEvent* event : stream_events()) queue_.put_event(event);
}

void Player::start_stream(const Upstream& upstream) {
  if (stopping_.load()) return;
  live_ = upstream.live;
  upstream_answers(upstream);
  GST_INFO_OBJECT(element_, "upstream is %s", live_ ? "live" : "not live");

  announce_stream();
  const GstSegment segment = sound_segment(in_segment_);
  segments_.begin(segment);
  tags_.reset();
  GstEvent* event = gst_event_new_segment(&segment);
  if (seqnum_ != 0) gst_event_set_seqnum(event, seqnum_);
  queue_.put_event(event);
  stream_open_ = true;
  gst_pad_start_task(source_, &Player::task, this, nullptr);
}

void Player::start_stream_at_last() {
  // Some cameras have no answer before their first picture.
  std::optional<Upstream> upstream = ask_upstream();
  if (!upstream) GST_WARNING_OBJECT(element_, "upstream does not answer the LATENCY query: taken as not live");
  start_stream(upstream.value_or(Upstream{}));
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
  else if (!serialized)
    gst_pad_push_event(source_, event);
  else if (!segments_.hold(event))
    queue_.put_event(event);
}

void Player::take_stream_start(GstEvent* event) {
  const char* id = nullptr;
  gst_event_parse_stream_start(event, &id);
  guint group = GST_GROUP_ID_INVALID;
  if (!gst_event_parse_group_id(event, &group)) group = GST_GROUP_ID_INVALID;
  if (ended_) {
    // What is queued of the last film is still to be heard; live, the clock has passed it by.
    if (!live_) queue_.wait_until_empty();
    queue_.set_flushing(true);
    clock_.interrupt();
    start_over();
    stream_started_ = false;
  } else if (stream_started_ && (upstream_id_ != id || group_id_ != group)) {
    // A playlist: the music plays on; downstream hears of it with the segment that will follow.
    stream_changes_ = stream_open_;
    stream_started_ = stream_open_;
  }
  upstream_id_ = id;
  group_id_ = group;
  gst_event_unref(event);
  // At once, so that no tag or other event of upstream's gets ahead of it.
  announce_stream();
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
  if (stream_open_) {  // another source may have been linked
    if (const std::optional<Upstream> upstream = ask_upstream()) upstream_answers(*upstream);
  }
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
  const std::optional<Upstream> upstream = ask_upstream();
  if (stream_open_) {
    if (upstream) upstream_answers(*upstream);
    segment_changes();
  } else if (upstream) {
    start_stream(*upstream);
  }
  segment_came_ = true;
  return true;
}

void Player::segment_changes() {
  // It goes on in running time, and so does the music.
  const GstSegment segment = sound_segment(in_segment_);
  const GstSegment current = segments_.current();
  const bool same = segment.start == current.start && segment.time == current.time && segment.base == current.base &&
                    segment.applied_rate == current.applied_rate;
  if (same && !stream_changes_) return;
  std::vector<GstEvent*> events;
  if (std::exchange(stream_changes_, false)) events = stream_events();
  events.push_back(gst_event_new_segment(&segment));
  gst_event_set_seqnum(events.back(), seqnum_);
  segments_.later(segment, std::move(events));
}

void Player::flush_start(GstEvent* event) {
  gst_pad_push_event(source_, event);
  queue_.set_flushing(true);
  clock_.interrupt();
  loader_.wake();
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
  segments_.forget_later();
  live_end_.store(GST_CLOCK_TIME_NONE);
  live_begun_ = music_begun_ = stream_open_ = ended_ = wild_ = stream_changes_ = segment_came_ = false;
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
