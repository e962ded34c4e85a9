// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The element with a scripted model, in a GstHarness.
#include "support/scripted_model.h"

#include <photoplayer/gst/element.h>

#include <gst/check/gstharness.h>
#include <gst/gst.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace photoplayer::test {

/// Shows each window's request to a test before it is scripted.
class WatchedGenerator final : public stream::LatentGenerator {
 public:
  using Watch = std::function<void(const stream::WindowRequest&)>;
  WatchedGenerator(std::unique_ptr<stream::LatentGenerator> inner, Watch watch)
      : inner_(std::move(inner)), watch_(std::move(watch)) {}
  [[nodiscard]] int dims() const override { return inner_->dims(); }
  [[nodiscard]] Result<stream::WindowResult> generate(const stream::WindowRequest& request) override {
    watch_(request);
    return inner_->generate(request);
  }
  void reset() override { inner_->reset(); }
  [[nodiscard]] stream::Controls decided() const override { return inner_->decided(); }

 private:
  std::unique_ptr<stream::LatentGenerator> inner_;
  Watch watch_;
};

struct ScriptedParts {
  ScriptedGenerator& generator;
  ScriptedDecoder& decoder;
  gst::Model& model;  ///< without the two above, which come with it unless it has a sound decoder
  WatchedGenerator::Watch& watch;
};
using Script = std::function<void(const ScriptedParts&)>;
inline Script& script() {
  static Script set;
  return set;
}
/// While it lives, every model runs through `script` as it is loaded.
struct Scripted {
  explicit Scripted(Script wanted) { script() = std::move(wanted); }
  ~Scripted() { script() = nullptr; }
  Scripted(const Scripted&) = delete;
  Scripted& operator=(const Scripted&) = delete;
};

/// GStreamer, with the element registered and its models scripted. The bundle "missing" is not there.
inline void use_scripted_element() {
  static const bool done = [] {
    // Neither the presets of whoever runs the tests, nor leaving any with them.
    g_setenv("GST_PRESET_PATH", PHOTOPLAYER_PRESETS, TRUE);
    g_setenv("XDG_DATA_HOME", "/nonexistent", TRUE);
    g_setenv("GST_TRACERS", "leaks", FALSE);
    gst_init(nullptr, nullptr);
    gst::use_model_factory([](const gst::ModelRequest& request) -> Result<gst::Model> {
      if (request.bundle == "missing") return fail(ErrorCode::kBadBundle, "there is no bundle 'missing'");
      gst::Model model;
      auto generator = std::make_unique<ScriptedGenerator>();
      auto decoder = std::make_unique<ScriptedDecoder>();
      model.parts.synthesiser = std::make_unique<SineSynthesiser>();
      model.settings.steps = 1;
      WatchedGenerator::Watch watch;
      if (script()) script()({*generator, *decoder, model, watch});
      model.parts.generator = std::move(generator);
      if (watch) model.parts.generator = std::make_unique<WatchedGenerator>(std::move(model.parts.generator), watch);
      if (!model.parts.sound_decoder) model.parts.decoder = std::move(decoder);
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

/// An element's messages.
class Bus {
 public:
  using Message = std::shared_ptr<GstMessage>;
  explicit Bus(GstElement* element) : element_(element), bus_(gst_bus_new()) { gst_element_set_bus(element_, bus_); }
  ~Bus() {
    gst_element_set_bus(element_, nullptr);
    gst_object_unref(bus_);
  }
  Bus(const Bus&) = delete;
  Bus& operator=(const Bus&) = delete;
  /// Takes those of this kind that have come; the others stay.
  [[nodiscard]] std::vector<Message> take(GstMessageType type) {
    while (GstMessage* message = gst_bus_pop(bus_))
      come_.emplace_back(message, [](GstMessage* one) { gst_message_unref(one); });
    const auto others = std::stable_partition(
        come_.begin(), come_.end(), [type](const Message& one) { return GST_MESSAGE_TYPE(one.get()) != type; });
    std::vector<Message> taken(others, come_.end());
    come_.erase(others, come_.end());
    return taken;
  }

 private:
  GstElement* element_;
  GstBus* bus_;
  std::vector<Message> come_;
};

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
    gst_harness_push(harness, make_frame(harness, at, 40 * GST_MSECOND, static_cast<std::uint8_t>(40 + i % 50)));
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
    heard.gapless =
        heard.gapless && GST_BUFFER_PTS(buffer) == heard.end && GST_BUFFER_OFFSET(buffer) == heard.samples.size() / 2;
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

/// A new stream on the harness's pad: start, caps, segment.
inline void begin_stream(GstHarness* harness, const char* id, const GstSegment* segment = nullptr) {
  gst_harness_push_event(harness, gst_event_new_stream_start(id));
  GstCaps* caps = gst_caps_from_string(kCaps25);
  gst_harness_push_event(harness, gst_event_new_caps(caps));
  gst_caps_unref(caps);
  GstSegment whole;
  gst_segment_init(&whole, GST_FORMAT_TIME);
  gst_harness_push_event(harness, gst_event_new_segment(segment != nullptr ? segment : &whole));
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
