// SPDX-License-Identifier: Apache-2.0
/// Set-up, queries, and what the video thread does with pictures. Events are in player_events.cpp, the task
/// is in player_task.cpp.
#include "player.h"

#include "debug.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace photoplayer::gst {
namespace {

/// What may wait to be pushed, not live: enough to generate the next hop while this one plays.
constexpr std::uint64_t kQueue_frames = 5 * kRate_hz / 2;
constexpr std::uint64_t kChunk_frames = 1024;
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

stream::EngineSettings engine_settings(const Settings& settings, const stream::EngineSettings& recommended) {
  stream::EngineSettings engine = recommended;
  engine.seed = settings.seed;
  if (settings.steps) engine.steps = *settings.steps;
  if (settings.guidance) engine.guidance = *settings.guidance;
  engine.mode = settings.mode;
  engine.sample_rate_hz = static_cast<double>(kRate_hz);
  return engine;
}

}  // namespace

Player::Player(GstElement* element, GstPad* sink, GstPad* source, const Settings& settings, Model model)
    : element_(element),
      sink_(sink),
      source_(source),
      settings_(settings),
      engine_settings_(engine_settings(settings, model.settings)),
      clock_(element),
      reporter_(element, settings.post_messages),
      eyes_(std::move(model.encoder)),
      queue_(kQueue_frames, source),
      parts_(std::move(model.parts)),
      controls_(settings.controls) {
  gst_segment_init(&in_segment_, GST_FORMAT_TIME);
  gst_segment_init(&out_segment_, GST_FORMAT_TIME);
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
}

void Player::stop_task() {
  request_stop();
  gst_pad_stop_task(source_);
}

void Player::set_controls(const stream::Controls& controls) {
  const std::lock_guard lock(mutex_);
  controls_ = controls;
  if (engine_) engine_->set_controls(controls);
}

Player::Upstream Player::ask_upstream() const {
  Upstream upstream;
  GstQuery* query = gst_query_new_latency();
  if (gst_pad_peer_query(sink_, query)) {
    gboolean live = FALSE;
    gst_query_parse_latency(query, &live, &upstream.min_latency, nullptr);
    upstream.live = live != FALSE;
    if (!GST_CLOCK_TIME_IS_VALID(upstream.min_latency)) upstream.min_latency = 0;
  }
  gst_query_unref(query);
  return upstream;
}

bool Player::answer_latency(GstQuery* query) {
  if (!gst_pad_peer_query(sink_, query)) return false;
  gboolean live = FALSE;
  GstClockTime least = 0, most = 0;
  gst_query_parse_latency(query, &live, &least, &most);
  if (live == FALSE) return true;
  if (!ensure_engine(std::nullopt)) return false;
  const auto own = static_cast<GstClockTime>(std::llround(engine()->latency_s() * 1e9));
  // The music waits for nobody's buffers, so there is no most.
  gst_query_set_latency(query, TRUE, least + own, GST_CLOCK_TIME_NONE);
  GST_DEBUG_OBJECT(element_, "latency: upstream %" GST_TIME_FORMAT ", own %" GST_TIME_FORMAT, GST_TIME_ARGS(least),
                   GST_TIME_ARGS(own));
  return true;
}

bool Player::answer_position(GstQuery* query) {
  GstFormat format = GST_FORMAT_UNDEFINED;
  gst_query_parse_position(query, &format, nullptr);
  if (format != GST_FORMAT_TIME) return false;
  const GstClockTime pts = pts_at(pushed_frames_.load());
  const std::lock_guard lock(mutex_);
  gst_query_set_position(query, format,
                         static_cast<gint64>(gst_segment_to_stream_time(&out_segment_, GST_FORMAT_TIME, pts)));
  return true;
}

bool Player::ensure_engine(std::optional<double> duration_s) {
  const std::lock_guard lock(mutex_);
  if (engine_) return true;
  stream::EngineSettings settings = engine_settings_;
  settings.controls = controls_;
  settings.duration_s = duration_s;
  auto made = stream::Engine::make(settings, std::move(parts_));
  if (!made) {
    Reporter::post_error(element_, made.error(), settings_.bundle);
    return false;
  }
  engine_ = std::move(*made);
  return true;
}

stream::Engine* Player::engine() const {
  const std::lock_guard lock(mutex_);
  return engine_.get();
}

// Buffers.

GstClockTime Player::pts_at(std::uint64_t position) const {
  const GstClockTime running = origin_.load() + gst_util_uint64_scale(position, GST_SECOND, kRate_hz);
  const std::lock_guard lock(mutex_);
  return out_segment_.start + (running > out_segment_.base ? running - out_segment_.base : 0);
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

std::optional<double> Player::film_s() const {
  // A seek or a changed rate leaves a part of the film, of a length that is not asked for.
  gint64 duration = 0;
  if (in_segment_.rate != 1.0 || in_segment_.time != 0 ||
      !gst_pad_peer_query_duration(sink_, GST_FORMAT_TIME, &duration) || duration <= 0) {
    return std::nullopt;
  }
  if (GST_CLOCK_TIME_IS_VALID(in_segment_.stop)) {
    duration = std::min(duration, static_cast<gint64>(in_segment_.stop - in_segment_.start));
  }
  return to_s(static_cast<GstClockTime>(duration)) + tail_s();
}

bool Player::begin_music(GstClockTime origin) {
  if (!ensure_engine(film_s())) return false;
  origin_.store(origin);
  engine()->reset(to_s(origin));
  reporter_.reset();
  reporter_.state("playing", false, engine(), settings_.seed);
  music_begun_ = true;
  return true;
}

GstFlowReturn Player::chain(GstBuffer* buffer) {
  const std::unique_ptr<GstBuffer, Unref> owned(buffer);
  if (stopping_.load()) return GST_FLOW_FLUSHING;
  if (const GstFlowReturn flow = flow_.load(); flow != GST_FLOW_OK) return flow;
  if (!stream_open_ || GST_VIDEO_INFO_WIDTH(&info_) < 1) {
    GST_ELEMENT_ERROR(element_, STREAM, FORMAT, ("The video comes without caps or segment."), (nullptr));
    return GST_FLOW_NOT_NEGOTIATED;
  }
  guint64 start = GST_BUFFER_PTS(buffer), stop = GST_CLOCK_TIME_NONE;
  if (!GST_CLOCK_TIME_IS_VALID(start)) {
    GST_LOG_OBJECT(element_, "a picture without a time: it follows the last one");
    start = GST_CLOCK_TIME_IS_VALID(next_pts_) ? next_pts_ : in_segment_.start;
  }
  const GstClockTime duration = frame_duration(GST_BUFFER_DURATION(buffer));
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
  // Control bindings: once a frame is as often as anyone can see. A segment may know no stream time.
  const GstClockTime stream_time = gst_segment_to_stream_time(
      &in_segment_, GST_FORMAT_TIME, gst_segment_position_from_running_time(&in_segment_, GST_FORMAT_TIME, running));
  if (GST_CLOCK_TIME_IS_VALID(stream_time)) gst_object_sync_values(GST_OBJECT(element_), stream_time);
  const GstClockTime end = std::min(running + duration, latest_believable());
  last_end_ = GST_CLOCK_TIME_IS_VALID(last_end_) ? std::max(last_end_, end) : end;

  if (!live_ && !music_begun_ && !begin_music(running)) return GST_FLOW_ERROR;
  if (live_ && !timeline_open_.load()) return GST_FLOW_OK;
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
    GST_ELEMENT_ERROR(element_, RESOURCE, READ, ("A picture could not be read."), ("gst_video_frame_map() failed."));
    return GST_FLOW_ERROR;
  }
  timeline.advance(seen_s);
  return live_ ? flow_.load() : pump(seen_s, false);
}

void Player::take_gap(GstEvent* event) {
  GstClockTime start = GST_CLOCK_TIME_NONE, duration = GST_CLOCK_TIME_NONE;
  gst_event_parse_gap(event, &start, &duration);
  gst_event_unref(event);
  if (!stream_open_ || !GST_CLOCK_TIME_IS_VALID(start)) return;
  const GstClockTime running = gst_segment_to_running_time(&in_segment_, GST_FORMAT_TIME, start);
  if (!GST_CLOCK_TIME_IS_VALID(running)) return;
  const GstFlowReturn flow = video_reached(running, GST_CLOCK_TIME_IS_VALID(duration) ? duration : 0, nullptr);
  GST_LOG_OBJECT(element_, "gap: %s", gst_flow_get_name(flow));
}

void Player::take_eos() {
  if (!stream_open_) start_stream();
  ended_ = true;
  if (live_) {
    const GstClockTime end =
        GST_CLOCK_TIME_IS_VALID(last_end_) ? std::min(last_end_, latest_believable()) : clock_time();
    if (timeline_open_.load()) engine()->timeline().finish(to_s(end) + tail_s());
    live_end_.store(end);
    return;
  }
  if (music_begun_) {
    const double end_s = to_s(last_end_) + tail_s();
    engine()->timeline().finish(end_s);
    if (pump(end_s, true) == GST_FLOW_OK) reporter_.state("finished", false, engine(), settings_.seed);
  }
  GstEvent* eos = gst_event_new_eos();
  gst_event_set_seqnum(eos, seqnum_);
  queue_.put_event(eos);
}

GstFlowReturn Player::pump(double until_s, bool to_the_end) {
  stream::Engine& music = *engine();
  const double frames = (until_s - to_s(origin_.load())) * static_cast<double>(kRate_hz);
  const auto wanted = static_cast<std::uint64_t>(std::max(0.0, to_the_end ? std::round(frames) : std::floor(frames)));
  while (produced_ < wanted) {
    const std::uint64_t ask = std::min(kChunk_frames, wanted - produced_);
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
    reporter_.sounded_until(to_s(origin_.load()) + static_cast<double>(produced_) / static_cast<double>(kRate_hz),
                            music, out_segment_);
  }
  return flow_.load();
}

}  // namespace photoplayer::gst
