// SPDX-License-Identifier: Apache-2.0
/// What users of GStreamer expect of any element: pipelines, control bindings, presets, messages, several at once.
#include "passing.h"
#include "support/catch.h"
#include "support/scripted_sound.h"

#include <gst/controller/gstdirectcontrolbinding.h>
#include <gst/controller/gstinterpolationcontrolsource.h>

#include <atomic>
#include <fstream>

using namespace photoplayer;
using namespace photoplayer::test;

namespace {

Harness offline(const std::string& properties = "") {
  Harness harness = make_harness(properties);
  gst_harness_set_live(harness.get(), FALSE);
  gst_harness_set_src_caps_str(harness.get(), kCaps25);
  return harness;
}

struct Pipeline {
  GstElement* element;
  explicit Pipeline(const std::string& line) {
    use_scripted_element();
    element = gst_parse_launch(line.c_str(), nullptr);
    REQUIRE(element != nullptr);
  }
  ~Pipeline() {
    gst_element_set_state(element, GST_STATE_NULL);
    gst_object_unref(element);
  }
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;
  [[nodiscard]] bool reaches(GstState state) const {
    gst_element_set_state(element, state);
    return gst_element_get_state(element, nullptr, nullptr, 20 * GST_SECOND) == GST_STATE_CHANGE_SUCCESS;
  }
  [[nodiscard]] GstMessageType last_message() const {
    GstBus* bus = gst_element_get_bus(element);
    GstMessage* message = gst_bus_timed_pop_filtered(bus, 20 * GST_SECOND,
                                                     static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR));
    const GstMessageType type = message != nullptr ? GST_MESSAGE_TYPE(message) : GST_MESSAGE_UNKNOWN;
    if (message != nullptr) gst_message_unref(message);
    gst_object_unref(bus);
    return type;
  }
  [[nodiscard]] GstElement* part(const char* name) const {
    GstElement* found = gst_bin_get_by_name(GST_BIN(element), name);
    gst_object_unref(found);  // the pipeline keeps it
    return found;
  }
};

}  // namespace

TEST_CASE("citizen: it prerolls, and pauses in mid-film lose nothing", "[gst]") {
  const Pipeline pipeline(
      "videotestsrc num-buffers=60 ! video/x-raw,width=32,height=18,framerate=30/1 ! photoplayer name=music ! "
      "fakesink sync=true");
  const Passing passing(pipeline.part("music"));
  REQUIRE(pipeline.reaches(GST_STATE_PAUSED));
  for (int i = 0; i < 4; ++i) {
    REQUIRE(pipeline.reaches(GST_STATE_PLAYING));
    g_usleep(50000);
    REQUIRE(pipeline.reaches(GST_STATE_PAUSED));
  }
  REQUIRE(pipeline.reaches(GST_STATE_PLAYING));
  CHECK(pipeline.last_message() == GST_MESSAGE_EOS);
  guint64 samples = 0;
  GstStructure* stats = nullptr;
  g_object_get(pipeline.part("music"), "stats", &stats, nullptr);
  REQUIRE(stats != nullptr);
  CHECK(gst_structure_get_uint64(stats, "samples", &samples));
  CHECK(samples == 88200);
  guint64 pictures = 0;
  CHECK(gst_structure_get_uint64(stats, "pictures", &pictures));
  CHECK(pictures == 60);
  gst_structure_free(stats);
  CHECK(passing.events(GST_EVENT_SEGMENT).size() == 1);
}

TEST_CASE("citizen: several play in one pipeline, each its own music", "[gst]") {
  const Pipeline pipeline(
      "videotestsrc num-buffers=60 ! video/x-raw,width=32,height=18,framerate=30/1 ! tee name=t "
      "t. ! queue ! photoplayer name=a seed=1 ! fakesink  t. ! queue ! photoplayer name=b seed=2 tempo=60 ! fakesink "
      "t. ! queue ! photoplayer name=c seed=3 tail=1000 ! fakesink");
  REQUIRE(pipeline.reaches(GST_STATE_PLAYING));
  CHECK(pipeline.last_message() == GST_MESSAGE_EOS);
  for (const char* name : {"a", "b", "c"}) {
    INFO(name);
    GstStructure* stats = nullptr;
    guint64 samples = 0;
    double tempo_bpm = 0.0;
    g_object_get(pipeline.part(name), "stats", &stats, nullptr);
    REQUIRE(stats != nullptr);
    gst_structure_get_uint64(stats, "samples", &samples);
    gst_structure_get_double(stats, "tempo", &tempo_bpm);
    gst_structure_free(stats);
    CHECK(samples == (*name == 'c' ? 3 * 44100 : 2 * 44100));
    if (*name == 'b') CHECK(tempo_bpm == Approx(60.0).epsilon(0.031));
  }
}

TEST_CASE("citizen: it stops while the model is sampling, before the next step", "[gst]") {
  // A hop of a thousand steps, ten seconds long.
  std::atomic<bool> sampling{false};
  const Scripted slow([&sampling](const ScriptedParts& parts) {
    parts.model.settings.steps = 1000;
    parts.generator.on_step = [&sampling](int) {
      sampling = true;
      g_usleep(10000);
    };
  });
  for (const bool live : {false, true}) {
    INFO(live);
    sampling = false;
    const Pipeline pipeline("videotestsrc pattern=ball " + std::string(live ? "is-live=true" : "") +
                            " ! video/x-raw,width=32,height=18 ! photoplayer mode=instant ! fakesink sync=true");
    gst_element_set_state(pipeline.element, GST_STATE_PLAYING);
    for (int i = 0; i < 5000 && !sampling; ++i) g_usleep(1000);
    REQUIRE(sampling);
    const gint64 before_us = g_get_monotonic_time();
    CHECK(gst_element_set_state(pipeline.element, GST_STATE_NULL) == GST_STATE_CHANGE_SUCCESS);
    CHECK(g_get_monotonic_time() - before_us < 2 * G_USEC_PER_SEC);
  }
}

TEST_CASE("citizen: properties follow their control bindings at the sound's time", "[gst]") {
  std::vector<double> tempos_bpm;
  std::vector<double> starts_s;
  const Scripted script([&](const ScriptedParts& parts) {
    parts.watch = [&](const stream::WindowRequest& request) {
      tempos_bpm.push_back(request.controls.tempo_bpm.value_or(0.0));
      starts_s.push_back(request.times_s[static_cast<std::size_t>(request.context)]);
    };
  });
  const Harness harness = offline();
  GstControlSource* source = gst_interpolation_control_source_new();
  g_object_set(source, "mode", GST_INTERPOLATION_MODE_NONE, nullptr);
  auto* points = GST_TIMED_VALUE_CONTROL_SOURCE(source);
  gst_timed_value_control_source_set(points, 0, 60.0);
  gst_timed_value_control_source_set(points, 4 * GST_SECOND, 90.0);
  gst_object_add_control_binding(GST_OBJECT(harness->element), gst_direct_control_binding_new_absolute(
                                                                   GST_OBJECT(harness->element), "tempo", source));
  gst_object_unref(source);
  push_film(harness.get(), 250);
  (void)finish(harness.get());
  REQUIRE(tempos_bpm.size() >= 6);
  for (std::size_t i = 0; i < tempos_bpm.size(); ++i) {
    INFO(starts_s[i]);
    // A hop is made when the sound has come to where it begins, or less than a chunk before.
    if (starts_s[i] < 3.9) CHECK(tempos_bpm[i] == Approx(60.0));
    if (starts_s[i] > 4.1) CHECK(tempos_bpm[i] == Approx(90.0));
  }
  CHECK(starts_s.back() > 4.1);
}

TEST_CASE("citizen: events keep their place between the buffers", "[gst]") {
  const Harness harness = offline();
  const Passing passing(harness->element);
  for (int second = 0; second < 4; ++second) {
    push_film(harness.get(), 25, 25 * second);
    const std::string name = "mark-" + std::to_string(second);
    gst_harness_push_event(
        harness.get(), gst_event_new_custom(GST_EVENT_CUSTOM_DOWNSTREAM_STICKY, gst_structure_new_empty(name.c_str())));
  }
  (void)finish(harness.get());
  std::vector<std::string> marks;
  std::size_t buffers = 0, buffers_at_last = 0;
  for (const Passed& one : passing.all()) {
    buffers += one.is_buffer();
    if (!one.name.starts_with("mark-")) continue;
    marks.push_back(one.name);
    buffers_at_last = buffers;
  }
  CHECK(marks == std::vector<std::string>{"mark-0", "mark-1", "mark-2", "mark-3"});
  CHECK(buffers_at_last > 0);
  CHECK(buffers_at_last < buffers);
}

TEST_CASE("citizen: messages say where they belong, as those of other elements do", "[gst]") {
  const Harness harness = make_harness();
  gst_harness_set_live(harness.get(), FALSE);
  Bus bus(harness->element);
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_TIME);
  segment.start = segment.position = 5 * GST_SECOND;
  segment.time = 100 * GST_SECOND;
  begin_stream(harness.get(), "upstream", &segment);
  push_film(harness.get(), 100, 125);
  (void)finish(harness.get());
  int beats = 0, states = 0;
  for (const auto& message : bus.take(GST_MESSAGE_ELEMENT)) {
    const GstStructure* body = gst_message_get_structure(message.get());
    INFO(gst_structure_get_name(body));
    GstClockTime timestamp = 0, stream_time = 0, running = 0, duration = 0;
    REQUIRE(gst_structure_get(body, "timestamp", G_TYPE_UINT64, &timestamp, "stream-time", G_TYPE_UINT64, &stream_time,
                              "running-time", G_TYPE_UINT64, &running, "duration", G_TYPE_UINT64, &duration, nullptr));
    CHECK(timestamp == running + 5 * GST_SECOND);
    CHECK(stream_time == running + 100 * GST_SECOND);
    if (gst_structure_has_name(body, "photoplayer-beat")) {
      double tempo_bpm = 0.0;
      gst_structure_get_double(body, "tempo", &tempo_bpm);
      CHECK(static_cast<double>(duration) == Approx(60e9 / tempo_bpm));
      ++beats;
    } else {
      ++states;
    }
  }
  CHECK(beats >= 3);
  CHECK(states == 2);
}

TEST_CASE("citizen: presets hold what is musical, and those shipped can be loaded", "[gst]") {
  use_scripted_element();
  GstElement* element = GST_ELEMENT(gst_object_ref_sink(gst_element_factory_make("photoplayer", nullptr)));
  REQUIRE(GST_IS_PRESET(element));
  gchar** names = gst_preset_get_property_names(GST_PRESET(element));
  const std::vector<std::string> properties(names, names + g_strv_length(names));
  g_strfreev(names);
  CHECK(std::find(properties.begin(), properties.end(), "style") != properties.end());
  CHECK(std::find(properties.begin(), properties.end(), "bundle") == properties.end());
  gchar** presets = gst_preset_get_preset_names(GST_PRESET(element));
  REQUIRE(presets != nullptr);
  REQUIRE(g_strv_length(presets) >= 5);
  for (gchar** preset = presets; *preset != nullptr; ++preset) {
    INFO(*preset);
    CHECK(gst_preset_load_preset(GST_PRESET(element), *preset));
    gchar* comment = nullptr;
    CHECK(gst_preset_get_meta(GST_PRESET(element), *preset, "comment", &comment));
    g_free(comment);
  }
  g_strfreev(presets);
  REQUIRE(gst_preset_load_preset(GST_PRESET(element), "Silent film"));
  gint style = -1;
  g_object_get(element, "style", &style, nullptr);
  CHECK(style == 0);
  gst_object_unref(element);
}

TEST_CASE("citizen: a sound bundle plays, and says once what it does not obey", "[gst]") {
  const Scripted sound([](const ScriptedParts& parts) {
    parts.model.parts.sound_decoder = std::make_unique<ScriptedSoundDecoder>();
    parts.model.parts.synthesiser = std::make_unique<QueueVoice>();
    parts.model.settings.max_hop_s = 1.2;
  });
  const Harness harness = offline("tempo=90 intensity=0.5");
  Bus bus(harness->element);
  const Passing passing(harness->element);
  push_film(harness.get(), 100);
  g_object_set(harness->element, "density", 0.5F, "style", 1, nullptr);
  push_film(harness.get(), 50, 100);
  const Heard heard = finish(harness.get());
  CHECK(heard.frames() == 6 * 44100);
  CHECK(heard.gapless);
  CHECK(std::any_of(heard.samples.begin(), heard.samples.end(), [](float x) { return std::abs(x) > 0.01F; }));
  CHECK(bus.take(GST_MESSAGE_WARNING).size() == 1);
  for (const auto& message : bus.take(GST_MESSAGE_ELEMENT))
    CHECK_FALSE(gst_structure_has_name(gst_message_get_structure(message.get()), "photoplayer-beat"));
  for (const Passed& one : passing.events(GST_EVENT_TAG))
    CHECK(gst_tag_list_get_tag_size(one.tags.get(), GST_TAG_BEATS_PER_MINUTE) == 0);
}

TEST_CASE("citizen: a sound bundle has no complaint if nothing idle is set", "[gst]") {
  const Scripted sound([](const ScriptedParts& parts) {
    parts.model.parts.sound_decoder = std::make_unique<ScriptedSoundDecoder>();
    parts.model.parts.synthesiser = std::make_unique<QueueVoice>();
  });
  const Harness harness = offline("intensity=0.5 arousal=0.2 follow=0.5");
  Bus bus(harness->element);
  push_film(harness.get(), 50);
  (void)finish(harness.get());
  CHECK(bus.take(GST_MESSAGE_WARNING).empty());
}

TEST_CASE("citizen: what counts from READY on may be set later, for the next start", "[gst]") {
  const Harness harness = offline("seed=1");
  push_film(harness.get(), 10);
  g_object_set(harness->element, "seed", guint64{5}, nullptr);
  guint64 seed = 0;
  g_object_get(harness->element, "seed", &seed, nullptr);
  CHECK(seed == 5);
}
