// SPDX-License-Identifier: Apache-2.0
#include "clip_writer.h"

#include <gst/app/gstappsrc.h>
#include <gst/gst.h>
#include <gst/video/video.h>

#include <stdexcept>
#include <string>
#include <string_view>

namespace photoplayer::train {
namespace {

bool exists(const char* element) {
  GstElementFactory* factory = gst_element_factory_find(element);
  if (factory == nullptr) return false;
  gst_object_unref(factory);
  return true;
}

bool ends_with(const std::string& text, const char* end) {
  const std::string_view suffix = end;
  return text.size() >= suffix.size() && text.compare(text.size() - suffix.size(), suffix.size(), suffix) == 0;
}

/// The part of the pipeline after videoconvert.
std::string encoding(const ClipOptions& options) {
  const std::string rate = std::to_string(options.bitrate_kbps);
  const std::string gop = std::to_string(options.fps * 5);
  const bool webm = ends_with(options.output, ".webm");
  if (!webm && exists("x264enc")) {
    return "video/x-raw,format=I420 ! x264enc speed-preset=slow tune=0 bframes=2 key-int-max=" + gop +
           " bitrate=" + rate + " ! h264parse ! " +
           (ends_with(options.output, ".mkv") ? "matroskamux" : "mp4mux faststart=true");
  }
  if (!webm && exists("openh264enc")) {
    return "video/x-raw,format=I420 ! openh264enc complexity=high rate-control=quality gop-size=" + gop +
           " bitrate=" + std::to_string(options.bitrate_kbps * 1000) + " ! h264parse ! " +
           (ends_with(options.output, ".mkv") ? "matroskamux" : "mp4mux faststart=true");
  }
  if (!ends_with(options.output, ".mp4") && exists("vp8enc")) {
    return "video/x-raw,format=I420 ! vp8enc deadline=1000000 cpu-used=2 target-bitrate=" +
           std::to_string(options.bitrate_kbps * 1000) + " ! " + (webm ? "webmmux" : "matroskamux");
  }
  throw std::runtime_error("no encoder for '" + options.output +
                           "': install gstreamer1.0-plugins-ugly (x264enc) or -good (vp8enc)");
}

}  // namespace

struct ClipWriter::Impl {
  GstElement* pipeline = nullptr;
  GstAppSrc* source = nullptr;
  int fps = 25, width = 0;
  std::uint64_t frames = 0;

  ~Impl() {
    if (source != nullptr) gst_object_unref(source);
    if (pipeline != nullptr) {
      gst_element_set_state(pipeline, GST_STATE_NULL);
      gst_object_unref(pipeline);
    }
  }

  [[noreturn]] void throw_error(GstMessage* message) const {
    GError* error = nullptr;
    gst_message_parse_error(message, &error, nullptr);
    const std::string text = error->message;
    g_error_free(error);
    gst_message_unref(message);
    throw std::runtime_error(text);
  }
};

ClipWriter::ClipWriter(const ClipOptions& options) : impl_(std::make_unique<Impl>()) {
  gst_init(nullptr, nullptr);
  const std::string text = "appsrc name=in format=time block=true max-bytes=20000000 ! videoconvert ! " +
                           encoding(options) + " ! filesink name=out";
  GError* error = nullptr;
  impl_->pipeline = gst_parse_launch(text.c_str(), &error);
  if (error != nullptr) {
    const std::string why = error->message;
    g_error_free(error);
    throw std::runtime_error(why);
  }
  impl_->fps = options.fps;
  impl_->width = options.width;
  GstElement* sink = gst_bin_get_by_name(GST_BIN(impl_->pipeline), "out");
  g_object_set(sink, "location", options.output.c_str(), nullptr);
  gst_object_unref(sink);
  impl_->source = GST_APP_SRC(gst_bin_get_by_name(GST_BIN(impl_->pipeline), "in"));
  GstCaps* caps =
      gst_caps_new_simple("video/x-raw", "format", G_TYPE_STRING, "RGB", "width", G_TYPE_INT, options.width, "height",
                          G_TYPE_INT, options.height, "framerate", GST_TYPE_FRACTION, options.fps, 1, nullptr);
  gst_app_src_set_caps(impl_->source, caps);
  gst_caps_unref(caps);
  gst_element_set_state(impl_->pipeline, GST_STATE_PLAYING);
}

ClipWriter::~ClipWriter() = default;

void ClipWriter::write(std::span<const std::uint8_t> rgb) {
  GstBus* bus = gst_element_get_bus(impl_->pipeline);
  GstMessage* failed = gst_bus_pop_filtered(bus, GST_MESSAGE_ERROR);
  gst_object_unref(bus);
  if (failed != nullptr) impl_->throw_error(failed);
  // GStreamer's RGB rows begin at multiples of four bytes.
  const auto row = static_cast<std::size_t>(impl_->width) * 3;
  const std::size_t stride = (row + 3) / 4 * 4, rows = rgb.size() / row;
  GstBuffer* buffer = gst_buffer_new_allocate(nullptr, stride * rows, nullptr);
  for (std::size_t y = 0; y < rows; ++y) gst_buffer_fill(buffer, y * stride, &rgb[y * row], row);
  const auto fps = static_cast<std::uint64_t>(impl_->fps);
  GST_BUFFER_PTS(buffer) = gst_util_uint64_scale(impl_->frames, GST_SECOND, fps);
  GST_BUFFER_DURATION(buffer) = gst_util_uint64_scale(impl_->frames + 1, GST_SECOND, fps) - GST_BUFFER_PTS(buffer);
  ++impl_->frames;
  if (gst_app_src_push_buffer(impl_->source, buffer) != GST_FLOW_OK)
    throw std::runtime_error("the encoder refused a frame");
}

void ClipWriter::finish() {
  gst_app_src_end_of_stream(impl_->source);
  GstBus* bus = gst_element_get_bus(impl_->pipeline);
  GstMessage* message = gst_bus_timed_pop_filtered(bus, GST_CLOCK_TIME_NONE,
                                                   static_cast<GstMessageType>(GST_MESSAGE_ERROR | GST_MESSAGE_EOS));
  gst_object_unref(bus);
  if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) impl_->throw_error(message);
  gst_message_unref(message);
}

}  // namespace photoplayer::train
