// SPDX-License-Identifier: Apache-2.0
#include "live_fixture.h"
#include "support/catch.h"

#include <stdexcept>

using namespace photoplayer;
using namespace photoplayer::test;

TEST_CASE("element: the latency is reported if upstream is live, and only then", "[gst]") {
  for (const char* mode : {"aligned", "instant"}) {
    const Harness harness = make_harness(std::string("mode=") + mode);
    gst_harness_set_upstream_latency(harness.get(), 33 * GST_MSECOND);
    const Latency latency = ask(harness.get());
    CHECK(latency.live);
    CHECK(latency.most == GST_CLOCK_TIME_NONE);
    if (std::string(mode) == "instant") {
      CHECK(latency.least == 93 * GST_MSECOND);
    } else {
      CHECK(latency.least > 1500 * GST_MSECOND);
      CHECK(latency.least <= 1933 * GST_MSECOND);
    }
  }
  const Harness harness = make_harness();
  gst_harness_set_live(harness.get(), FALSE);
  const Latency latency = ask(harness.get());
  CHECK_FALSE(latency.live);
  CHECK(latency.least == 0);
}

TEST_CASE("element: live, music goes on without video, without a gap, and not early", "[gst]") {
  for (const char* mode : {"instant", "aligned"}) {
    INFO(mode);
    const Harness harness = make_harness(std::string("mode=") + mode);
    gst_harness_use_testclock(harness.get());
    gst_harness_set_src_caps_str(harness.get(), kCaps25);
    const Live heard = run_clock(harness.get(), 3 * 44100, [](GstClockTime) { return false; });
    CHECK(heard.frames() >= 3 * 44100);
    CHECK(heard.gapless);
    CHECK(heard.finite);
    // A sound is handed on half a jitter buffer before it is due.
    CHECK(heard.earliest >= GST_CLOCK_DIFF(31 * GST_MSECOND, ask(harness.get()).least));
  }
}

TEST_CASE("element: live, the video thread never waits and the end of the video ends the music", "[gst]") {
  const Harness harness = make_harness("mode=instant");
  gst_harness_use_testclock(harness.get());
  gst_harness_set_src_caps_str(harness.get(), kCaps25);
  // Three seconds of video while the clock stands still: nobody takes sound, nobody waits.
  push_film(harness.get(), 75);
  int pushed = 75;
  (void)run_clock(harness.get(), 44100, [&](GstClockTime now) {
    while (static_cast<GstClockTime>(pushed) * 40 * GST_MSECOND < now) push_film(harness.get(), 1, pushed++);
    return false;
  });
  gst_harness_push_event(harness.get(), gst_event_new_eos());
  CHECK(ends_within_5_s(harness.get()));
}

TEST_CASE("element: live, it stops at once in every state", "[gst]") {
  for (int i = 0; i < 8; ++i) {
    const Harness harness = make_harness(i % 2 == 0 ? "mode=instant" : "mode=aligned");
    if (i >= 2) gst_harness_use_testclock(harness.get());
    if (i >= 4) gst_harness_set_src_caps_str(harness.get(), kCaps25);
    if (i >= 6) (void)run_clock(harness.get(), 4410, [](GstClockTime) { return false; });
    const gint64 before = g_get_monotonic_time();
    gst_element_set_state(harness->element, GST_STATE_NULL);
    CHECK(g_get_monotonic_time() - before < 2 * G_USEC_PER_SEC);
  }
}

TEST_CASE("element: live, a flush starts anew", "[gst]") {
  const Harness harness = make_harness("mode=instant");
  gst_harness_use_testclock(harness.get());
  gst_harness_set_src_caps_str(harness.get(), kCaps25);
  (void)run_clock(harness.get(), 22050, [](GstClockTime) { return false; });
  gst_harness_push_event(harness.get(), gst_event_new_flush_start());
  gst_harness_push_event(harness.get(), gst_event_new_flush_stop(FALSE));
  while (GstBuffer* old = gst_harness_try_pull(harness.get())) gst_buffer_unref(old);
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_TIME);
  gst_harness_push_event(harness.get(), gst_event_new_segment(&segment));
  const Heard heard = run_clock(harness.get(), 22050, [](GstClockTime) { return false; });
  CHECK(heard.frames() >= 22050);
  CHECK(heard.gapless);
}

TEST_CASE("element: live, one broken timestamp neither hides the picture nor holds up the end", "[gst]") {
  std::shared_ptr<std::vector<SeenRequest>> requests;
  {
    const Scripted keep([&requests](const ScriptedParts& parts) { requests = parts.generator.requests; });
    const Harness harness = make_harness("mode=instant");
    gst_harness_use_testclock(harness.get());
    gst_harness_set_src_caps_str(harness.get(), kCaps25);
    int pushed = 0;
    const auto show = [&](GstClockTime now) {
      while (static_cast<GstClockTime>(pushed) * 40 * GST_MSECOND < now) push_film(harness.get(), 1, pushed++);
      return false;
    };
    (void)run_clock(harness.get(), 44100, show);
    gst_harness_push(harness.get(), make_frame(harness.get(), 3600 * GST_SECOND, GST_SECOND, 90));
    (void)run_clock(harness.get(), 2 * 44100, show);
    gst_harness_push_event(harness.get(), gst_event_new_eos());
    CHECK(ends_within_5_s(harness.get()));
  }
  REQUIRE(requests);
  REQUIRE(requests->size() >= 2);
  CHECK(requests->back().seen_until_s < 10.0);
}

TEST_CASE("element: live, a picture that cannot be read does not end the music", "[gst]") {
  const Harness harness = make_harness("mode=instant");
  Bus bus(harness->element);
  gst_harness_use_testclock(harness.get());
  gst_harness_set_src_caps_str(harness.get(), kCaps25);
  (void)run_clock(harness.get(), 4410, [](GstClockTime) { return false; });
  CHECK(gst_harness_push(harness.get(), make_frame(harness.get(), 100 * GST_MSECOND, 40 * GST_MSECOND, 90, 10)) ==
        GST_FLOW_OK);
  CHECK(run_clock(harness.get(), 22050, [](GstClockTime) { return false; }).frames() >= 22050);
  CHECK(bus.take(GST_MESSAGE_ERROR).empty());
}

TEST_CASE("element: live, a model that fails is warned of, and the ladder is posted", "[gst]") {
  const Scripted failing([](const ScriptedParts& parts) { parts.generator.fails = [](int) { return true; }; });
  const Harness harness = make_harness("mode=instant");
  Bus bus(harness->element);
  gst_harness_use_testclock(harness.get());
  gst_harness_set_src_caps_str(harness.get(), kCaps25);
  (void)run_clock(harness.get(), 5 * 44100, [](GstClockTime) { return false; });
  const auto warnings = bus.take(GST_MESSAGE_WARNING);
  REQUIRE(warnings.size() == 1);  // not one for each hop
  GError* error = nullptr;
  gst_message_parse_warning(warnings.front().get(), &error, nullptr);
  CHECK(std::string(error->message) == "scripted failure");
  g_error_free(error);
  guint64 bed = 0;
  for (const auto& message : bus.take(GST_MESSAGE_ELEMENT)) {
    const GstStructure* body = gst_message_get_structure(message.get());
    if (gst_structure_has_name(body, "photoplayer-ladder")) gst_structure_get_uint64(body, "bed", &bed);
  }
  CHECK(bed >= 2);
}

TEST_CASE("element: live, an exception in its task is an error on the bus", "[gst]") {
  const Scripted throwing([](const ScriptedParts& parts) {
    parts.generator.on_reset = [] { throw std::runtime_error("scripted throw"); };
  });
  const Harness harness = make_harness("mode=instant");
  Bus bus(harness->element);
  gst_harness_use_testclock(harness.get());
  gst_harness_set_src_caps_str(harness.get(), kCaps25);
  CHECK(wait_for_event(harness.get(), GST_EVENT_EOS));
  const auto errors = bus.take(GST_MESSAGE_ERROR);
  REQUIRE_FALSE(errors.empty());
  GError* error = nullptr;
  gst_message_parse_error(errors.front().get(), &error, nullptr);
  CHECK(std::string(error->message) == "scripted throw");
  g_error_free(error);
}

TEST_CASE("element: live, nothing is made any more when nobody takes the sound", "[gst]") {
  const Harness harness = make_harness("mode=instant");
  gst_harness_use_testclock(harness.get());
  gst_harness_set_src_caps_str(harness.get(), kCaps25);
  (void)run_clock(harness.get(), 22050, [](GstClockTime) { return false; });
  gst_pad_set_chain_function(harness->sinkpad, [](GstPad*, GstObject*, GstBuffer* buffer) {
    gst_buffer_unref(buffer);
    return GST_FLOW_EOS;
  });
  GstTestClock* clock = gst_harness_get_testclock(harness.get());
  // While the engine's threads live, each waits for the clock.
  int idle = 0;
  for (int i = 0; i < 3000 && idle < 50; ++i) {
    idle = crank(clock) ? 0 : idle + 1;
    g_usleep(1000);
  }
  CHECK(idle == 50);
  gst_object_unref(clock);
}

TEST_CASE("element: live, a new stream after the end plays", "[gst]") {
  for (const bool at_once : {true, false}) {
    const Harness harness = make_harness("mode=instant");
    gst_harness_use_testclock(harness.get());
    gst_harness_set_src_caps_str(harness.get(), kCaps25);
    (void)run_clock(harness.get(), 22050, [](GstClockTime) { return false; });
    gst_harness_push_event(harness.get(), gst_event_new_eos());
    if (!at_once) {
      GstPad* source = gst_element_get_static_pad(harness->element, "src");
      (void)run_clock(harness.get(), 44100,
                      [source](GstClockTime) { return gst_pad_get_task_state(source) != GST_TASK_STARTED; });
      gst_object_unref(source);
    }
    begin_stream(harness.get(), "another");
    // The clock stands still, so nothing here is new.
    while (GstBuffer* old = gst_harness_try_pull(harness.get())) gst_buffer_unref(old);
    const Heard heard = run_clock(harness.get(), 22050, [](GstClockTime) { return false; });
    CHECK(heard.frames() >= 22050);
    CHECK(heard.gapless);
  }
}

TEST_CASE("element: the mode stays while it plays", "[gst]") {
  const Harness harness = make_harness("mode=instant");
  GstBus* bus = gst_bus_new();
  gst_element_set_bus(harness->element, bus);
  gst_util_set_object_arg(G_OBJECT(harness->element), "mode", "aligned");
  gint mode = -1;
  g_object_get(harness->element, "mode", &mode, nullptr);
  CHECK(mode == static_cast<gint>(stream::Mode::kInstant));
  GstMessage* message = gst_bus_pop_filtered(bus, GST_MESSAGE_WARNING);
  CHECK(message != nullptr);
  if (message != nullptr) gst_message_unref(message);
  gst_element_set_bus(harness->element, nullptr);
  gst_object_unref(bus);
}

// Real time, so not part of the default run: photoplayer_gst_tests "[.real]".
TEST_CASE("element: live against the real clock, nothing is concealed", "[.real]") {
  use_scripted_element();
  for (const char* mode : {"instant", "aligned"}) {
    GstElement* pipeline =
        gst_parse_launch((std::string("videotestsrc is-live=true num-buffers=150 ! "
                                      "video/x-raw,width=320,height=180,framerate=30/1 ! photoplayer mode=") +
                          mode + " ! queue ! fakesink sync=true")
                             .c_str(),
                         nullptr);
    REQUIRE(pipeline != nullptr);
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    GstBus* bus = gst_element_get_bus(pipeline);
    guint64 underruns = 99;
    bool ended = false;
    while (!ended) {
      GstMessage* message = gst_bus_timed_pop_filtered(
          bus, 20 * GST_SECOND, static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR | GST_MESSAGE_ELEMENT));
      REQUIRE(message != nullptr);
      REQUIRE(GST_MESSAGE_TYPE(message) != GST_MESSAGE_ERROR);
      if (const GstStructure* body = gst_message_get_structure(message);
          body != nullptr && gst_structure_has_name(body, "photoplayer-state")) {
        gst_structure_get_uint64(body, "underruns", &underruns);
      }
      ended = GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS;
      gst_message_unref(message);
    }
    INFO(mode);
    CHECK(underruns == 0);
    gst_object_unref(bus);
    gst_element_set_state(pipeline, GST_STATE_NULL);
    gst_object_unref(pipeline);
  }
}
