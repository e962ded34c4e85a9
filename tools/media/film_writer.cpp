// SPDX-License-Identifier: Apache-2.0
#include "media/film_writer.h"

#include "media/mp4_patch.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <mutex>
#include <optional>
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
/// For a stream of the film to show itself; less once the film has broken off. The muxer would wait for ever.
constexpr auto kPatience = std::chrono::seconds(60);
constexpr auto kPatienceAfterEnd = std::chrono::seconds(2);
constexpr int kSmallestInMp4 = 16;  // pixels, for GStreamer 1.22's muxer

const char* mux_name(Container container) {
  return container == Container::kMp4 ? "mp4mux" : "matroskamux";
}
const char* suffix(Container container) {
  return container == Container::kMp4 ? ".mp4" : ".mkv";
}

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

/// Makes decode times from the times at which frames are shown; null: nothing does that for this codec.
const char* timestamper_for(const std::string& caps_text) {
  if (caps_text.rfind("video/x-h264", 0) == 0) return "h264timestamper";
  if (caps_text.rfind("video/x-h265", 0) == 0) return "h265timestamper";
  return nullptr;
}

/// MP4 stores decode times, and its muxer would take the others for them, which stretches a reordered picture.
bool needs_decode_times(Container container, const CodedPicture& picture) {
  return container == Container::kMp4 && picture.reordered && !picture.has_decode_times;
}

/// How often to turn by 90 degrees, clockwise; nothing if it is mirrored as well.
std::optional<int> quarter_turns(const std::string& orientation) {
  constexpr std::array<const char*, 4> kTurns = {"", "rotate-90", "rotate-180", "rotate-270"};
  const auto found = std::find(kTurns.begin(), kTurns.end(), orientation);
  if (found == kTurns.end()) return std::nullopt;
  return static_cast<int>(found - kTurns.begin());
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
                                "width", "height", nullptr);
    for (const GList* item = gst_element_factory_get_static_pad_templates(factory); item != nullptr;
         item = item->next) {
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

/// Old AVIs count frames and say nothing of their order; a muxer needs a time for each.
GstPadProbeReturn complete_timestamp(GstPad*, GstPadProbeInfo* probe, gpointer) {
  GstBuffer* buffer = GST_PAD_PROBE_INFO_BUFFER(probe);
  if (GST_BUFFER_PTS_IS_VALID(buffer) || !GST_BUFFER_DTS_IS_VALID(buffer)) return GST_PAD_PROBE_OK;
  buffer = gst_buffer_make_writable(buffer);
  GST_BUFFER_PTS(buffer) = GST_BUFFER_DTS(buffer);
  GST_PAD_PROBE_INFO_DATA(probe) = buffer;
  return GST_PAD_PROBE_OK;
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
  [[nodiscard]] bool wanted_picture(GstPad* pad) const;
  /// Source pad → queue → parser → the muxer's pad; a stream that is not wanted goes nowhere.
  bool connect(GstPad* pad, GstCaps* caps, GstPad* mux_pad);
  GstElement* append(GstElement* last, const char* factory);
  GstElement* add_enlarger(GstElement* last, GstCaps* caps);
  void drain(GstPad* pad);

  /// Not the film's: if it fails, there is nothing to save.
  [[nodiscard]] bool is_ours(GstObject* source) const;
  void end_film_streams();

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
  std::vector<GstElement*> own_elements_;               // muxer, sink and the music's chain
  std::mutex mutex_;
  std::vector<GstElement*> film_queues_;
  std::optional<PictureSize> true_size_;  // if the muxer was told another
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
  const bool time = mux_pad == video_pad_.get() && needs_decode_times(request_.container, request_.picture);
  GstElement* parsed = append(queue, parser_for(caps));
  GstElement* timed = append(parsed, time ? timestamper_for(request_.picture.caps) : nullptr);
  GstElement* enlarged = add_enlarger(timed, caps);
  const GstOwner<GstPad> out(gst_element_get_static_pad(enlarged, "src"));
  const GstOwner<GstPad> in(gst_element_get_static_pad(queue, "sink"));
  gst_pad_add_probe(in.get(), GST_PAD_PROBE_TYPE_BUFFER, complete_timestamp, nullptr, nullptr);
  const bool linked = gst_pad_link(out.get(), mux_pad) == GST_PAD_LINK_OK;
  for (GstElement* element : {enlarged, timed, parsed, queue}) gst_element_sync_state_with_parent(element);
  film_queues_.push_back(queue);
  return linked && gst_pad_link(pad, in.get()) == GST_PAD_LINK_OK;
}

/// Returns the new last element, which is the old one if `factory` is null or not installed.
GstElement* FilmWriter::append(GstElement* last, const char* factory) {
  GstElement* element = factory != nullptr ? gst_element_factory_make(factory, nullptr) : nullptr;
  if (element == nullptr) return last;
  gst_bin_add(GST_BIN(pipeline_.get()), element);
  gst_element_link(last, element);
  return element;
}

/// For the muxer, a picture is at least 16 pixels wide and high; patch_mp4() puts the truth back. Returns the new last
/// element, which may be the old one.
GstElement* FilmWriter::add_enlarger(GstElement* last, GstCaps* caps) {
  int width = 0, height = 0;
  const GstStructure* structure = gst_caps_get_structure(caps, 0);
  if (request_.container != Container::kMp4 || gst_structure_get_int(structure, "width", &width) == 0 ||
      gst_structure_get_int(structure, "height", &height) == 0 ||
      (width >= kSmallestInMp4 && height >= kSmallestInMp4)) {
    return last;
  }
  GstElement* setter = append(last, "capssetter");
  if (setter == last) return last;
  const GstOwner<GstCaps> enlarged(gst_caps_new_simple(gst_structure_get_name(structure), "width", G_TYPE_INT,
                                                       std::max(width, kSmallestInMp4), "height", G_TYPE_INT,
                                                       std::max(height, kSmallestInMp4), nullptr));
  g_object_set(setter, "caps", enlarged.get(), nullptr);
  true_size_ = PictureSize{static_cast<std::uint16_t>(width), static_cast<std::uint16_t>(height)};
  return setter;
}

void FilmWriter::drain(GstPad* pad) {
  GstElement* nowhere = gst_element_factory_make("fakesink", nullptr);
  g_object_set(nowhere, "sync", FALSE, "async", FALSE, nullptr);
  gst_bin_add(GST_BIN(pipeline_.get()), nowhere);
  const GstOwner<GstPad> in(gst_element_get_static_pad(nowhere, "sink"));
  gst_pad_link(pad, in.get());
  gst_element_sync_state_with_parent(nowhere);
}

bool FilmWriter::wanted_picture(GstPad* pad) const {
  return !video_linked_ && (request_.picture.stream_id.empty() || stream_id(pad) == request_.picture.stream_id);
}

void FilmWriter::on_pad_added(GstElement*, GstPad* pad, gpointer self) {
  auto& writer = *static_cast<FilmWriter*>(self);
  GstOwner<GstCaps> caps(gst_pad_get_current_caps(pad));
  if (caps == nullptr) caps.reset(gst_pad_query_caps(pad, nullptr));
  const std::string name =
      gst_caps_is_empty(caps.get()) ? "" : gst_structure_get_name(gst_caps_get_structure(caps.get(), 0));
  const std::lock_guard lock(writer.mutex_);
  const bool picture = name.rfind("video/", 0) == 0 || name.rfind("image/", 0) == 0;
  if (picture && writer.wanted_picture(pad)) {
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
  own_elements_.insert(own_elements_.end(), chain.begin(), chain.end());
  g_object_set(chain[0], "fd", request_.music->descriptor(), "blocksize", 65536U, nullptr);
  gst_util_set_object_arg(G_OBJECT(chain[1]), "format", "pcm");
  gst_util_set_object_arg(G_OBJECT(chain[1]), "pcm-format", "f32le");
  g_object_set(chain[1], "sample-rate", kSampleRate_hz, "num-channels", kChannels, nullptr);
  if (mp4) g_object_set(chain[3], "bitrate", kAacBits_per_s, nullptr);
  gst_element_link_many(chain[0], chain[1], chain[2], nullptr);
  // 24 bits into FLAC, without dither: the same music gives the same file.
  const GstOwner<GstCaps> wide(gst_caps_from_string("audio/x-raw,format=S24LE"));
  const bool encoded =
      mp4 ? gst_element_link(chain[2], chain[3]) != 0 : gst_element_link_filtered(chain[2], chain[3], wide.get()) != 0;
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
  own_elements_ = {mux_, sink_};
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
  auto complete = std::chrono::steady_clock::now();  // when all streams were there, or the film broke off
  while (true) {
    if (cancelled_) return fail(ErrorCode::kCancelled, "interrupted");
    const auto now = std::chrono::steady_clock::now();
    {
      const std::lock_guard lock(mutex_);
      if (!link_error_.empty()) return failed(ErrorCode::kUsage, link_error_ + "; try an output that ends in .mkv");
      if (all_pads_known_ && (!video_linked_ || (sound_pad_ != nullptr && !sound_linked_))) {
        return failed(ErrorCode::kBadInput, "a stream that was there at first is gone; did the file change?");
      }
      if (video_linked_ && (sound_pad_ == nullptr || sound_linked_)) complete = now;
      if (now - complete > (broke_off ? kPatienceAfterEnd : kPatience)) {
        return failed(ErrorCode::kBadInput, video_linked_
                                                ? "it breaks off before its sound begins; use --keep-sound off"
                                                : "it breaks off before its picture begins");
      }
    }
    const GstOwner<GstMessage> message(gst_bus_timed_pop_filtered(
        bus.get(), 100 * GST_MSECOND, static_cast<GstMessageType>(GST_MESSAGE_ERROR | GST_MESSAGE_EOS)));
    if (message == nullptr) continue;
    if (GST_MESSAGE_TYPE(message.get()) == GST_MESSAGE_EOS) return {};
    const std::string reason = error_text(message.get());
    if (GST_MESSAGE_SRC(message.get()) == GST_OBJECT(sink_)) return failed(ErrorCode::kOutput, reason);
    const bool linked = [&] {
      const std::lock_guard lock(mutex_);
      return video_linked_;
    }();
    if (is_ours(GST_MESSAGE_SRC(message.get())) || !linked) {
      return failed(ErrorCode::kInternal, reason + " (" + error_source(message.get()) + ")");
    }
    // A film that breaks off: what came before is kept. Its demuxer may say so more than once.
    if (!broke_off) {
      end_film_streams();
      complete = now;
    }
    broke_off = true;
  }
}

bool FilmWriter::is_ours(GstObject* source) const {
  return std::any_of(own_elements_.begin(), own_elements_.end(),
                     [&](GstElement* element) { return GST_OBJECT(element) == source; });
}

void FilmWriter::end_film_streams() {
  std::vector<GstElement*> queues;
  {
    const std::lock_guard lock(mutex_);
    queues = film_queues_;
  }
  for (GstElement* queue : queues) {  // without the lock: a streaming thread may be about to add a pad
    const GstOwner<GstPad> in(gst_element_get_static_pad(queue, "sink"));
    gst_pad_send_event(in.get(), gst_event_new_eos());
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
  return patch_mp4(request_.output, {{aac_->delay_frames, request_.music->frames(), kSampleRate_hz},
                                     true_size_,
                                     quarter_turns(request_.picture.orientation).value_or(0)});
}

Result<void> check_times(Container container, const CodedPicture& picture) {
  if (picture.order_unknown) {
    return fail(ErrorCode::kUsage, "this film's picture (" + codec_of(picture.caps) +
                                       ") has B-frames but no times that say "
                                       "where each belongs, so it cannot be copied; give an output that ends in .wav");
  }
  if (!needs_decode_times(container, picture)) return {};
  const char* timestamper = timestamper_for(picture.caps);
  if (timestamper == nullptr) {
    return fail(ErrorCode::kUsage, "this film's picture (" + codec_of(picture.caps) +
                                       ") has B-frames but no decode times, "
                                       "which a .mp4 file needs; give an output that ends in .mkv");
  }
  if (!have_element(timestamper)) {
    return fail(ErrorCode::kInternal,
                std::string("GStreamer's '") + timestamper + "' is missing; install gstreamer1.0-plugins-bad");
  }
  return {};
}

}  // namespace

bool keeps_orientation(Container container, const CodedPicture& picture) {
  if (picture.orientation.empty()) return true;
  return container == Container::kMp4 && quarter_turns(picture.orientation).has_value();
}

Result<void> check_container(Container container, const FilmInfo& film, bool keep_original_sound) {
  const char* mux = mux_name(container);
  const std::string advice =
      container == Container::kMp4 ? "; give an output that ends in .mkv" : "; give one that ends in .wav";
  if (!have_element(mux)) {
    return fail(ErrorCode::kInternal,
                std::string("GStreamer's '") + mux + "' is missing; install gstreamer1.0-plugins-good");
  }
  const std::string codec = codec_of(film.picture.caps);
  if (!carries(mux, "video_%u", film.picture.caps)) {
    return fail(ErrorCode::kUsage, std::string("a ") + suffix(container) + " file cannot hold this film's picture (" +
                                       codec + ") as it is" + advice);
  }
  if (auto times = check_times(container, film.picture); !times) return times;
  if (container == Container::kMkv && film.picture.changes_size) {
    return fail(ErrorCode::kUsage,
                "this film's picture changes its size on the way, which a .mkv file cannot hold; "
                "give an output that ends in .mp4 or .wav");
  }
  if (keep_original_sound && film.has_sound && !carries(mux, "audio_%u", film.sound_caps)) {
    return fail(ErrorCode::kUsage, std::string("a ") + suffix(container) + " file cannot hold this film's sound (" +
                                       codec_of(film.sound_caps) + ") as it is" + advice + ", or use --keep-sound mix");
  }
  return {};
}

Result<void> write_film(const FilmWriteRequest& request, const std::atomic<bool>& cancelled) {
  if (auto started = start_gstreamer(); !started) return started;
  return FilmWriter(request, cancelled).run();
}

}  // namespace photoplayer::tools
