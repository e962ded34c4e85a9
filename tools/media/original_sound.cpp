// SPDX-License-Identifier: Apache-2.0
#include "media/original_sound.h"

#include "media/gst_support.h"

#include <photoplayer/stream/limiter.h>

#include <gst/app/gstappsink.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace photoplayer::tools {
namespace {

constexpr float kMusicUnderSound = 0.398F;    // -8 dB
constexpr float kHighestPeak = 0.841F;        // -1.5 dBFS: leaves the limiter little to do
constexpr std::int64_t kJitterFrames = 1764;  // 40 ms: timestamps this far off the count are rounding, not gaps
constexpr std::uint64_t kBlockFrames = 16384;
constexpr int kStillPolls = 20;  // two seconds without a thread that could still bring something

gboolean only_sound(GstElement*, GstPad*, GstCaps* caps, gpointer) {
  const char* name = gst_structure_get_name(gst_caps_get_structure(caps, 0));
  // A picture stream's own caps have a width once the demuxer knows it; containers ("video/quicktime") do not.
  const bool picture = (g_str_has_prefix(name, "video/") != 0 || g_str_has_prefix(name, "image/") != 0) &&
                       gst_structure_has_field(gst_caps_get_structure(caps, 0), "width") != 0;
  return !picture;
}

/// Adds the sound at its place; what it does not cover keeps the music at its lower level.
class Mixer {
 public:
  explicit Mixer(PcmScratch& music) : music_(music) {}

  Result<void> add(std::int64_t at_frame, std::span<const float> sound) {
    if (std::abs(at_frame - cursor_) <= kJitterFrames && mixed_any_) at_frame = cursor_;
    if (at_frame < cursor_) {  // before the film's first frame, or told twice
      const auto skipped =
          std::min<std::size_t>(sound.size(), static_cast<std::size_t>(cursor_ - at_frame) * kChannels);
      sound = sound.subspan(skipped);
      at_frame = cursor_;
    }
    if (auto done = mix({}, at_frame); !done) return done;
    mixed_any_ = true;
    return mix(sound, cursor_ + static_cast<std::int64_t>(sound.size() / kChannels));
  }

  Result<void> finish() {
    if (auto done = mix({}, total()); !done) return done;
    // One gain for the whole, which pumps nothing; then the peaks between samples.
    const float gain = peak_ > kHighestPeak ? kHighestPeak / peak_ : 1.0F;
    constexpr auto kDelay = static_cast<std::int64_t>(stream::Limiter::kDelay_frames);
    stream::Limiter limiter(-1.0, kSampleRate_hz);
    for (std::int64_t at = 0; at < total() + kDelay; at += static_cast<std::int64_t>(block_.size() / kChannels)) {
      take(at, at < total() ? total() : total() + kDelay);
      std::fill(block_.begin(), block_.end(), 0.0F);
      if (at < total()) {
        if (auto done = music_.read(static_cast<std::uint64_t>(at), block_); !done) return done;
      }
      for (float& sample : block_) sample *= gain;
      limiter.process(block_, {});
      const auto frames = static_cast<std::int64_t>(block_.size() / kChannels);
      const std::int64_t early = std::clamp<std::int64_t>(kDelay - at, 0, frames);
      const auto limited = std::span<const float>(block_).subspan(static_cast<std::size_t>(early) * kChannels);
      if (auto done = music_.overwrite(static_cast<std::uint64_t>(at + early - kDelay), limited); !done) return done;
    }
    return {};
  }

  [[nodiscard]] bool mixed_any() const { return mixed_any_; }

 private:
  [[nodiscard]] std::int64_t total() const { return static_cast<std::int64_t>(music_.frames()); }
  void take(std::int64_t from, std::int64_t to) {
    const auto frames = std::min(static_cast<std::uint64_t>(to - from), kBlockFrames);
    block_.resize(static_cast<std::size_t>(frames) * kChannels);
  }

  /// From the cursor to `end`: lowered music plus `sound`, which is empty or long enough.
  Result<void> mix(std::span<const float> sound, std::int64_t end) {
    end = std::min(end, total());
    while (cursor_ < end) {
      take(cursor_, end);
      if (auto done = music_.read(static_cast<std::uint64_t>(cursor_), block_); !done) return done;
      for (std::size_t i = 0; i < block_.size(); ++i) {
        const float heard = sound.empty() || !std::isfinite(sound[i]) ? 0.0F : sound[i];  // floats can be anything
        block_[i] = block_[i] * kMusicUnderSound + heard;
        peak_ = std::max(peak_, std::abs(block_[i]));
      }
      if (auto done = music_.overwrite(static_cast<std::uint64_t>(cursor_), block_); !done) return done;
      cursor_ += static_cast<std::int64_t>(block_.size() / kChannels);
      if (!sound.empty()) sound = sound.subspan(block_.size());
    }
    return {};
  }

  PcmScratch& music_;
  std::vector<float> block_;
  std::int64_t cursor_ = 0;
  float peak_ = 0.0F;
  bool mixed_any_ = false;
};

Result<PipelineOwner> sound_pipeline(const std::filesystem::path& film, GstAppSink** sink) {
  GError* error = nullptr;
  PipelineOwner pipeline(
      gst_parse_launch("filesrc name=source ! decodebin name=decoder "
                       "audioconvert name=convert ! audioresample ! "
                       "audio/x-raw,format=F32LE,rate=44100,channels=2,layout=interleaved ! appsink name=sink "
                       "sync=false async=false wait-on-eos=false "
                       "max-buffers=16",
                       &error));
  if (error != nullptr || pipeline == nullptr) {
    const std::string reason = error != nullptr ? error->message : "unknown reason";
    g_clear_error(&error);
    return fail(ErrorCode::kInternal, "cannot build the pipeline for the film's sound: " + on_one_line(reason));
  }
  const auto named = [&](const char* name) {
    return GstOwner<GstElement>(gst_bin_get_by_name(GST_BIN(pipeline.get()), name));
  };
  g_object_set(named("source").get(), "location", film.c_str(), nullptr);
  const auto decoder = named("decoder");
  g_signal_connect(decoder.get(), "autoplug-continue", G_CALLBACK(only_sound), nullptr);
  // The first sound stream; everything else is left unlinked, which a demuxer accepts as long as one is taken.
  g_signal_connect(decoder.get(), "pad-added", G_CALLBACK(+[](GstElement*, GstPad* pad, gpointer convert) {
                     const GstOwner<GstCaps> caps(gst_pad_query_caps(pad, nullptr));
                     const GstOwner<GstPad> into(gst_element_get_static_pad(GST_ELEMENT(convert), "sink"));
                     const char* name = gst_structure_get_name(gst_caps_get_structure(caps.get(), 0));
                     if (std::strcmp(name, "audio/x-raw") == 0 && gst_pad_is_linked(into.get()) == 0) {
                       gst_pad_link(pad, into.get());
                     }
                   }),
                   named("convert").get());  // the pipeline keeps it alive
  *sink = GST_APP_SINK(named("sink").get());
  return pipeline;
}

}  // namespace

Result<void> mix_original_sound(const std::filesystem::path& film, double origin_s, PcmScratch& music,
                                const std::atomic<bool>& cancelled) {
  GstAppSink* sink = nullptr;
  auto pipeline = sound_pipeline(film, &sink);
  if (!pipeline) return tl::unexpected(pipeline.error());
  gst_element_set_state(pipeline->get(), GST_STATE_PLAYING);
  const GstOwner<GstBus> bus(gst_element_get_bus(pipeline->get()));

  Mixer mixer(music);
  std::string stream_error;
  int still_polls = 0;
  while (stream_error.empty()) {
    if (cancelled) return fail(ErrorCode::kCancelled, "interrupted");
    const GstOwner<GstSample> sample(gst_app_sink_try_pull_sample(sink, 100 * GST_MSECOND));
    if (sample == nullptr) {
      if (gst_app_sink_is_eos(sink) != 0) break;
      const GstOwner<GstMessage> message(gst_bus_pop_filtered(bus.get(), GST_MESSAGE_ERROR));
      if (message != nullptr) stream_error = error_text(message.get());
      still_polls = all_tasks_stopped(pipeline->get()) ? still_polls + 1 : 0;
      if (stream_error.empty() && still_polls > kStillPolls) stream_error = "the decoder stopped";
      continue;
    }
    GstBuffer* buffer = gst_sample_get_buffer(sample.get());
    const guint64 at =
        gst_segment_to_running_time(gst_sample_get_segment(sample.get()), GST_FORMAT_TIME, GST_BUFFER_PTS(buffer));
    GstMapInfo map;
    if (!GST_CLOCK_TIME_IS_VALID(at) || gst_buffer_map(buffer, &map, GST_MAP_READ) == 0) continue;
    const double frame = (static_cast<double>(at) / GST_SECOND - origin_s) * kSampleRate_hz;
    const std::span<const float> values(reinterpret_cast<const float*>(map.data), map.size / sizeof(float));
    auto done = mixer.add(std::llround(frame), values);
    gst_buffer_unmap(buffer, &map);
    if (!done) return done;
  }
  if (!mixer.mixed_any()) {
    return fail(ErrorCode::kBadInput, "the sound of '" + film.string() + "' cannot be decoded" +
                                          (stream_error.empty() ? "" : " (" + stream_error + ")") +
                                          "; use --keep-sound off");
  }
  return mixer.finish();
}

}  // namespace photoplayer::tools
