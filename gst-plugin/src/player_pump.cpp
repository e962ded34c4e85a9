// SPDX-License-Identifier: Apache-2.0
/// Not live: the video thread makes the music that the pictures allow. And the end of the video, live too.
#include "debug.h"
#include "player.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace photoplayer::gst {
namespace {

constexpr std::uint64_t kChunk_frames = 1024;

double to_s(GstClockTime ns) {
  return static_cast<double>(ns) / 1e9;
}

}  // namespace

GstFlowReturn Player::begin_music(GstClockTime origin) {
  if (!wait_for_model(Waits::kUntilFlush)) return flow_.load() != GST_FLOW_OK ? flow_.load() : GST_FLOW_FLUSHING;
  if (!ensure_engine(film_s(origin))) return GST_FLOW_ERROR;
  origin_.store(origin);
  engine()->reset(to_s(origin));
  reporter_.reset(*engine());
  reporter_.state("playing", sounded(0), *engine(), settings_.seed);
  music_begun_ = true;
  return GST_FLOW_OK;
}

void Player::tell_news(std::uint64_t position) {
  for (GstEvent* event : segments_.due(running_at(position))) {
    if (GST_EVENT_TYPE(event) == GST_EVENT_STREAM_START) tags_.reset();
    queue_.put_event(event);
  }
  const stream::Engine& music = *engine();
  const double tempo_bpm = position > 0 && music.plays_notes() ? music.counts().tempo_bpm : 0.0;
  if (GstEvent* tags = tags_.news(tempo_bpm)) queue_.put_event(tags);
}

GstFlowReturn Player::pump(double until_s, bool to_the_end) {
  stream::Engine& music = *engine();
  const double frames = (until_s - to_s(origin_.load())) * static_cast<double>(kRate_hz);
  const auto wanted = static_cast<std::uint64_t>(std::max(0.0, to_the_end ? std::round(frames) : std::floor(frames)));
  while (produced_ < wanted) {
    tell_news(produced_);
    sync_controls(produced_);
    std::uint64_t ask = std::min(kChunk_frames, wanted - produced_);
    if (const GstClockTime change = segments_.next_change(); GST_CLOCK_TIME_IS_VALID(change))
      ask = std::min(ask, frames_until(change, produced_));
    GstBuffer* buffer = audio_buffer(ask, produced_);
    GstMapInfo map;
    gst_buffer_map(buffer, &map, GST_MAP_WRITE);
    const auto got = music.pull({reinterpret_cast<float*>(map.data), 2 * ask}, {});
    std::uint64_t made = got ? *got : 0;
    if (got && made == 0 && to_the_end) {  // what the music leaves of the film is silence
      std::memset(map.data, 0, map.size);
      made = ask;
    }
    gst_buffer_unmap(buffer, &map);
    if (!got || made == 0) {
      gst_buffer_unref(buffer);
      if (got) break;  // the next hop's picture is still to come
      Reporter::post_error(element_, got.error(), settings_.bundle);
      flow_.store(GST_FLOW_ERROR);
      return GST_FLOW_ERROR;
    }
    if (made < ask) {
      gst_buffer_set_size(buffer, static_cast<gssize>(made * 2 * sizeof(float)));
      GST_BUFFER_DURATION(buffer) = pts_at(produced_ + made) - GST_BUFFER_PTS(buffer);
      GST_BUFFER_OFFSET_END(buffer) = produced_ + made;
    }
    if (!queue_.put_audio(buffer, made)) {
      const GstFlowReturn flow = flow_.load();
      return flow != GST_FLOW_OK ? flow : GST_FLOW_FLUSHING;
    }
    produced_ += made;
    reporter_.sounded_until(sounded(produced_), music);
  }
  return flow_.load();
}

void Player::take_eos() {
  if (!stream_open_) start_stream_at_last();
  ended_ = true;
  if (live_) {
    GstClockTime end = GST_CLOCK_TIME_IS_VALID(last_end_) ? std::min(last_end_, latest_believable()) : clock_time();
    // A picture that stood still for long has ended before what was heard.
    end = std::max(end, running_at(pushed_frames_.load()));
    if (timeline_open_.load()) engine()->timeline().finish(to_s(end) + tail_s());
    live_end_.store(end);
    return;
  }
  if (music_begun_) {
    const double end_s = to_s(last_end_) + tail_s();
    engine()->timeline().finish(end_s);
    if (pump(end_s, true) == GST_FLOW_OK) reporter_.state("finished", sounded(produced_), *engine(), settings_.seed);
  }
  for (GstEvent* event : segments_.due(GST_CLOCK_TIME_NONE)) queue_.put_event(event);
  GstEvent* eos = gst_event_new_eos();
  gst_event_set_seqnum(eos, seqnum_);
  queue_.put_event(eos);
}

}  // namespace photoplayer::gst
