// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Owners for GStreamer's objects, and the few things that each of our pipelines does. Control thread.
#include <photoplayer/stream/result.h>

#include <gst/gst.h>

#include <memory>
#include <string>

namespace photoplayer::tools {

struct GstRelease {
  void operator()(GstElement* element) const { gst_object_unref(element); }
  void operator()(GstBus* bus) const { gst_object_unref(bus); }
  void operator()(GstPad* pad) const { gst_object_unref(pad); }
  void operator()(GstSample* sample) const { gst_sample_unref(sample); }
  void operator()(GstCaps* caps) const { gst_caps_unref(caps); }
  void operator()(GstMessage* message) const { gst_message_unref(message); }
};
template <typename T>
using GstOwner = std::unique_ptr<T, GstRelease>;

/// Stops and releases a pipeline, whatever its threads are doing.
struct PipelineRelease {
  void operator()(GstElement* pipeline) const;
};
using PipelineOwner = std::unique_ptr<GstElement, PipelineRelease>;

/// Once per process, before anything else here; idempotent. GLib's own chatter is kept off stderr, because each
/// failure gets one line and that line is ours.
[[nodiscard]] Result<void> start_gstreamer();

/// Makes an element inside `pipeline`, which owns it.
[[nodiscard]] Result<GstElement*> add_element(GstElement* pipeline, const char* factory);
[[nodiscard]] bool have_element(const char* factory);

/// No streaming thread is left, so nothing more will come. decodebin 1.22 sometimes swallows a demuxer's error while it
/// is adding that demuxer; then this is the only sign that it has given up.
[[nodiscard]] bool all_tasks_stopped(GstElement* pipeline);

/// A bus error as half a sentence on one line, e.g. "Stream is corrupt".
[[nodiscard]] std::string error_text(GstMessage* message);
/// Which element posted it, e.g. "qtdemux"; its factory's name.
[[nodiscard]] std::string error_source(GstMessage* message);

[[nodiscard]] std::string caps_text(GstCaps* caps);

/// Which stream of the file flows here; empty if that is not known yet. The same whenever the file is opened.
[[nodiscard]] std::string stream_id(GstPad* pad);

/// Control characters become spaces.
[[nodiscard]] std::string on_one_line(std::string text);

}  // namespace photoplayer::tools
