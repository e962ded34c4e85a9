// SPDX-License-Identifier: Apache-2.0
/// What the element itself costs: CPU time at live 1080p video, 60 pictures a second, with a model and an instrument
/// that do nothing. The same pipeline without the element is taken off. Prints a line per format and exits with 1 if
/// one takes more than a tenth of a core.
///
///   element_overhead [SECONDS]
#include "support/scripted_model.h"

#include <photoplayer/gst/element.h>

#include <gst/app/gstappsrc.h>
#include <gst/gst.h>
#include <gst/video/video.h>
#include <sys/resource.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

using namespace photoplayer;

constexpr int kWidth = 1920, kHeight = 1080, kRate_hz = 60, kPictures = 8;
constexpr double kAllowed = 0.10;

/// Neither plays nor waits.
class Silence final : public stream::Synthesiser {
 public:
  void apply(const stream::NoteEvent&) override {}
  void express(const stream::Expression&) override {}
  void render(std::span<float> out, std::span<const std::span<float>>) override {
    std::fill(out.begin(), out.end(), 0.F);
  }
  void all_notes_off() override {}
};

double cpu_s() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/// A core's share while pictures, made beforehand, pass at 60 a second.
double share(const std::string& format, const std::string& element, int seconds) {
  const std::string caps = "video/x-raw,format=" + format + ",width=1920,height=1080,framerate=60/1";
  GstElement* pipeline = gst_parse_launch(("appsrc name=source is-live=true format=time max-buffers=4 caps=" + caps +
                                           " ! " + element + " ! fakesink sync=true")
                                              .c_str(),
                                          nullptr);
  if (pipeline == nullptr) std::exit(2);
  GstElement* source = gst_bin_get_by_name(GST_BIN(pipeline), "source");
  GstVideoInfo info;
  GstCaps* parsed = gst_caps_from_string(caps.c_str());
  gst_video_info_from_caps(&info, parsed);
  gst_caps_unref(parsed);
  std::array<GstMemory*, kPictures> pictures{};
  for (int i = 0; i < kPictures; ++i) {
    auto* bytes = static_cast<guint8*>(g_malloc(GST_VIDEO_INFO_SIZE(&info)));
    // Moves, so that the flow has something to find.
    for (gsize at = 0; at < GST_VIDEO_INFO_SIZE(&info); ++at)
      bytes[at] = static_cast<guint8>(((at + static_cast<gsize>(97 * i)) >> 5) ^ (at >> 13));
    pictures[static_cast<std::size_t>(i)] =
        gst_memory_new_wrapped(static_cast<GstMemoryFlags>(0), bytes, GST_VIDEO_INFO_SIZE(&info), 0,
                               GST_VIDEO_INFO_SIZE(&info), bytes, g_free);
  }
  gst_element_set_state(pipeline, GST_STATE_PLAYING);
  const gint64 start_us = g_get_monotonic_time();
  double from_s = 0.0;
  gint64 from_us = 0;
  const int warm_up = 2 * kRate_hz;
  for (int i = 0; i < warm_up + seconds * kRate_hz; ++i) {
    if (i == warm_up) {
      from_s = cpu_s();
      from_us = g_get_monotonic_time();
    }
    GstBuffer* buffer = gst_buffer_new();
    gst_buffer_append_memory(buffer, gst_memory_ref(pictures[static_cast<std::size_t>(i % kPictures)]));
    GST_BUFFER_PTS(buffer) = gst_util_uint64_scale(static_cast<guint64>(i), GST_SECOND, kRate_hz);
    GST_BUFFER_DURATION(buffer) = GST_SECOND / kRate_hz;
    gst_app_src_push_buffer(GST_APP_SRC(source), buffer);
    const gint64 next_us = start_us + (i + 1) * G_USEC_PER_SEC / kRate_hz;
    if (const gint64 left_us = next_us - g_get_monotonic_time(); left_us > 0) g_usleep(static_cast<gulong>(left_us));
  }
  const double used = (cpu_s() - from_s) / (static_cast<double>(g_get_monotonic_time() - from_us) / 1e6);
  gst_element_set_state(pipeline, GST_STATE_NULL);
  for (GstMemory* picture : pictures) gst_memory_unref(picture);
  gst_object_unref(source);
  gst_object_unref(pipeline);
  return used;
}

}  // namespace

int main(int argc, char** argv) {
  gst_init(nullptr, nullptr);
  const int seconds = argc > 1 ? std::atoi(argv[1]) : 10;
  gst::use_model_factory([](const gst::ModelRequest&) -> Result<gst::Model> {
    gst::Model model;
    model.parts.generator = std::make_unique<test::ScriptedGenerator>();
    model.parts.decoder = std::make_unique<test::ScriptedDecoder>();
    model.parts.synthesiser = std::make_unique<Silence>();
    model.settings.steps = 1;
    return model;
  });
  if (!gst::register_element(nullptr)) return 2;
  bool within = true;
  std::printf("share of a core at 1920x1080, 60 pictures a second, %d s\n", seconds);
  std::printf("%-6s %10s %10s %10s\n", "format", "without", "with", "element");
  for (const char* format : {"NV12", "I420", "YUY2", "BGRx"}) {
    const double without = share(format, "identity", seconds);
    const double with = share(format, "photoplayer mode=instant", seconds);
    std::printf("%-6s %9.1f%% %9.1f%% %9.1f%%\n", format, 100 * without, 100 * with, 100 * (with - without));
    within = within && with - without <= kAllowed;
  }
  return within ? 0 : 1;
}
