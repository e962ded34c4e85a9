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
  if (GST_EVENT_TYPE(event) == GST_EVENT_SEGMENT) {
    gst_event_copy_segment(event, &pushed_segment_);
    if (!GST_CLOCK_TIME_IS_VALID(stream_time_.load())) stream_time_.store(pushed_segment_.time);
  }
  GST_LOG_OBJECT(element_, "pushing %" GST_PTR_FORMAT, event);
  gst_pad_push_event(source_, event);
  if (last) gst_pad_pause_task(source_);
  return !last;
}

bool Player::push_audio(GstBuffer* buffer, std::uint64_t end_position) {
  const GstClockTime end = GST_BUFFER_PTS(buffer) + GST_BUFFER_DURATION(buffer);
  const GstFlowReturn flow = gst_pad_push(source_, buffer);
  if (flow != GST_FLOW_OK) {
    finish_task(flow);
    return false;
  }
  pushed_frames_.store(end_position);
  // A segment may know no stream time, and GStreamer complains if asked.
  if (GST_CLOCK_TIME_IS_VALID(pushed_segment_.time))
    stream_time_.store(gst_segment_to_stream_time(&pushed_segment_, GST_FORMAT_TIME, end));
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
  if (!wait_for_model(Waits::kUntilFlush) || !ensure_engine(std::nullopt)) return false;
  if (!clock_.wait_playing()) return false;
  // Nothing was shown.
  if (GST_CLOCK_TIME_IS_VALID(live_end_.load())) return end_live(nullptr);
  stream::Engine* music = engine();
  const double origin_s = std::max(0.0, clock_.now_s());
  origin_.store(static_cast<GstClockTime>(std::llround(origin_s * 1e9)));
  music->reset(origin_s);
  reporter_.reset(*music);
  timeline_open_.store(true);
  // It may have ended just now, when the timeline was not open.
  if (const GstClockTime end = live_end_.load(); GST_CLOCK_TIME_IS_VALID(end))
    music->timeline().finish(static_cast<double>(end) / 1e9 + tail_s());
  if (const auto started = music->start_live(clock_); !started) {
    Reporter::post_error(element_, started.error(), settings_.bundle);
    finish_task(GST_FLOW_ERROR);
    return false;
  }
  port_ = &music->render_port();
  live_begun_ = true;
  reporter_.state("playing", sounded(0), *music, settings_.seed);
  return true;
}

bool Player::end_live(const stream::Engine* music) {
  push_news(pushed_frames_.load());
  for (GstEvent* event : segments_.due(GST_CLOCK_TIME_NONE)) (void)push_event(event);
  if (music != nullptr) reporter_.state("finished", sounded(pushed_frames_.load()), *music, settings_.seed);
  GstEvent* eos = gst_event_new_eos();
  gst_event_set_seqnum(eos, seqnum_);
  (void)push_event(eos);
  stop_music();
  return false;
}

void Player::push_news(std::uint64_t position) {
  while (GstEvent* event = queue_.try_take_event()) (void)push_event(event);
  for (GstEvent* event : segments_.due(running_at(position))) {
    if (GST_EVENT_TYPE(event) == GST_EVENT_STREAM_START) tags_.reset();
    (void)push_event(event);
  }
  const stream::Engine* music = live_begun_ ? engine() : nullptr;
  const double tempo_bpm = music != nullptr && music->plays_notes() ? music->counts().tempo_bpm : 0.0;
  if (GstEvent* tags = tags_.news(tempo_bpm)) (void)push_event(tags);
}

std::uint64_t Player::live_chunk(std::uint64_t position) const {
  std::uint64_t frames = kLiveChunk_frames;
  // What begins at `position` itself is about to be told.
  if (const GstClockTime change = segments_.next_change(); GST_CLOCK_TIME_IS_VALID(change)) {
    const std::uint64_t before = frames_until(change, position);
    if (before > 0) frames = std::min(frames, before);
  }
  if (const GstClockTime end = live_end_.load(); GST_CLOCK_TIME_IS_VALID(end))
    frames = std::min(frames, frames_until(end + settings_.tail_ms * GST_MSECOND, position));
  return frames;
}

void Player::play_live() {
  if (queue_.flushing() || (!live_begun_ && !start_live())) {
    gst_pad_pause_task(source_);
    return;
  }
  stream::Engine& music = *engine();
  const std::uint64_t position = pushed_frames_.load();
  const std::uint64_t frames = live_chunk(position);
  if (frames == 0) {
    (void)end_live(&music);
    return;
  }
  // Half of the jitter buffer stays as the engine's margin, the other half is ours and the sink's.
  const double due_s = sounded(position).until_s + music.latency_s() - 0.5 * engine_settings_.jitter_s;
  if (!clock_.wait_until(due_s)) {
    if (!queue_.flushing() && !stopping_.load()) return;  // the engine's threads were interrupted, not we
    gst_pad_pause_task(source_);
    return;
  }
  push_news(position);
  sync_controls(position);
  GstBuffer* buffer = audio_buffer(frames, position);
  GstMapInfo map;
  gst_buffer_map(buffer, &map, GST_MAP_WRITE);
  const stream::RenderStatus status = port_->render({reinterpret_cast<float*>(map.data), 2 * frames});
  gst_buffer_unmap(buffer, &map);
  if (status.frames_missing > 0) {
    GST_LOG_OBJECT(element_, "%" G_GSIZE_FORMAT " frames concealed", status.frames_missing);
  }
  if (!push_audio(buffer, position + frames)) return;
  reporter_.sounded_until(sounded(position + frames), music);
}

}  // namespace photoplayer::gst
