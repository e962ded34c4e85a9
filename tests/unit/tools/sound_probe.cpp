// SPDX-License-Identifier: Apache-2.0
#include "sound_probe.h"

#include "media/gst_support.h"

#include <gst/app/gstappsink.h>
#include <sndfile.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <mutex>
#include <numbers>
#include <stdexcept>
#include <string>

namespace photoplayer::tools::test {
namespace {

struct Track {
  GstElement* sink = nullptr;
  std::vector<GstOwner<GstSample>> samples;
};

struct Tracks {
  GstElement* pipeline = nullptr;
  std::mutex mutex;
  std::vector<Track> list;  // in the container's order
};

void on_pad(GstElement*, GstPad* pad, gpointer data) {
  auto& tracks = *static_cast<Tracks*>(data);
  const GstOwner<GstCaps> caps(gst_pad_query_caps(pad, nullptr));
  const bool sound = g_str_has_prefix(gst_structure_get_name(gst_caps_get_structure(caps.get(), 0)), "audio/") != 0;
  GstElement* convert = gst_element_factory_make(sound ? "audioconvert" : "identity", nullptr);
  GstElement* sink = gst_element_factory_make(sound ? "appsink" : "fakesink", nullptr);
  g_object_set(sink, "sync", FALSE, "async", FALSE, nullptr);
  gst_bin_add_many(GST_BIN(tracks.pipeline), convert, sink, nullptr);
  if (sound) {
    const GstOwner<GstCaps> wanted(gst_caps_from_string("audio/x-raw,format=F32LE,layout=interleaved"));
    g_object_set(sink, "caps", wanted.get(), nullptr);
    const std::lock_guard lock(tracks.mutex);
    tracks.list.push_back({sink, {}});
  }
  gst_element_link(convert, sink);
  gst_element_sync_state_with_parent(sink);
  gst_element_sync_state_with_parent(convert);
  const GstOwner<GstPad> into(gst_element_get_static_pad(convert, "sink"));
  gst_pad_link(pad, into.get());
}

void decode_all(const std::filesystem::path& film, Tracks& tracks) {
  if (!start_gstreamer()) throw std::runtime_error("no GStreamer");
  const PipelineOwner pipeline(gst_parse_launch("filesrc name=f ! decodebin name=d", nullptr));
  tracks.pipeline = pipeline.get();
  const GstOwner<GstElement> source(gst_bin_get_by_name(GST_BIN(pipeline.get()), "f"));
  const GstOwner<GstElement> decoder(gst_bin_get_by_name(GST_BIN(pipeline.get()), "d"));
  g_object_set(source.get(), "location", film.c_str(), nullptr);
  g_signal_connect(decoder.get(), "pad-added", G_CALLBACK(on_pad), &tracks);
  gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
  const GstOwner<GstBus> bus(gst_element_get_bus(pipeline.get()));
  // All tracks are taken as they come: a full appsink would hold the others up, and one that is not drained never ends.
  while (true) {
    {
      const std::lock_guard lock(tracks.mutex);
      for (Track& track : tracks.list) {
        while (GstSample* sample = gst_app_sink_try_pull_sample(GST_APP_SINK(track.sink), 0)) {
          track.samples.emplace_back(sample);
        }
      }
    }
    const GstOwner<GstMessage> message(gst_bus_timed_pop_filtered(
        bus.get(), 10 * GST_MSECOND, static_cast<GstMessageType>(GST_MESSAGE_ERROR | GST_MESSAGE_EOS)));
    if (message == nullptr) continue;
    if (GST_MESSAGE_TYPE(message.get()) == GST_MESSAGE_EOS) return;
    throw std::runtime_error(film.string() + ": " + error_text(message.get()));
  }
}

/// Where a player would put it, in frames from running time 0: inside the segment.
struct Place {
  std::int64_t first = 0, stop = 0;
};

Place place_of(GstSample* sample, int sample_rate_hz) {
  const GstSegment* segment = gst_sample_get_segment(sample);
  const auto frames = [&](double nanoseconds) { return std::llround(nanoseconds / GST_SECOND * sample_rate_hz); };
  const double shift = static_cast<double>(segment->base) - static_cast<double>(segment->start);
  const bool stops = GST_CLOCK_TIME_IS_VALID(segment->stop);
  return {frames(static_cast<double>(GST_BUFFER_PTS(gst_sample_get_buffer(sample))) + shift),
          stops ? frames(static_cast<double>(segment->stop) + shift) : std::numeric_limits<std::int64_t>::max()};
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
  Tracks tracks;
  decode_all(film, tracks);
  Sound sound;
  std::int64_t expected = 0;
  for (const auto& sample : tracks.list.at(static_cast<std::size_t>(track)).samples) {
    const GstStructure* caps = gst_caps_get_structure(gst_sample_get_caps(sample.get()), 0);
    gst_structure_get_int(caps, "rate", &sound.sample_rate_hz);
    gst_structure_get_int(caps, "channels", &sound.channels);
    Place place = place_of(sample.get(), sound.sample_rate_hz);
    // Matroska's timestamps are whole milliseconds; no player takes that rounding for gaps.
    if (std::abs(place.first - expected) < sound.sample_rate_hz / 500) place.first = expected;
    GstMapInfo map;
    GstBuffer* buffer = gst_sample_get_buffer(sample.get());
    if (gst_buffer_map(buffer, &map, GST_MAP_READ) == 0) throw std::runtime_error("map");
    const auto* values = reinterpret_cast<const float*>(map.data);
    const auto channels = static_cast<std::size_t>(sound.channels);
    const std::size_t frames = map.size / sizeof(float) / channels;
    for (std::size_t i = 0; i < frames; ++i) {
      const std::int64_t at = place.first + static_cast<std::int64_t>(i);
      if (at < 0 || at >= place.stop) continue;
      if (static_cast<std::size_t>(at) >= sound.left.size()) sound.left.resize(static_cast<std::size_t>(at) + 1);
      sound.left[static_cast<std::size_t>(at)] = values[i * channels];
    }
    expected = place.first + static_cast<std::int64_t>(frames);
    gst_buffer_unmap(buffer, &map);
  }
  return sound;
}

int sound_tracks(const std::filesystem::path& film) {
  Tracks tracks;
  decode_all(film, tracks);
  return static_cast<int>(tracks.list.size());
}

int lag_frames(const std::vector<float>& reference, const std::vector<float>& later, int range) {
  constexpr int kEnough = 40000;  // frames; more takes long and says nothing new
  const auto frames = std::min(static_cast<int>(std::min(reference.size(), later.size())), kEnough);
  int best = 0;
  double best_sum = -1.0;
  for (int lag = -range; lag <= range; ++lag) {
    double sum = 0.0;
    for (int i = range; i < frames - range; ++i) {
      sum += static_cast<double>(reference[static_cast<std::size_t>(i)]) *
             static_cast<double>(later[static_cast<std::size_t>(i + lag)]);
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

float true_peak(const std::vector<float>& samples) {
  constexpr int kHalf = 32, kPlaces = 8;
  double highest = 0.0;
  for (int place = 0; place < kPlaces; ++place) {
    std::vector<double> taps;
    for (int i = -kHalf; i < kHalf; ++i) {
      const double x = std::numbers::pi * (i - static_cast<double>(place) / kPlaces);
      const double window = 0.5 + 0.5 * std::cos(x / kHalf);
      taps.push_back(std::abs(x) < 1e-9 ? 1.0 : std::sin(x) / x * window);
    }
    for (std::size_t at = 0; at + taps.size() <= samples.size(); ++at) {
      double sum = 0.0;
      for (std::size_t i = 0; i < taps.size(); ++i) sum += taps[i] * static_cast<double>(samples[at + i]);
      highest = std::max(highest, std::abs(sum));
    }
  }
  return static_cast<float>(highest);
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
