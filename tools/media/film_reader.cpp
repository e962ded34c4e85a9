// SPDX-License-Identifier: Apache-2.0
#include "media/film_reader.h"

#include "media/riff_size.h"

#include <gst/app/gstappsink.h>
#include <gst/pbutils/pbutils.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>
#include <mutex>
#include <utility>

namespace photoplayer::tools {
namespace {

constexpr double kDefaultFrame_s = 0.04;              // of a film with one frame that says nothing: 25 fps
constexpr double kLongestFilm_s = 2 * 86400.0;        // beyond it, a timestamp is broken
constexpr auto kPatience = std::chrono::seconds(60);  // without a frame or a word from the pipeline
constexpr auto kStillness = std::chrono::seconds(2);  // without a thread that could still bring something
constexpr GstClockTime kPoll = 100 * GST_MSECOND;

bool begins_with(const std::string& text, const char* prefix) {
  return text.rfind(prefix, 0) == 0;
}

class DecodebinReader final : public FilmReader {
 public:
  DecodebinReader(std::filesystem::path path, const std::atomic<bool>& cancelled)
      : path_(std::move(path)), cancelled_(cancelled) {}

  Result<void> open();
  Result<std::optional<FilmFrame>> next() override;
  const FilmInfo& info() const override { return info_; }
  double end_s() const override { return end_s_; }
  const std::string& warning() const override { return warning_; }

 private:
  static gboolean on_autoplug_continue(GstElement*, GstPad* pad, GstCaps* caps, gpointer self);
  static void on_pad_added(GstElement*, GstPad* pad, gpointer self);
  static void on_no_more_pads(GstElement*, gpointer self);
  static GstPadProbeReturn on_other_stream(GstPad*, GstPadProbeInfo* probe, gpointer self);

  [[nodiscard]] tl::unexpected<Error> bad(const std::string& reason) const {
    return fail(ErrorCode::kBadInput, "cannot score '" + path_.string() + "': " + reason);
  }
  /// Reads the bus; an error ends the film, before or after the first frame.
  void read_bus();
  Result<GstOwner<GstSample>> pull();
  Result<std::optional<FilmFrame>> decode();
  void watch(GstPad* pad, const std::string& caps);
  void learn_streams();
  void conclude();

  const std::filesystem::path path_;
  const std::atomic<bool>& cancelled_;
  FilmInfo info_;
  std::string warning_;
  double end_s_ = 0.0;

  std::optional<FilmFrame> ahead_;  // one frame of look-ahead: a frame lasts until the next
  std::uint64_t frames_ = 0;
  double last_time_s_ = 0.0, last_interval_s_ = 0.0, last_own_duration_s_ = 0.0;
  bool ended_ = false;
  std::string stream_error_;
  std::string missing_decoder_;

  std::mutex mutex_;  // guards what the streaming threads write, up to the blank line
  std::string first_caps_, sound_caps_;
  std::map<std::string, CodedPictureWatch> pictures_;  // coded picture streams by their ids
  std::string linked_id_;                              // the one that is decoded
  bool video_linked_ = false, all_pads_known_ = false;
  double other_end_s_ = 0.0;

  GstElement* sink_ = nullptr;
  PipelineOwner pipeline_;  // last: it is stopped before the members that its threads use go
};

/// The last picture caps of a stream before its decoder are the coded stream's; containers come earlier.
void DecodebinReader::watch(GstPad* pad, const std::string& caps) {
  const GstOwner<GstPad> source(GST_IS_GHOST_PAD(pad) ? gst_ghost_pad_get_target(GST_GHOST_PAD(pad)) : nullptr);
  if (source == nullptr) return;
  const std::string id = stream_id(source.get());
  const bool decoded = begins_with(caps, "video/x-raw") && pictures_.contains(id);
  if (!decoded) pictures_[id].watch(source.get(), caps);
}

gboolean DecodebinReader::on_autoplug_continue(GstElement*, GstPad* pad, GstCaps* caps, gpointer self) {
  auto& reader = *static_cast<DecodebinReader*>(self);
  const std::string text = caps_text(caps);
  const std::lock_guard lock(reader.mutex_);
  if (reader.first_caps_.empty()) reader.first_caps_ = text;
  if (!reader.video_linked_ && (begins_with(text, "video/") || begins_with(text, "image/"))) reader.watch(pad, text);
  if (begins_with(text, "audio/")) {
    if (reader.sound_caps_.empty()) reader.sound_caps_ = text;
    return FALSE;  // sound is not decoded here
  }
  return !begins_with(text, "text/") && !begins_with(text, "subpicture/");
}

GstPadProbeReturn DecodebinReader::on_other_stream(GstPad* pad, GstPadProbeInfo* probe, gpointer self) {
  auto& reader = *static_cast<DecodebinReader*>(self);
  GstBuffer* buffer = GST_PAD_PROBE_INFO_BUFFER(probe);
  GstEvent* sticky = gst_pad_get_sticky_event(pad, GST_EVENT_SEGMENT, 0);
  if (sticky == nullptr || !GST_BUFFER_PTS_IS_VALID(buffer)) {
    if (sticky != nullptr) gst_event_unref(sticky);
    return GST_PAD_PROBE_OK;
  }
  const GstSegment* segment = nullptr;
  gst_event_parse_segment(sticky, &segment);
  const guint64 at = gst_segment_to_running_time(segment, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer));
  gst_event_unref(sticky);
  if (GST_CLOCK_TIME_IS_VALID(at)) {
    const std::lock_guard lock(reader.mutex_);
    reader.other_end_s_ = std::max(reader.other_end_s_, static_cast<double>(at) / GST_SECOND);
  }
  return GST_PAD_PROBE_OK;
}

void DecodebinReader::on_pad_added(GstElement*, GstPad* pad, gpointer self) {
  auto& reader = *static_cast<DecodebinReader*>(self);
  const GstOwner<GstCaps> caps(gst_pad_query_caps(pad, nullptr));
  const bool picture =
      !gst_caps_is_empty(caps.get()) && gst_structure_has_name(gst_caps_get_structure(caps.get(), 0), "video/x-raw");
  {
    const std::lock_guard lock(reader.mutex_);
    if (picture && !reader.video_linked_) {
      const GstOwner<GstPad> into(gst_element_get_static_pad(reader.sink_, "sink"));
      reader.video_linked_ = gst_pad_link(pad, into.get()) == GST_PAD_LINK_OK;
      reader.linked_id_ = stream_id(pad);
      return;
    }
  }
  // Other streams are read past, or the demuxer would stop at them.
  GstElement* drain = gst_element_factory_make("fakesink", nullptr);
  if (drain == nullptr) return;
  g_object_set(drain, "sync", FALSE, "async", FALSE, nullptr);
  gst_bin_add(GST_BIN(reader.pipeline_.get()), drain);
  const GstOwner<GstPad> into(gst_element_get_static_pad(drain, "sink"));
  gst_pad_add_probe(into.get(), GST_PAD_PROBE_TYPE_BUFFER, on_other_stream, self, nullptr);
  gst_pad_link(pad, into.get());
  gst_element_sync_state_with_parent(drain);
}

void DecodebinReader::on_no_more_pads(GstElement*, gpointer self) {
  auto& reader = *static_cast<DecodebinReader*>(self);
  const std::lock_guard lock(reader.mutex_);
  reader.all_pads_known_ = true;
}

void DecodebinReader::read_bus() {
  const GstOwner<GstBus> bus(gst_element_get_bus(pipeline_.get()));
  while (const GstOwner<GstMessage> message{
      gst_bus_pop_filtered(bus.get(), static_cast<GstMessageType>(GST_MESSAGE_ERROR | GST_MESSAGE_ELEMENT))}) {
    if (GST_MESSAGE_TYPE(message.get()) == GST_MESSAGE_ERROR) {
      if (stream_error_.empty()) stream_error_ = error_text(message.get());
    } else if (gst_is_missing_plugin_message(message.get()) != 0) {
      gchar* what = gst_missing_plugin_message_get_description(message.get());
      // A missing sound decoder does not matter here.
      if (std::string_view(what).find("audio") == std::string_view::npos && missing_decoder_.empty()) {
        missing_decoder_ = on_one_line(what);
      }
      g_free(what);
    }
  }
}

/// Null without an error: the stream has ended.
Result<GstOwner<GstSample>> DecodebinReader::pull() {
  const auto give_up = std::chrono::steady_clock::now() + kPatience;
  auto last_sign = std::chrono::steady_clock::now();
  while (true) {
    if (cancelled_) return fail(ErrorCode::kCancelled, "interrupted");
    GstOwner<GstSample> sample(gst_app_sink_try_pull_sample(GST_APP_SINK(sink_), kPoll));
    if (sample != nullptr) return sample;
    read_bus();
    if (gst_app_sink_is_eos(GST_APP_SINK(sink_)) != 0 || !stream_error_.empty()) {
      // Frames that were decoded before the error are still good.
      return GstOwner<GstSample>(gst_app_sink_try_pull_sample(GST_APP_SINK(sink_), 0));
    }
    {
      const std::lock_guard lock(mutex_);
      if (all_pads_known_ && !video_linked_) return GstOwner<GstSample>();
    }
    const auto now = std::chrono::steady_clock::now();
    if (!all_tasks_stopped(pipeline_.get())) last_sign = now;
    if (now > give_up || now - last_sign > kStillness) {
      stream_error_ = "it cannot be decoded (the decoder stopped without a word)";
      return GstOwner<GstSample>();
    }
  }
}

Result<std::optional<FilmFrame>> DecodebinReader::decode() {
  while (true) {
    auto sample = pull();
    if (!sample) return tl::unexpected(sample.error());
    if (*sample == nullptr) return std::optional<FilmFrame>();
    GstBuffer* buffer = gst_sample_get_buffer(sample->get());
    if (buffer == nullptr) continue;
    const GstSegment* segment = gst_sample_get_segment(sample->get());
    const double own_duration_s =
        GST_BUFFER_DURATION_IS_VALID(buffer) ? static_cast<double>(GST_BUFFER_DURATION(buffer)) / GST_SECOND : 0.0;
    double running_s = last_time_s_ + info_.origin_s + (last_interval_s_ > 0.0 ? last_interval_s_ : kDefaultFrame_s);
    if (GST_BUFFER_PTS_IS_VALID(buffer)) {
      const guint64 at = gst_segment_to_running_time(segment, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer));
      if (!GST_CLOCK_TIME_IS_VALID(at)) continue;  // outside what the container shows
      running_s = static_cast<double>(at) / GST_SECOND;
      // A GIF's frames all carry the first one's time (GStreamer 1.22): then the durations are the better source.
      if (frames_ > 0 && running_s == info_.origin_s && own_duration_s > 0.0) {
        running_s = info_.origin_s + last_time_s_ + last_own_duration_s_;
      }
    } else if (frames_ == 0) {
      running_s = 0.0;
    }
    last_own_duration_s_ = own_duration_s;
    if (frames_ == 0) info_.origin_s = running_s;
    if (running_s - info_.origin_s > kLongestFilm_s) {
      stream_error_ = "its timestamps jump past two days";
      return std::optional<FilmFrame>();
    }
    FilmFrame frame;
    frame.time_s = std::max(running_s - info_.origin_s, last_time_s_);
    frame.duration_s = own_duration_s;
    frame.sample = std::move(*sample);
    if (frames_ > 0 && frame.time_s > last_time_s_) last_interval_s_ = frame.time_s - last_time_s_;
    last_time_s_ = frame.time_s;
    ++frames_;
    return std::optional<FilmFrame>(std::move(frame));
  }
}

Result<void> DecodebinReader::open() {
  std::error_code status_error;
  const auto status = std::filesystem::status(path_, status_error);
  if (!std::filesystem::exists(status)) return bad("there is no such file");
  if (std::filesystem::is_directory(status)) return bad("it is a folder");
  if (std::filesystem::is_regular_file(status) && std::filesystem::file_size(path_, status_error) == 0) {
    return bad("the file is empty");
  }
  pipeline_.reset(gst_pipeline_new("film-reader"));
  const auto source = add_element(pipeline_.get(), "filesrc");
  const auto decoder = add_element(pipeline_.get(), "decodebin");
  const auto sink = add_element(pipeline_.get(), "appsink");
  for (const auto* element : {&source, &decoder, &sink}) {
    if (!*element) return tl::unexpected(element->error());
  }
  sink_ = *sink;
  g_object_set(*source, "location", path_.c_str(), nullptr);
  const GstOwner<GstCaps> raw(gst_caps_new_empty_simple("video/x-raw"));
  // Two frames of waiting room: a 4K frame is 12 MB. Not `async`, for a film without pictures never prerolls.
  g_object_set(sink_, "sync", FALSE, "async", FALSE, "max-buffers", 2U, "emit-signals", FALSE, "wait-on-eos", FALSE,
               "caps", raw.get(), nullptr);
  g_signal_connect(*decoder, "autoplug-continue", G_CALLBACK(on_autoplug_continue), this);
  g_signal_connect(*decoder, "pad-added", G_CALLBACK(on_pad_added), this);
  g_signal_connect(*decoder, "no-more-pads", G_CALLBACK(on_no_more_pads), this);
  gst_element_link(*source, *decoder);
  if (gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE) {
    read_bus();
    return bad(stream_error_.empty() ? "the file cannot be read" : stream_error_);
  }
  auto first = decode();
  if (!first) return tl::unexpected(first.error());
  learn_streams();
  if (!*first) {
    const std::lock_guard lock(mutex_);
    if (!missing_decoder_.empty()) return bad("there is no " + missing_decoder_ + " installed");
    if (!stream_error_.empty()) return bad(stream_error_);
    if (!video_linked_) return bad("it has no picture; give a film");
    return bad("no picture in it can be decoded");
  }
  ahead_ = std::move(**first);
  gint64 duration_ns = 0;
  if (gst_element_query_duration(pipeline_.get(), GST_FORMAT_TIME, &duration_ns) != 0 && duration_ns > 0) {
    const double duration_s = static_cast<double>(duration_ns) / GST_SECOND - info_.origin_s;
    if (duration_s > 0.0 && duration_s <= kLongestFilm_s) info_.duration_s = duration_s;
  }
  return {};
}

void DecodebinReader::learn_streams() {
  const std::lock_guard lock(mutex_);
  info_.sound_caps = sound_caps_;
  info_.has_sound = !sound_caps_.empty();
  if (const auto linked = pictures_.find(linked_id_); linked != pictures_.end()) info_.picture = linked->second.seen();
}

void DecodebinReader::conclude() {
  ended_ = true;
  learn_streams();
  const std::lock_guard lock(mutex_);
  char text[200];
  // Sound that outlasts the picture makes no broken film; a container that promises more than any stream holds does.
  const double reached_s = std::max(end_s_, other_end_s_ - info_.origin_s);
  const double promised_s = info_.duration_s.value_or(0.0);
  if (reached_s < promised_s - std::max(1.0, 0.02 * promised_s)) {
    std::snprintf(text, sizeof text, "breaks off after %.1f s of %.1f s; the part that is there was used", end_s_,
                  promised_s);
    warning_ = "'" + path_.string() + "' " + text;
  } else if (!stream_error_.empty()) {
    std::snprintf(text, sizeof text, "is damaged after %.1f s", end_s_);
    warning_ = "'" + path_.string() + "' " + text + " (" + stream_error_ + "); the part before was used";
  } else if (missing_riff_bytes(path_) > 0) {
    std::snprintf(text, sizeof text, "is cut off after %.1f s; the part that is there was used", end_s_);
    warning_ = "'" + path_.string() + "' " + text;
  }
}

Result<std::optional<FilmFrame>> DecodebinReader::next() {
  if (ended_ || !ahead_) return std::optional<FilmFrame>();
  auto following = decode();
  if (!following) return tl::unexpected(following.error());
  FilmFrame frame = std::move(*ahead_);
  if (*following) {
    frame.duration_s = (*following)->time_s - frame.time_s;
  } else if (frame.duration_s <= 0.0) {
    frame.duration_s = last_interval_s_ > 0.0 ? last_interval_s_ : kDefaultFrame_s;
  }
  end_s_ = frame.time_s + frame.duration_s;
  if (*following) {
    ahead_ = std::move(*following);
  } else {
    ahead_.reset();
    const bool still = frames_ == 1 && begins_with(first_caps_, "image/");
    if (still) return bad("it is a still picture; give a film");
    conclude();
  }
  return std::optional<FilmFrame>(std::move(frame));
}

}  // namespace

Result<std::unique_ptr<FilmReader>> FilmReader::open(const std::filesystem::path& path,
                                                     const std::atomic<bool>& cancelled) {
  if (auto started = start_gstreamer(); !started) return tl::unexpected(started.error());
  auto reader = std::make_unique<DecodebinReader>(path, cancelled);
  if (auto opened = reader->open(); !opened) return tl::unexpected(opened.error());
  return reader;
}

}  // namespace photoplayer::tools
