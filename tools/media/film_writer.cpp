// SPDX-License-Identifier: Apache-2.0
#include "media/film_writer.h"

#include "media/mp4_edit_list.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <mutex>
#include <string>
#include <vector>

namespace photoplayer::tools {
namespace {

/// Best first. The delays were measured with GStreamer 1.22: a click at sample 22050 of a WAV, encoded, muxed, decoded.
struct AacEncoder {
  const char* factory;
  std::uint32_t delay_frames;
};
constexpr std::array<AacEncoder, 2> kAacEncoders = {{{"avenc_aac", 1024}, {"voaacenc", 1600}}};
constexpr int kAacBits_per_s = 192000;

const char* mux_name(Container container) { return container == Container::kMp4 ? "mp4mux" : "matroskamux"; }
const char* suffix(Container container) { return container == Container::kMp4 ? ".mp4" : ".mkv"; }

const AacEncoder* find_aac_encoder() {
  for (const AacEncoder& encoder : kAacEncoders) {
    if (have_element(encoder.factory)) return &encoder;
  }
  return nullptr;
}

/// The parser that brings a stream into the form a muxer wants; null if it is taken as it is. parsebin has parsed once
/// already, so only codecs with several stream formats need this (and mpeg4videoparse loses timestamps).
const char* parser_for(GstCaps* caps) {
  const GstStructure* structure = gst_caps_get_structure(caps, 0);
  const std::string name = gst_structure_get_name(structure);
  int version = 0;
  gst_structure_get_int(structure, "mpegversion", &version);
  if (name == "video/x-h264") return "h264parse";
  if (name == "video/x-h265") return "h265parse";
  if (name == "video/x-av1") return "av1parse";
  if (name == "audio/mpeg" && version != 1) return "aacparse";
  return nullptr;
}

/// Whether a muxer's pads of this kind take the codec, leaving aside what a parser can change.
bool carries(const char* mux, const char* pad_template, const std::string& caps_text) {
  GstElementFactory* factory = gst_element_factory_find(mux);
  if (factory == nullptr) return false;
  const GstOwner<GstCaps> caps(gst_caps_from_string(caps_text.c_str()));
  bool carried = false;
  if (caps != nullptr && gst_caps_get_size(caps.get()) > 0) {
    GstStructure* structure = gst_caps_get_structure(caps.get(), 0);
    gst_structure_remove_fields(structure, "stream-format", "alignment", "parsed", "framed", "codec_data", "profile",
                                nullptr);
    for (const GList* item = gst_element_factory_get_static_pad_templates(factory); item != nullptr; item = item->next) {
      auto* pad = static_cast<GstStaticPadTemplate*>(item->data);
      if (std::strcmp(pad->name_template, pad_template) != 0) continue;
      const GstOwner<GstCaps> taken(gst_static_caps_get(&pad->static_caps));
      carried = carried || gst_caps_can_intersect(caps.get(), taken.get()) != 0;
    }
  }
  gst_object_unref(factory);
  return carried;
}

std::string codec_of(const std::string& caps_text) {
  const std::string name = caps_text.substr(0, caps_text.find(','));
  const std::size_t slash = name.find('/');
  const std::string codec = slash == std::string::npos ? name : name.substr(slash + 1);
  return codec.rfind("x-", 0) == 0 ? codec.substr(2) : codec;
}

class FilmWriter {
 public:
  FilmWriter(const FilmWriteRequest& request, const std::atomic<bool>& cancelled)
      : request_(request), cancelled_(cancelled) {}
  Result<void> run();

 private:
  Result<void> build();
  Result<void> add_music();
  Result<void> wait();
  static void on_pad_added(GstElement*, GstPad* pad, gpointer self);
  static void on_no_more_pads(GstElement*, gpointer self);
  /// Source pad → queue → parser → the muxer's pad; a stream that is not wanted goes nowhere.
  bool connect(GstPad* pad, GstCaps* caps, GstPad* mux_pad);
  void drain(GstPad* pad);

  [[nodiscard]] tl::unexpected<Error> failed(ErrorCode code, const std::string& reason) const {
    return fail(code, "cannot write the film with its music: " + reason);
  }

  const FilmWriteRequest& request_;
  const std::atomic<bool>& cancelled_;
  const AacEncoder* aac_ = nullptr;
  GstElement* source_ = nullptr;
  GstElement* mux_ = nullptr;
  GstElement* sink_ = nullptr;
  GstOwner<GstPad> video_pad_, music_pad_, sound_pad_;  // of the muxer, asked for early so that it waits for all
  std::mutex mutex_;
  std::vector<GstElement*> film_queues_;
  bool video_linked_ = false, sound_linked_ = false, all_pads_known_ = false;
  std::string link_error_;
  PipelineOwner pipeline_;
};

bool FilmWriter::connect(GstPad* pad, GstCaps* caps, GstPad* mux_pad) {
  // Large, for the muxer may need much of one stream before it gets the first of the other.
  GstElement* queue = gst_element_factory_make("queue", nullptr);
  g_object_set(queue, "max-size-buffers", 0U, "max-size-time", G_GUINT64_CONSTANT(0), "max-size-bytes", 64U << 20U,
               nullptr);
  gst_bin_add(GST_BIN(pipeline_.get()), queue);
  GstElement* last = queue;
  if (const char* name = parser_for(caps)) {
    GstElement* parser = gst_element_factory_make(name, nullptr);
    if (parser != nullptr) {
      gst_bin_add(GST_BIN(pipeline_.get()), parser);
      gst_element_link(queue, parser);
      last = parser;
    }
  }
  const GstOwner<GstPad> out(gst_element_get_static_pad(last, "src"));
  const GstOwner<GstPad> in(gst_element_get_static_pad(queue, "sink"));
  const bool linked = gst_pad_link(out.get(), mux_pad) == GST_PAD_LINK_OK;
  if (last != queue) gst_element_sync_state_with_parent(last);
  gst_element_sync_state_with_parent(queue);
  film_queues_.push_back(queue);
  return linked && gst_pad_link(pad, in.get()) == GST_PAD_LINK_OK;
}

void FilmWriter::drain(GstPad* pad) {
  GstElement* nowhere = gst_element_factory_make("fakesink", nullptr);
  g_object_set(nowhere, "sync", FALSE, "async", FALSE, nullptr);
  gst_bin_add(GST_BIN(pipeline_.get()), nowhere);
  const GstOwner<GstPad> in(gst_element_get_static_pad(nowhere, "sink"));
  gst_pad_link(pad, in.get());
  gst_element_sync_state_with_parent(nowhere);
}

void FilmWriter::on_pad_added(GstElement*, GstPad* pad, gpointer self) {
  auto& writer = *static_cast<FilmWriter*>(self);
  GstOwner<GstCaps> caps(gst_pad_get_current_caps(pad));
  if (caps == nullptr) caps.reset(gst_pad_query_caps(pad, nullptr));
  const std::string name =
      gst_caps_is_empty(caps.get()) ? "" : gst_structure_get_name(gst_caps_get_structure(caps.get(), 0));
  const std::lock_guard lock(writer.mutex_);
  const bool picture = name.rfind("video/", 0) == 0 || name.rfind("image/", 0) == 0;
  if (picture && !writer.video_linked_) {
    writer.video_linked_ = writer.connect(pad, caps.get(), writer.video_pad_.get());
    if (!writer.video_linked_) writer.link_error_ = "the muxer refuses its picture (" + name + ")";
  } else if (name.rfind("audio/", 0) == 0 && writer.sound_pad_ != nullptr && !writer.sound_linked_) {
    writer.sound_linked_ = writer.connect(pad, caps.get(), writer.sound_pad_.get());
    if (!writer.sound_linked_) writer.link_error_ = "the muxer refuses its sound (" + name + ")";
  } else {
    writer.drain(pad);
  }
}

void FilmWriter::on_no_more_pads(GstElement*, gpointer self) {
  auto& writer = *static_cast<FilmWriter*>(self);
  const std::lock_guard lock(writer.mutex_);
  writer.all_pads_known_ = true;
}

Result<void> FilmWriter::add_music() {
  const bool mp4 = request_.container == Container::kMp4;
  if (mp4) {
    aac_ = find_aac_encoder();
    if (aac_ == nullptr) return failed(ErrorCode::kInternal, "there is no AAC encoder; install gstreamer1.0-libav");
  }
  std::vector<GstElement*> chain;
  for (const char* name : {"fdsrc", "rawaudioparse", "audioconvert", mp4 ? aac_->factory : "flacenc", "queue"}) {
    const auto element = add_element(pipeline_.get(), name);
    if (!element) return tl::unexpected(element.error());
    chain.push_back(*element);
  }
  g_object_set(chain[0], "fd", request_.music->descriptor(), "blocksize", 65536U, nullptr);
  gst_util_set_object_arg(G_OBJECT(chain[1]), "format", "pcm");
  gst_util_set_object_arg(G_OBJECT(chain[1]), "pcm-format", "f32le");
  g_object_set(chain[1], "sample-rate", kSampleRate_hz, "num-channels", kChannels, nullptr);
  if (mp4) g_object_set(chain[3], "bitrate", kAacBits_per_s, nullptr);
  gst_element_link_many(chain[0], chain[1], chain[2], nullptr);
  // 24 bits into FLAC, without dither: the same music gives the same file.
  const GstOwner<GstCaps> wide(gst_caps_from_string("audio/x-raw,format=S24LE"));
  const bool encoded = mp4 ? gst_element_link(chain[2], chain[3]) != 0
                           : gst_element_link_filtered(chain[2], chain[3], wide.get()) != 0;
  const GstOwner<GstPad> out(gst_element_get_static_pad(chain[4], "src"));
  gst_pad_set_offset(out.get(), static_cast<gint64>(request_.origin_s * GST_SECOND));
  if (!encoded || gst_element_link(chain[3], chain[4]) == 0 ||
      gst_pad_link(out.get(), music_pad_.get()) != GST_PAD_LINK_OK) {
    return failed(ErrorCode::kInternal, "the music's encoder does not fit the muxer");
  }
  return {};
}

Result<void> FilmWriter::build() {
  pipeline_.reset(gst_pipeline_new("film-writer"));
  std::vector<GstElement*> made;
  for (const char* name : {"filesrc", "parsebin", mux_name(request_.container), "filesink"}) {
    const auto element = add_element(pipeline_.get(), name);
    if (!element) return tl::unexpected(element.error());
    made.push_back(*element);
  }
  source_ = made[0];
  mux_ = made[2];
  sink_ = made[3];
  g_object_set(source_, "location", request_.film.c_str(), nullptr);
  g_object_set(sink_, "location", request_.output.c_str(), "sync", FALSE, "async", FALSE, nullptr);
  video_pad_.reset(gst_element_request_pad_simple(mux_, "video_%u"));
  music_pad_.reset(gst_element_request_pad_simple(mux_, "audio_%u"));
  if (request_.keep_original_sound) sound_pad_.reset(gst_element_request_pad_simple(mux_, "audio_%u"));
  if (auto added = add_music(); !added) return added;
  g_signal_connect(made[1], "pad-added", G_CALLBACK(on_pad_added), this);
  g_signal_connect(made[1], "no-more-pads", G_CALLBACK(on_no_more_pads), this);
  if (gst_element_link(source_, made[1]) == 0 || gst_element_link(mux_, sink_) == 0) {
    return failed(ErrorCode::kInternal, "the pipeline does not link");
  }
  return {};
}

Result<void> FilmWriter::wait() {
  const GstOwner<GstBus> bus(gst_element_get_bus(pipeline_.get()));
  bool broke_off = false;
  while (true) {
    if (cancelled_) return fail(ErrorCode::kCancelled, "interrupted");
    {
      const std::lock_guard lock(mutex_);
      if (!link_error_.empty()) return failed(ErrorCode::kUsage, link_error_ + "; try an output that ends in .mkv");
      if (all_pads_known_ && (!video_linked_ || (sound_pad_ != nullptr && !sound_linked_))) {
        return failed(ErrorCode::kBadInput, "a stream that was there at first is gone; did the file change?");
      }
    }
    const GstOwner<GstMessage> message(gst_bus_timed_pop_filtered(
        bus.get(), 100 * GST_MSECOND, static_cast<GstMessageType>(GST_MESSAGE_ERROR | GST_MESSAGE_EOS)));
    if (message == nullptr) continue;
    if (GST_MESSAGE_TYPE(message.get()) == GST_MESSAGE_EOS) return {};
    const std::string from = error_source(message.get());
    const std::string reason = error_text(message.get());
    if (from == "filesink") return failed(ErrorCode::kOutput, reason);
    std::vector<GstElement*> queues;
    {
      const std::lock_guard lock(mutex_);
      if (video_linked_) queues = film_queues_;
    }
    // A film that breaks off: what came before is kept, so its streams are ended by hand, once.
    if (from == mux_name(request_.container) || broke_off || queues.empty()) {
      return failed(ErrorCode::kInternal, reason + " (" + from + ")");
    }
    broke_off = true;
    for (GstElement* queue : queues) {  // without the lock: a streaming thread may be about to add a pad
      const GstOwner<GstPad> in(gst_element_get_static_pad(queue, "sink"));
      gst_pad_send_event(in.get(), gst_event_new_eos());
    }
  }
}

Result<void> FilmWriter::run() {
  if (auto built = build(); !built) return built;
  // Room for an encoder to push out its last block; the edit list cuts it off again.
  if (auto done = request_.music->rewind(aac_ != nullptr ? 4096 : 0); !done) return done;
  if (gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE) {
    return failed(ErrorCode::kOutput, "'" + request_.output.string() + "' cannot be opened");
  }
  if (auto done = wait(); !done) return done;
  gst_element_set_state(pipeline_.get(), GST_STATE_NULL);  // closes the file
  if (aac_ == nullptr) return {};
  return trim_first_sound_track(request_.output, {aac_->delay_frames, request_.music->frames(), kSampleRate_hz});
}

}  // namespace

Result<void> check_container(Container container, const FilmInfo& film, bool keep_original_sound) {
  const char* mux = mux_name(container);
  const std::string advice = container == Container::kMp4 ? "; give an output that ends in .mkv" : "; give one that ends in .wav";
  if (!have_element(mux)) {
    return fail(ErrorCode::kInternal, std::string("GStreamer's '") + mux + "' is missing; install gstreamer1.0-plugins-good");
  }
  if (!carries(mux, "video_%u", film.video_caps)) {
    return fail(ErrorCode::kUsage, std::string("a ") + suffix(container) + " file cannot hold this film's picture (" +
                                       codec_of(film.video_caps) + ") as it is" + advice);
  }
  if (keep_original_sound && film.has_sound && !carries(mux, "audio_%u", film.sound_caps)) {
    return fail(ErrorCode::kUsage, std::string("a ") + suffix(container) + " file cannot hold this film's sound (" +
                                       codec_of(film.sound_caps) + ") as it is" + advice +
                                       ", or use --keep-sound mix");
  }
  return {};
}

Result<void> write_film(const FilmWriteRequest& request, const std::atomic<bool>& cancelled) {
  if (auto started = start_gstreamer(); !started) return started;
  return FilmWriter(request, cancelled).run();
}

}  // namespace photoplayer::tools
