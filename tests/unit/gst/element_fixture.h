// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The element with a scripted model, in a GstHarness.
#include "support/scripted_model.h"

#include <photoplayer/gst/element.h>

#include <gst/check/gstharness.h>
#include <gst/gst.h>

#include <cstring>
#include <memory>
#include <string>
#include <vector>

namespace photoplayer::test {

/// GStreamer, with the element registered and its models scripted. The bundle "missing" is not there.
inline void use_scripted_element() {
  static const bool done = [] {
    gst_init(nullptr, nullptr);
    gst::use_model_factory([](const gst::ModelRequest& request) -> Result<gst::Model> {
      if (request.bundle == "missing") return fail(ErrorCode::kBadBundle, "there is no bundle 'missing'");
      gst::Model model;
      model.parts.generator = std::make_unique<ScriptedGenerator>();
      model.parts.decoder = std::make_unique<ScriptedDecoder>();
      model.parts.synthesiser = std::make_unique<SineSynthesiser>();
      model.settings.steps = 1;
      return model;
    });
    return gst::register_element(nullptr);
  }();
  (void)done;
}

inline constexpr const char* kCaps25 = "video/x-raw,format=RGB,width=32,height=18,framerate=25/1";

struct HarnessDeleter {
  void operator()(GstHarness* harness) const { gst_harness_teardown(harness); }
};
using Harness = std::unique_ptr<GstHarness, HarnessDeleter>;

/// `properties` as in gst-launch, such as "tail=500 seed=3".
inline Harness make_harness(const std::string& properties = "") {
  use_scripted_element();
  GError* error = nullptr;
  GstElement* element = gst_parse_launch(("photoplayer " + properties).c_str(), &error);
  g_clear_error(&error);
  Harness harness(gst_harness_new_with_element(element, "sink", "src"));
  gst_object_unref(element);
  return harness;
}

inline GstBuffer* make_frame(GstHarness* harness, GstClockTime pts, GstClockTime duration, std::uint8_t level,
                             std::size_t bytes = 32 * 18 * 3) {
  GstBuffer* buffer = gst_harness_create_buffer(harness, bytes);
  gst_buffer_memset(buffer, 0, level, bytes);
  GST_BUFFER_PTS(buffer) = pts;
  GST_BUFFER_DURATION(buffer) = duration;
  return buffer;
}

/// A picture that changes a little from frame to frame, 25 a second.
inline void push_film(GstHarness* harness, int frames, int first = 0) {
  for (int i = first; i < first + frames; ++i) {
    const auto at = static_cast<GstClockTime>(i) * 40 * GST_MSECOND;
    gst_harness_push(harness,
                     make_frame(harness, at, 40 * GST_MSECOND, static_cast<std::uint8_t>(40 + i % 50)));
  }
}

struct Heard {
  std::vector<float> samples;  // interleaved
  bool gapless = true;
  bool finite = true;
  GstClockTime first_pts = GST_CLOCK_TIME_NONE;
  GstClockTime end = GST_CLOCK_TIME_NONE;  // PTS + duration of the last buffer
  [[nodiscard]] std::size_t frames() const { return samples.size() / 2; }
};

/// Takes the buffer.
inline void hear(Heard& heard, GstBuffer* buffer) {
  if (!GST_CLOCK_TIME_IS_VALID(heard.first_pts))
    heard.first_pts = GST_BUFFER_PTS(buffer);
  else
    heard.gapless = heard.gapless && GST_BUFFER_PTS(buffer) == heard.end &&
                    GST_BUFFER_OFFSET(buffer) == heard.samples.size() / 2;
  heard.end = GST_BUFFER_PTS(buffer) + GST_BUFFER_DURATION(buffer);
  GstMapInfo map;
  gst_buffer_map(buffer, &map, GST_MAP_READ);
  const std::size_t count = map.size / sizeof(float), before = heard.samples.size();
  heard.samples.resize(before + count);
  std::memcpy(heard.samples.data() + before, map.data, map.size);
  gst_buffer_unmap(buffer, &map);
  for (std::size_t i = before; i < heard.samples.size(); ++i)
    heard.finite = heard.finite && std::isfinite(heard.samples[i]);
  gst_buffer_unref(buffer);
}

/// Waits for an event of this kind; false if another came last or none within a few seconds.
inline bool wait_for_event(GstHarness* harness, GstEventType type) {
  for (int tries = 0; tries < 2000; ++tries) {
    GstEvent* event = gst_harness_try_pull_event(harness);
    if (event == nullptr) {
      g_usleep(2000);
      continue;
    }
    const bool found = GST_EVENT_TYPE(event) == type;
    gst_event_unref(event);
    if (found) return true;
  }
  return false;
}

/// Ends the film and hears all of it.
inline Heard finish(GstHarness* harness) {
  Heard heard;
  gst_harness_push_event(harness, gst_event_new_eos());
  if (!wait_for_event(harness, GST_EVENT_EOS)) return heard;
  while (GstBuffer* buffer = gst_harness_try_pull(harness)) hear(heard, buffer);
  return heard;
}

}  // namespace photoplayer::test
