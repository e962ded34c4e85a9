// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What the element does between READY and READY: one video stream in, one audio stream out. The GObject side
/// (gstphotoplayer.cpp) forwards pad functions, queries and state changes here.
///
/// Threads. *video*: the sink pad's streaming thread (chain, sink_event). *task*: the source pad's task.
/// *control*: state changes, properties, queries, flushes; any thread.
///
/// Not live: the video thread looks at a frame, then pulls all the music that this allows into the queue; the
/// task only pushes. What is made depends on timestamps alone, so it is the same each time. A full queue
/// holds up the video. Live: the video thread only looks; the engine's own threads make the music against the
/// pipeline's clock, and the task takes it from the render port when it is due. Music goes on without video.
#include "eyes.h"
#include "output_queue.h"
#include "pipeline_clock.h"
#include "reporter.h"
#include "settings.h"

#include <photoplayer/gst/model_factory.h>

#include <gst/gst.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>

namespace photoplayer::gst {

inline constexpr std::uint64_t kRate_hz = 44100;

class Player {
 public:
  /// `element` and the pads outlive the player. Caller: control.
  Player(GstElement* element, GstPad* sink, GstPad* source, const Settings& settings, Model model);
  ~Player();
  Player(const Player&) = delete;
  Player& operator=(const Player&) = delete;

  // Caller: video.
  GstFlowReturn chain(GstBuffer* buffer);  ///< takes the buffer
  bool sink_event(GstEvent* event);        ///< takes the event

  // Caller: control.
  void play();
  void pause();
  void clock_changed();
  void request_stop();  ///< nothing waits any more; before the pads are deactivated
  void stop_task();     ///< the source pad is deactivated
  void set_controls(const stream::Controls& controls);
  void post_messages(bool wanted) { reporter_.enable(wanted); }
  [[nodiscard]] bool answer_latency(GstQuery* query);
  [[nodiscard]] bool answer_position(GstQuery* query);

 private:
  struct Upstream {
    bool live = false;
    GstClockTime min_latency = 0;
  };

  // Video thread.
  void forward_or_drop(GstEvent* event);
  bool take_caps(GstEvent* event);
  bool take_segment(GstEvent* event);
  void take_stream_start(GstEvent* event);
  void take_gap(GstEvent* event);
  void take_eos();
  void flush_start(GstEvent* event);
  void flush_stop(GstEvent* event);
  /// Queues our STREAM_START and CAPS, once. `upstream_id` may be null.
  void announce_stream(const char* upstream_id);
  void start_stream();
  /// Ends the task; then all is as before the first segment.
  void start_over();
  [[nodiscard]] bool begin_music(GstClockTime origin);
  [[nodiscard]] GstFlowReturn pump(double until_s, bool to_the_end);
  [[nodiscard]] GstFlowReturn video_reached(GstClockTime running, GstClockTime duration, GstBuffer* frame);
  /// `running`; or, live, the clock's time if that contradicts it.
  [[nodiscard]] GstClockTime believable(GstClockTime running);
  /// No picture is later than this; NONE if anything goes.
  [[nodiscard]] GstClockTime latest_believable() const;

  // Task.
  static void task(gpointer player);
  void push_queued();
  void play_live();
  [[nodiscard]] bool start_live();
  [[nodiscard]] bool push_event(GstEvent* event);
  [[nodiscard]] bool push_audio(GstBuffer* buffer, std::uint64_t end_position);
  void finish_task(GstFlowReturn flow);
  void stop_music();  ///< live: the engine's threads end

  [[nodiscard]] Upstream ask_upstream() const;
  [[nodiscard]] GstClockTime clock_time() const;
  [[nodiscard]] bool ensure_engine(std::optional<double> duration_s);
  [[nodiscard]] stream::Engine* engine() const;
  [[nodiscard]] GstClockTime frame_duration(GstClockTime given) const;
  [[nodiscard]] std::optional<double> film_s() const;
  [[nodiscard]] double tail_s() const { return static_cast<double>(settings_.tail_ms) / 1e3; }
  [[nodiscard]] GstBuffer* audio_buffer(std::uint64_t frames, std::uint64_t position) const;
  [[nodiscard]] GstClockTime pts_at(std::uint64_t position) const;

  GstElement* const element_;
  GstPad* const sink_;
  GstPad* const source_;
  const Settings settings_;
  stream::EngineSettings engine_settings_;
  PipelineClock clock_;
  Reporter reporter_;
  Eyes eyes_;
  OutputQueue queue_;

  mutable std::mutex mutex_;  ///< the engine's making, its controls, the output segment
  stream::EngineParts parts_;
  stream::Controls controls_;
  std::unique_ptr<stream::Engine> engine_;

  std::atomic<GstFlowReturn> flow_{GST_FLOW_OK};  ///< of the last push
  std::atomic<bool> stopping_{false};

  // Written by the video thread before the task starts.
  bool live_ = false;
  GstClockTime upstream_latency_ = 0;
  bool stream_open_ = false;  ///< caps and segment are queued
  guint group_id_ = GST_GROUP_ID_INVALID;
  bool stream_started_ = false;
  GstSegment in_segment_{};
  GstSegment out_segment_{};
  guint32 seqnum_ = 0;

  // Video thread.
  bool ended_ = false;  ///< EOS came
  bool wild_ = false;   ///< the last picture's time was not believed
  GstVideoInfo info_{};
  GstClockTime last_frame_ = GST_CLOCK_TIME_NONE;  ///< running time of the last picture
  GstClockTime last_interval_ = GST_CLOCK_TIME_NONE;
  GstClockTime last_end_ = GST_CLOCK_TIME_NONE;  ///< running time at which the last picture ends
  GstClockTime next_pts_ = GST_CLOCK_TIME_NONE;  ///< for buffers without one
  bool music_begun_ = false;                     ///< not live: the origin is known
  std::uint64_t produced_ = 0;                   ///< frames queued, not live

  // Task.
  bool live_begun_ = false;
  stream::RenderPort* port_ = nullptr;

  // Both.
  std::atomic<GstClockTime> origin_{0};                      ///< running time of the first sample
  std::atomic<bool> timeline_open_{false};                   ///< live: the engine takes observations
  std::atomic<GstClockTime> live_end_{GST_CLOCK_TIME_NONE};  ///< live: the video ended there
  std::atomic<std::uint64_t> pushed_frames_{0};
};

}  // namespace photoplayer::gst
