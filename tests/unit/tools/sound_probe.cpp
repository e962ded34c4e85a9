// SPDX-License-Identifier: Apache-2.0
#include "sound_probe.h"

#include "media/gst_support.h"

#include <gst/app/gstappsink.h>
#include <sndfile.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>
#include <string>

namespace photoplayer::tools::test {
namespace {

struct TrackSinks {
  GstElement* pipeline = nullptr;
  std::vector<GstElement*> sinks;  // one per sound track, in the container's order
};

void on_pad(GstElement*, GstPad* pad, gpointer data) {
  auto& tracks = *static_cast<TrackSinks*>(data);
  const GstOwner<GstCaps> caps(gst_pad_query_caps(pad, nullptr));
  const bool sound = g_str_has_prefix(gst_structure_get_name(gst_caps_get_structure(caps.get(), 0)), "audio/") != 0;
  GstElement* convert = gst_element_factory_make(sound ? "audioconvert" : "identity", nullptr);
  GstElement* sink = gst_element_factory_make(sound ? "appsink" : "fakesink", nullptr);
  g_object_set(sink, "sync", FALSE, "async", FALSE, nullptr);
  gst_bin_add_many(GST_BIN(tracks.pipeline), convert, sink, nullptr);
  if (sound) {
    const GstOwner<GstCaps> wanted(gst_caps_from_string("audio/x-raw,format=F32LE,layout=interleaved"));
    g_object_set(sink, "caps", wanted.get(), nullptr);
    tracks.sinks.push_back(sink);
  }
  gst_element_link(convert, sink);
  gst_element_sync_state_with_parent(sink);
  gst_element_sync_state_with_parent(convert);
  const GstOwner<GstPad> into(gst_element_get_static_pad(convert, "sink"));
  gst_pad_link(pad, into.get());
}

/// Decodes everything; the appsinks then hold all samples.
PipelineOwner decode_all(const std::filesystem::path& film, TrackSinks& tracks) {
  if (!start_gstreamer()) throw std::runtime_error("no GStreamer");
  PipelineOwner pipeline(gst_parse_launch("filesrc name=f ! decodebin name=d", nullptr));
  tracks.pipeline = pipeline.get();
  const GstOwner<GstElement> source(gst_bin_get_by_name(GST_BIN(pipeline.get()), "f"));
  const GstOwner<GstElement> decoder(gst_bin_get_by_name(GST_BIN(pipeline.get()), "d"));
  g_object_set(source.get(), "location", film.c_str(), nullptr);
  g_signal_connect(decoder.get(), "pad-added", G_CALLBACK(on_pad), &tracks);
  gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
  const GstOwner<GstBus> bus(gst_element_get_bus(pipeline.get()));
  const GstOwner<GstMessage> message(gst_bus_timed_pop_filtered(
      bus.get(), 30 * GST_SECOND, static_cast<GstMessageType>(GST_MESSAGE_ERROR | GST_MESSAGE_EOS)));
  // An appsink reports EOS once it is drained, so with sound the wait may end by time; drained below.
  if (message != nullptr && GST_MESSAGE_TYPE(message.get()) == GST_MESSAGE_ERROR) {
    throw std::runtime_error(film.string() + ": " + error_text(message.get()));
  }
  return pipeline;
}

}  // namespace

Sound read_sound(const std::filesystem::path& file) {
  SF_INFO info{};
  SNDFILE* opened = sf_open(file.c_str(), SFM_READ, &info);
  if (opened == nullptr) throw std::runtime_error(file.string() + ": " + sf_strerror(nullptr));
  std::vector<float> interleaved(static_cast<std::size_t>(info.frames * info.channels));
  sf_readf_float(opened, interleaved.data(), info.frames);
  sf_close(opened);
  Sound sound{info.samplerate, info.channels, {}};
  for (std::size_t i = 0; i < interleaved.size(); i += static_cast<std::size_t>(info.channels)) {
    sound.left.push_back(interleaved[i]);
  }
  return sound;
}

Sound decode_track(const std::filesystem::path& film, int track) {
  TrackSinks tracks;
  const PipelineOwner pipeline = decode_all(film, tracks);
  Sound sound;
  GstElement* sink = tracks.sinks.at(static_cast<std::size_t>(track));
  while (const GstOwner<GstSample> sample{gst_app_sink_try_pull_sample(GST_APP_SINK(sink), 0)}) {
    const GstStructure* caps = gst_caps_get_structure(gst_sample_get_caps(sample.get()), 0);
    gst_structure_get_int(caps, "rate", &sound.sample_rate_hz);
    gst_structure_get_int(caps, "channels", &sound.channels);
    GstBuffer* buffer = gst_sample_get_buffer(sample.get());
    // A player shows what lies inside the segment and drops the rest: so does this.
    const GstSegment* segment = gst_sample_get_segment(sample.get());
    const double from_s = (static_cast<double>(GST_BUFFER_PTS(buffer)) - static_cast<double>(segment->start) +
                           static_cast<double>(segment->base)) / GST_SECOND;
    const double stop_s = GST_CLOCK_TIME_IS_VALID(segment->stop)
                              ? static_cast<double>(segment->stop - segment->start + segment->base) / GST_SECOND
                              : 1e9;
    GstMapInfo map;
    if (gst_buffer_map(buffer, &map, GST_MAP_READ) == 0) throw std::runtime_error("map");
    const auto* values = reinterpret_cast<const float*>(map.data);
    const auto channels = static_cast<std::size_t>(sound.channels);
    const std::int64_t first = std::llround(from_s * sound.sample_rate_hz);
    const std::int64_t stop = std::llround(stop_s * sound.sample_rate_hz);
    for (std::size_t i = 0; i < map.size / sizeof(float) / channels; ++i) {
      const std::int64_t at = first + static_cast<std::int64_t>(i);
      if (at < 0 || at >= stop) continue;
      if (static_cast<std::size_t>(at) >= sound.left.size()) sound.left.resize(static_cast<std::size_t>(at) + 1);
      sound.left[static_cast<std::size_t>(at)] = values[i * channels];
    }
    gst_buffer_unmap(buffer, &map);
  }
  return sound;
}

int sound_tracks(const std::filesystem::path& film) {
  TrackSinks tracks;
  const PipelineOwner pipeline = decode_all(film, tracks);
  return static_cast<int>(tracks.sinks.size());
}

int lag_frames(const std::vector<float>& reference, const std::vector<float>& later, int range) {
  const auto frames = static_cast<int>(std::min(reference.size(), later.size()));
  int best = 0;
  double best_sum = -1.0;
  for (int lag = -range; lag <= range; ++lag) {
    double sum = 0.0;
    for (int i = range; i < frames - range; ++i) {
      sum += static_cast<double>(reference[static_cast<std::size_t>(i)]) * static_cast<double>(later[static_cast<std::size_t>(i + lag)]);
    }
    if (sum > best_sum) {
      best_sum = sum;
      best = lag;
    }
  }
  return best;
}

float peak(const std::vector<float>& samples) {
  float highest = 0.0F;
  for (const float sample : samples) highest = std::max(highest, std::abs(sample));
  return highest;
}

double tone_level(const Sound& sound, double frequency_hz) {
  double real = 0.0, imaginary = 0.0;
  for (std::size_t i = 0; i < sound.left.size(); ++i) {
    const double angle = 2.0 * std::numbers::pi * frequency_hz * static_cast<double>(i) / sound.sample_rate_hz;
    real += static_cast<double>(sound.left[i]) * std::cos(angle);
    imaginary += static_cast<double>(sound.left[i]) * std::sin(angle);
  }
  return 2.0 * std::hypot(real, imaginary) / static_cast<double>(sound.left.size());
}

}  // namespace photoplayer::tools::test
