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
///
/// The model may still be loading: the video thread, not live, and the task, live, wait for it, and so does a live
/// LATENCY query, because only the model knows the latency. A live video thread does not.
#include "eyes.h"
#include "model_loader.h"
#include "music_tags.h"
#include "output_queue.h"
#include "output_segments.h"
#include "pipeline_clock.h"
#include "reporter.h"
#include "settings.h"

#include <photoplayer/gst/model_factory.h>

#include <gst/gst.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace photoplayer::gst {

class Player {
 public:
  /// `element`, the pads and the loader outlive the player. Caller: control.
  Player(GstElement* element, GstPad* sink, GstPad* source, const Settings& settings, ModelLoader& loader);
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
  /// What the property "stats" says; the caller owns it.
  [[nodiscard]] GstStructure* stats() const;

 private:
  struct Upstream {
    bool live = false;
    GstClockTime min_latency = 0;
  };
  enum class Waits { kUntilFlush, kUntilStop };

  // Video thread.
  void forward_or_drop(GstEvent* event);
  bool take_caps(GstEvent* event);
  bool take_segment(GstEvent* event);
  void take_stream_start(GstEvent* event);
  void segment_changes();
  void take_gap(GstEvent* event);
  void take_eos();
  void flush_start(GstEvent* event);
  void flush_stop(GstEvent* event);
  /// Our STREAM_START and CAPS for upstream's stream.
  [[nodiscard]] std::vector<GstEvent*> stream_events() const;
  /// Queues them, once.
  void announce_stream();
  void start_stream(const Upstream& upstream);
  /// If upstream's answer to the LATENCY query did not come with the segment.
  void start_stream_at_last();
  /// Ends the task; then all is as before the first segment.
  void start_over();
  /// Not live; waits for the model.
  [[nodiscard]] GstFlowReturn begin_music(GstClockTime origin);
  void tell_news(std::uint64_t position);  ///< not live: segments and tags due at `position`
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
  [[nodiscard]] bool end_live(const stream::Engine* music);  ///< pushes the end; the task is over
  void push_news(std::uint64_t position);
  /// How much to take at `position`, up to what is announced or the end; 0: the end.
  [[nodiscard]] std::uint64_t live_chunk(std::uint64_t position) const;
  [[nodiscard]] bool push_event(GstEvent* event);
  [[nodiscard]] bool push_audio(GstBuffer* buffer, std::uint64_t end_position);
  void finish_task(GstFlowReturn flow);
  void stop_music();  ///< live: the engine's threads end

  /// Nothing: upstream has no answer (yet).
  [[nodiscard]] std::optional<Upstream> ask_upstream();
  void upstream_answers(const Upstream& upstream);
  /// False: not loaded, and never will be, or nobody waits any more.
  [[nodiscard]] bool wait_for_model(Waits waits);
  [[nodiscard]] GstClockTime clock_time() const;
  [[nodiscard]] bool ensure_engine(std::optional<double> duration_s);
  [[nodiscard]] stream::Engine* engine() const;
  [[nodiscard]] GstClockTime frame_duration(GstClockTime given) const;
  [[nodiscard]] std::optional<double> film_s(GstClockTime origin) const;
  [[nodiscard]] double tail_s() const { return static_cast<double>(settings_.tail_ms) / 1e3; }
  [[nodiscard]] GstBuffer* audio_buffer(std::uint64_t frames, std::uint64_t position) const;
  [[nodiscard]] GstClockTime pts_at(std::uint64_t position) const;
  [[nodiscard]] GstClockTime running_at(std::uint64_t position) const;
  /// Samples from `position` to `running`; 0 if that is past.
  [[nodiscard]] std::uint64_t frames_until(GstClockTime running, std::uint64_t position) const;
  [[nodiscard]] Sounded sounded(std::uint64_t position) const;
  /// Control bindings, at the time of the sound at `position`.
  void sync_controls(std::uint64_t position);
  /// Once: a sound bundle does not obey this.
  void warn_of_idle_controls();

  GstElement* const element_;
  GstPad* const sink_;
  GstPad* const source_;
  const Settings settings_;
  ModelLoader& loader_;
  PipelineClock clock_;
  Reporter reporter_;
  Eyes eyes_;  ///< video thread
  OutputQueue queue_;
  OutputSegments segments_;

  mutable std::mutex mutex_;  ///< the model's adoption, the engine's making, its controls
  stream::EngineSettings engine_settings_;
  stream::EngineParts parts_;
  std::unique_ptr<stream::SemanticEncoder> encoder_;  ///< until the video thread takes it
  stream::Controls controls_;
  std::unique_ptr<stream::Engine> engine_;
  bool warned_of_controls_ = false;

  std::atomic<GstFlowReturn> flow_{GST_FLOW_OK};  ///< of the last push
  std::atomic<bool> stopping_{false};
  std::atomic<GstClockTime> upstream_latency_{0};

  // Written by the video thread before the task starts.
  bool live_ = false;
  bool stream_open_ = false;  ///< caps and segment are queued
  bool stream_started_ = false;
  guint32 seqnum_ = 0;

  // Video thread.
  std::string upstream_id_;  ///< of its stream
  guint group_id_ = GST_GROUP_ID_INVALID;
  bool stream_changes_ = false;  ///< another stream was announced under the music; its segment will follow
  bool segment_came_ = false;
  GstSegment in_segment_{};
  bool ended_ = false;  ///< EOS came
  bool wild_ = false;   ///< the last picture's time was not believed
  bool eyes_open_ = false;
  GstVideoInfo info_{};
  GstClockTime last_frame_ = GST_CLOCK_TIME_NONE;  ///< running time of the last picture
  GstClockTime last_interval_ = GST_CLOCK_TIME_NONE;
  GstClockTime last_end_ = GST_CLOCK_TIME_NONE;  ///< running time at which the last picture ends
  GstClockTime next_pts_ = GST_CLOCK_TIME_NONE;  ///< for buffers without one, not live
  bool music_begun_ = false;                     ///< not live: the origin is known
  std::uint64_t produced_ = 0;                   ///< frames queued, not live

  // Whoever makes the sound.
  MusicTags tags_;

  // Task.
  stream::RenderPort* port_ = nullptr;
  GstSegment pushed_segment_{};

  // All.
  std::atomic<GstClockTime> origin_{0};                      ///< running time of the first sample
  std::atomic<bool> timeline_open_{false};                   ///< live: the engine takes observations
  std::atomic<bool> live_begun_{false};                      ///< the engine's threads were started
  std::atomic<GstClockTime> live_end_{GST_CLOCK_TIME_NONE};  ///< live: the video ended there
  std::atomic<std::uint64_t> pushed_frames_{0};
  std::atomic<GstClockTime> stream_time_{GST_CLOCK_TIME_NONE};  ///< of what was pushed last
  std::atomic<std::uint64_t> pictures_{0};
};

}  // namespace photoplayer::gst
