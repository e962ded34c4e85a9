// SPDX-License-Identifier: Apache-2.0
/// The source pad's task. Not live it pushes what is queued; live it takes sound from the engine when it is
/// due.
#include "debug.h"
#include "player.h"

#include <algorithm>
#include <cmath>
#include <exception>

namespace photoplayer::gst {
namespace {

constexpr std::uint64_t kLiveChunk_frames = kRate_hz / 100;

}  // namespace

void Player::task(gpointer player) {
  auto* self = static_cast<Player*>(player);
  try {
    if (self->live_)
      self->play_live();
    else
      self->push_queued();
  } catch (const std::exception& error) {
    Reporter::post_error(self->element_, {ErrorCode::kInternal, error.what()}, self->settings_.bundle);
    self->finish_task(GST_FLOW_ERROR);
  }
}

bool Player::push_event(GstEvent* event) {
  const bool last = GST_EVENT_TYPE(event) == GST_EVENT_EOS;
  GST_LOG_OBJECT(element_, "pushing %" GST_PTR_FORMAT, event);
  gst_pad_push_event(source_, event);
  if (last) gst_pad_pause_task(source_);
  return !last;
}

bool Player::push_audio(GstBuffer* buffer, std::uint64_t end_position) {
  const GstFlowReturn flow = gst_pad_push(source_, buffer);
  if (flow != GST_FLOW_OK) {
    finish_task(flow);
    return false;
  }
  pushed_frames_.store(end_position);
  return true;
}

void Player::finish_task(GstFlowReturn flow) {
  GST_DEBUG_OBJECT(element_, "the task ends: %s", gst_flow_get_name(flow));
  flow_.store(flow);
  queue_.set_flushing(true);  // the video thread must not wait for room that nobody makes
  stop_music();               // nor the sampler make what nobody hears
  gst_pad_pause_task(source_);
  if (flow == GST_FLOW_NOT_LINKED || flow <= GST_FLOW_ERROR) {
    GST_ELEMENT_FLOW_ERROR(element_, flow);
    gst_pad_push_event(source_, gst_event_new_eos());
  }
}

void Player::stop_music() {
  timeline_open_.store(false);
  if (stream::Engine* music = live_ ? engine() : nullptr) music->stop_live();
}

void Player::push_queued() {
  GstMiniObject* object = queue_.take();
  if (object == nullptr) {
    gst_pad_pause_task(source_);
    return;
  }
  if (GST_IS_EVENT(object)) {
    (void)push_event(GST_EVENT_CAST(object));
    return;
  }
  GstBuffer* buffer = GST_BUFFER_CAST(object);
  (void)push_audio(buffer, GST_BUFFER_OFFSET_END(buffer));
}

bool Player::start_live() {
  // Stream start, caps and segment need not wait for the clock.
  while (GstEvent* event = queue_.try_take_event()) (void)push_event(event);
  if (!clock_.wait_playing()) return false;
  stream::Engine* music = engine();
  if (music == nullptr) return false;
  const double origin_s = std::max(0.0, clock_.now_s());
  origin_.store(static_cast<GstClockTime>(std::llround(origin_s * 1e9)));
  music->reset(origin_s);
  reporter_.reset();
  timeline_open_.store(true);
  if (const auto started = music->start_live(clock_); !started) {
    Reporter::post_error(element_, started.error(), settings_.bundle);
    finish_task(GST_FLOW_ERROR);
    return false;
  }
  port_ = &music->render_port();
  live_begun_ = true;
  reporter_.state("playing", true, music, settings_.seed);
  return true;
}

void Player::play_live() {
  if (queue_.flushing() || (!live_begun_ && !start_live())) {
    gst_pad_pause_task(source_);
    return;
  }
  stream::Engine& music = *engine();
  const std::uint64_t position = pushed_frames_.load();
  std::uint64_t frames = kLiveChunk_frames;
  if (const GstClockTime end = live_end_.load(); GST_CLOCK_TIME_IS_VALID(end)) {
    const GstClockTime stop = end + settings_.tail_ms * GST_MSECOND;
    const GstClockTime origin = origin_.load();
    const std::uint64_t last = stop > origin ? gst_util_uint64_scale_round(stop - origin, kRate_hz, GST_SECOND) : 0;
    if (position >= last) {
      while (GstEvent* event = queue_.try_take_event()) (void)push_event(event);
      reporter_.state("finished", true, &music, settings_.seed);
      GstEvent* eos = gst_event_new_eos();
      gst_event_set_seqnum(eos, seqnum_);
      (void)push_event(eos);
      stop_music();
      return;
    }
    frames = std::min(frames, last - position);
  }
  // Half of the jitter buffer stays as the engine's margin, the other half is ours and the sink's.
  const double sounds_s =
      static_cast<double>(origin_.load()) / 1e9 + static_cast<double>(position) / static_cast<double>(kRate_hz);
  const double due_s = sounds_s + music.latency_s() - 0.5 * engine_settings_.jitter_s;
  if (!clock_.wait_until(due_s)) {
    if (!queue_.flushing() && !stopping_.load()) return;  // the engine's threads were interrupted, not we
    gst_pad_pause_task(source_);
    return;
  }
  while (GstEvent* event = queue_.try_take_event()) (void)push_event(event);
  GstBuffer* buffer = audio_buffer(frames, position);
  GstMapInfo map;
  gst_buffer_map(buffer, &map, GST_MAP_WRITE);
  const stream::RenderStatus status = port_->render({reinterpret_cast<float*>(map.data), 2 * frames});
  gst_buffer_unmap(buffer, &map);
  if (status.frames_missing > 0) {
    GST_LOG_OBJECT(element_, "%" G_GSIZE_FORMAT " frames concealed", status.frames_missing);
  }
  if (!push_audio(buffer, position + frames)) return;
  GstSegment segment;
  {
    const std::lock_guard lock(mutex_);
    segment = out_segment_;
  }
  reporter_.sounded_until(sounds_s, music, segment);
}

}  // namespace photoplayer::gst
