// SPDX-License-Identifier: Apache-2.0
#include "media/sound_reader.h"

#include "media/gst_support.h"

#include <gst/app/gstappsink.h>

#include <algorithm>
#include <cstring>
#include <string>

namespace photoplayer::tools {
namespace {

constexpr double kLongest_s = 7200.0;
constexpr int kStillPolls = 20;  // two seconds without a thread that could still bring something

/// The first sound stream; other streams are left unlinked, which a demuxer accepts as long as one is taken.
void link_sound(GstElement*, GstPad* pad, gpointer convert) {
  const GstOwner<GstCaps> caps(gst_pad_query_caps(pad, nullptr));
  const GstOwner<GstPad> into(gst_element_get_static_pad(GST_ELEMENT(convert), "sink"));
  const bool sound = gst_caps_is_empty(caps.get()) == 0 &&
                     gst_structure_has_name(gst_caps_get_structure(caps.get(), 0), "audio/x-raw") != 0;
  if (sound && gst_pad_is_linked(into.get()) == 0) gst_pad_link(pad, into.get());
}

void append(GstSample* sample, std::vector<float>& sound) {
  GstMapInfo map;
  GstBuffer* buffer = gst_sample_get_buffer(sample);
  if (buffer == nullptr || gst_buffer_map(buffer, &map, GST_MAP_READ) == 0) return;
  const std::size_t before = sound.size();
  sound.resize(before + map.size / sizeof(float));
  std::memcpy(sound.data() + before, map.data, (sound.size() - before) * sizeof(float));
  gst_buffer_unmap(buffer, &map);
}

}  // namespace

Result<std::vector<float>> read_sound(const std::filesystem::path& path, int rate_hz, int channels,
                                      const std::atomic<bool>& cancelled) {
  const auto bad = [&](const std::string& why) {
    return fail(ErrorCode::kBadInput, "cannot listen to '" + path.string() + "': " + why);
  };
  if (auto started = start_gstreamer(); !started) return tl::unexpected(started.error());
  const std::string description =
      "filesrc name=source ! decodebin name=decoder audioconvert name=convert ! audioresample ! "
      "audio/x-raw,format=F32LE,layout=interleaved,rate=" +
      std::to_string(rate_hz) + ",channels=" + std::to_string(channels) +
      " ! appsink name=sink sync=false async=false wait-on-eos=false max-buffers=16";
  GError* error = nullptr;
  const PipelineOwner pipeline(gst_parse_launch(description.c_str(), &error));
  if (error != nullptr || pipeline == nullptr) {
    const std::string why = error != nullptr ? on_one_line(error->message) : "unknown reason";
    g_clear_error(&error);
    return fail(ErrorCode::kInternal, "cannot build the pipeline for sound: " + why);
  }
  const auto named = [&](const char* name) {
    return GstOwner<GstElement>(gst_bin_get_by_name(GST_BIN(pipeline.get()), name));
  };
  const auto sink_owner = named("sink");
  GstAppSink* sink = GST_APP_SINK(sink_owner.get());
  g_object_set(named("source").get(), "location", path.c_str(), nullptr);
  g_signal_connect(named("decoder").get(), "pad-added", G_CALLBACK(link_sound), named("convert").get());
  gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
  const GstOwner<GstBus> bus(gst_element_get_bus(pipeline.get()));

  std::vector<float> sound;
  const auto most = static_cast<std::size_t>(kLongest_s * rate_hz * channels);
  std::string why;
  int still_polls = 0;
  while (why.empty()) {
    if (cancelled) return fail(ErrorCode::kCancelled, "interrupted");
    const GstOwner<GstSample> sample(gst_app_sink_try_pull_sample(sink, 100 * GST_MSECOND));
    if (sample != nullptr) {
      append(sample.get(), sound);
      if (sound.size() > most) return bad("it is longer than two hours");
      still_polls = 0;
      continue;
    }
    if (gst_app_sink_is_eos(sink) != 0) break;
    const GstOwner<GstMessage> message(gst_bus_pop_filtered(bus.get(), GST_MESSAGE_ERROR));
    if (message != nullptr) why = error_text(message.get());
    still_polls = all_tasks_stopped(pipeline.get()) ? still_polls + 1 : 0;
    if (why.empty() && still_polls > kStillPolls) why = "there is no sound in it";
  }
  if (sound.empty()) return bad(why.empty() ? "there is no sound in it" : why);
  return sound;
}

}  // namespace photoplayer::tools
