// SPDX-License-Identifier: Apache-2.0
/// What a live stream may do to the music: latency that changes, pauses, gaps, stalls, missing times, an early end.
#include "live_fixture.h"
#include "passing.h"
#include "support/catch.h"

#include <atomic>

using namespace photoplayer;
using namespace photoplayer::test;

namespace {

GstClockTime now_of(GstHarness* harness) {
  GstTestClock* clock = gst_harness_get_testclock(harness);
  const GstClockTime now = gst_clock_get_time(GST_CLOCK(clock));
  gst_object_unref(clock);
  return now;
}

guint64 stat_of(GstElement* element, const char* name) {
  GstStructure* stats = nullptr;
  g_object_get(element, "stats", &stats, nullptr);
  guint64 count = G_MAXUINT64;
  CHECK(gst_structure_get_uint64(stats, name, &count));
  gst_structure_free(stats);
  return count;
}

/// The least time that passes between a sound's running time and its coming out.
GstClockTimeDiff least_delay(GstHarness* harness) {
  return run_clock(harness, 22050, [](GstClockTime) { return false; }).earliest;
}

}  // namespace

TEST_CASE("live stream: upstream's latency is asked again whenever it may have changed", "[gst]") {
  for (const char* how : {"query", "segment", "caps"}) {
    INFO(how);
    const Harness harness = live();
    gst_harness_set_upstream_latency(harness.get(), 0);
    begin_stream(harness.get(), "upstream");
    const GstClockTimeDiff before = least_delay(harness.get());
    gst_harness_set_upstream_latency(harness.get(), 200 * GST_MSECOND);
    if (std::string(how) == "query") {
      // What a pipeline does when an element posts a LATENCY message.
      CHECK(ask(harness.get()).least == 260 * GST_MSECOND);
    } else if (std::string(how) == "segment") {
      GstSegment segment;
      gst_segment_init(&segment, GST_FORMAT_TIME);
      gst_harness_push_event(harness.get(), gst_event_new_segment(&segment));
    } else {
      GstCaps* caps = gst_caps_from_string("video/x-raw,format=RGB,width=32,height=18,framerate=50/1");
      gst_harness_push_event(harness.get(), gst_event_new_caps(caps));
      gst_caps_unref(caps);
    }
    while (GstBuffer* old = gst_harness_try_pull(harness.get())) gst_buffer_unref(old);
    // What was waited for when the latency changed still comes.
    (void)run_clock(harness.get(), 4410, [](GstClockTime) { return false; });
    const GstClockTimeDiff after = least_delay(harness.get());
    CHECK(after - before == Approx(200e6).margin(25e6));
  }
}

TEST_CASE("live stream: a camera that has no answer before its first picture is asked again", "[gst]") {
  use_scripted_element();
  GstElement* element = GST_ELEMENT(gst_object_ref_sink(gst_element_factory_make("photoplayer", nullptr)));
  GstPad* pad = gst_pad_new("camera", GST_PAD_SRC);
  static std::atomic<bool> answers;
  answers = false;
  gst_pad_set_query_function(pad, [](GstPad*, GstObject*, GstQuery* query) -> gboolean {
    if (GST_QUERY_TYPE(query) != GST_QUERY_LATENCY || !answers) return FALSE;
    gst_query_set_latency(query, TRUE, 0, GST_CLOCK_TIME_NONE);
    return TRUE;
  });
  GstPad* sink = gst_element_get_static_pad(element, "sink");
  GstPad* source = gst_element_get_static_pad(element, "src");
  gst_pad_set_active(pad, TRUE);
  REQUIRE(gst_pad_link(pad, sink) == GST_PAD_LINK_OK);
  gst_element_set_state(element, GST_STATE_PAUSED);
  gst_pad_push_event(pad, gst_event_new_stream_start("camera"));
  GstCaps* caps = gst_caps_from_string(kCaps25);
  gst_pad_push_event(pad, gst_event_new_caps(caps));
  gst_caps_unref(caps);
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_TIME);
  gst_pad_push_event(pad, gst_event_new_segment(&segment));
  CHECK(GST_PAD_TASK(source) == nullptr);  // not decided yet
  answers = true;
  // Live: it is dropped, since the clock does not run. Not live it would be looked at, and its size found wrong.
  CHECK(gst_pad_push(pad, gst_buffer_new()) == GST_FLOW_OK);
  CHECK(gst_pad_get_task_state(source) == GST_TASK_STARTED);
  gst_element_set_state(element, GST_STATE_NULL);
  gst_pad_unlink(pad, sink);
  gst_pad_set_active(pad, FALSE);
  for (GstPad* one : {pad, sink, source}) gst_object_unref(one);
  gst_object_unref(element);
}

TEST_CASE("live stream: after a pause the music goes on where it was, and does not hurry", "[gst]") {
  const Harness harness = live();
  Live heard = run_clock(harness.get(), 44100, [](GstClockTime) { return false; });
  for (int i = 0; i < 3; ++i) {
    gst_element_set_state(harness->element, GST_STATE_PAUSED);
    GstTestClock* clock = gst_harness_get_testclock(harness.get());
    const GstClockTime paused = gst_clock_get_time(GST_CLOCK(clock));
    gst_test_clock_set_time(clock, paused + 10 * GST_SECOND);
    gst_object_unref(clock);
    // As a pipeline does: running time stands still meanwhile.
    gst_element_set_base_time(harness->element, gst_element_get_base_time(harness->element) + 10 * GST_SECOND);
    while (GstBuffer* buffer = gst_harness_try_pull(harness.get())) hear(heard, buffer);
    const std::size_t before = heard.frames();
    g_usleep(20000);
    CHECK(gst_harness_buffers_in_queue(harness.get()) <= 1);
    gst_element_set_state(harness->element, GST_STATE_PLAYING);
    const GstClockTime playing = now_of(harness.get());
    for (int tries = 0; tries < 20000 && heard.frames() < before + 22050; ++tries) {
      GstTestClock* clock_again = gst_harness_get_testclock(harness.get());
      g_usleep(crank(clock_again) ? 50 : 200);
      gst_object_unref(clock_again);
      while (GstBuffer* buffer = gst_harness_try_pull(harness.get())) hear(heard, buffer);
    }
    CHECK(heard.frames() >= before + 22050);
    // Half a second of music took half a second.
    CHECK(now_of(harness.get()) - playing >= 400 * GST_MSECOND);
  }
  CHECK(heard.gapless);
}

TEST_CASE("live stream: gaps, a stalled camera and pictures without times leave the music whole", "[gst]") {
  const Harness harness = live("mode=aligned");
  Camera camera{harness.get()};
  Live heard;
  const auto listen = [&](std::size_t frames, auto&& each) {
    const Live more = run_clock(harness.get(), frames, [&](GstClockTime now) {
      each(now);
      return false;
    });
    if (heard.frames() > 0) CHECK(more.first_pts == heard.end);
    CHECK(more.frames() >= frames);
    heard.end = more.end;
    heard.samples.insert(heard.samples.end(), more.samples.begin(), more.samples.end());
  };
  listen(2 * 44100, camera);
  GstClockTime told = now_of(harness.get());
  listen(44100, [&](GstClockTime now) {
    if (now < told) return;
    gst_harness_push_event(harness.get(), gst_event_new_gap(told, 100 * GST_MSECOND));
    told += 100 * GST_MSECOND;
  });
  listen(2 * 44100, [](GstClockTime) {});  // nothing at all
  GstClockTime next = now_of(harness.get());
  listen(44100, [&](GstClockTime now) {
    if (now < next) return;
    gst_harness_push(harness.get(), make_frame(harness.get(), GST_CLOCK_TIME_NONE, GST_CLOCK_TIME_NONE, 90));
    next = now + 40 * GST_MSECOND;
  });
  CHECK(stat_of(harness->element, "failures") == 0);
}

TEST_CASE("live stream: pictures without times were taken when they came", "[gst]") {
  std::vector<double> behind_s;  // the clock's time less the newest picture's, for each window
  std::mutex mutex;
  std::atomic<GstTestClock*> clock{nullptr};
  const Scripted script([&](const ScriptedParts& parts) {
    parts.watch = [&](const stream::WindowRequest& request) {
      if (clock.load() == nullptr) return;
      const double now_s = static_cast<double>(gst_clock_get_time(GST_CLOCK(clock.load()))) / 1e9;
      const std::lock_guard lock(mutex);
      behind_s.push_back(now_s - request.timeline->seen_until_s());
    };
  });
  const Harness harness = live();
  // The camera starts a second late; then nothing is unbelievably wrong.
  (void)run_clock(harness.get(), 44100, [](GstClockTime) { return false; });
  GstTestClock* shared = gst_harness_get_testclock(harness.get());
  GstClockTime next = now_of(harness.get());
  (void)run_clock(harness.get(), 5 * 44100, [&](GstClockTime now) {
    if (now >= next) {
      gst_harness_push(harness.get(), make_frame(harness.get(), GST_CLOCK_TIME_NONE, GST_CLOCK_TIME_NONE, 90));
      next = now + 40 * GST_MSECOND;
      if (now > 2 * GST_SECOND) clock = shared;
    }
    return false;
  });
  clock = nullptr;
  gst_object_unref(shared);
  const std::lock_guard lock(mutex);
  REQUIRE(behind_s.size() >= 2);
  CHECK(behind_s.back() < 0.5);
  CHECK(behind_s.back() > -0.1);
}

TEST_CASE("live stream: late music is told by a QOS message too", "[gst]") {
  const Scripted failing([](const ScriptedParts& parts) { parts.generator.fails = [](int call) { return call > 0; }; });
  const Harness harness = live();
  Bus bus(harness->element);
  (void)run_clock(harness.get(), 6 * 44100, [](GstClockTime) { return false; });
  // The look-ahead and the bed stood in: late music is no silence.
  CHECK(stat_of(harness->element, "underrun-samples") == 0);
  CHECK(stat_of(harness->element, "look-ahead") >= 2);
  const auto told = bus.take(GST_MESSAGE_QOS);
  REQUIRE_FALSE(told.empty());
  gboolean is_live = FALSE;
  guint64 running = 0, stream_time = 0, timestamp = 0, duration = 0, processed = 0, dropped = 0;
  gint64 jitter = -1;
  gdouble proportion = 0.0;
  gint quality = -1;
  GstFormat format = GST_FORMAT_UNDEFINED;
  gst_message_parse_qos(told.back().get(), &is_live, &running, &stream_time, &timestamp, &duration);
  gst_message_parse_qos_values(told.back().get(), &jitter, &proportion, &quality);
  gst_message_parse_qos_stats(told.back().get(), &format, &processed, &dropped);
  CHECK(is_live);
  CHECK(running > GST_SECOND);
  CHECK(timestamp == running);
  CHECK(quality >= 0);
  CHECK(quality < 1000000);
  CHECK(format == GST_FORMAT_DEFAULT);
  CHECK(processed > 44100);
  // A flush is no reason to tell it again.
  gst_harness_push_event(harness.get(), gst_event_new_flush_start());
  gst_harness_push_event(harness.get(), gst_event_new_flush_stop(FALSE));
  (void)bus.take(GST_MESSAGE_QOS);
  begin_stream(harness.get(), "upstream");
  (void)run_clock(harness.get(), 4410, [](GstClockTime) { return false; });
  for (const auto& again : bus.take(GST_MESSAGE_QOS)) {
    gst_message_parse_qos_values(again.get(), &jitter, &proportion, &quality);
    gst_message_parse_qos_stats(again.get(), &format, &processed, &dropped);
    CHECK(jitter <= static_cast<gint64>(gst_util_uint64_scale(processed, GST_SECOND, 44100)));
  }
}

TEST_CASE("live stream: an end before any picture is an end", "[gst]") {
  use_scripted_element();
  for (const bool playing : {true, false}) {
    INFO(playing);
    const Harness harness = make_harness("mode=instant");
    gst_harness_use_testclock(harness.get());
    if (!playing) gst_element_set_state(harness->element, GST_STATE_PAUSED);
    begin_stream(harness.get(), "upstream");
    gst_harness_push_event(harness.get(), gst_event_new_eos());
    Bus bus(harness->element);
    if (!playing) gst_element_set_state(harness->element, GST_STATE_PLAYING);
    CHECK(ends_within_5_s(harness.get()));
    if (!playing) CHECK(bus.take(GST_MESSAGE_ELEMENT).empty());  // no music was begun for it
  }
}

TEST_CASE("live stream: a picture that stood still for long does not hold up the end", "[gst]") {
  const Harness harness = live();
  Camera camera{harness.get()};
  (void)run_clock(harness.get(), 22050, [&](GstClockTime now) {
    camera(now);
    return false;
  });
  (void)run_clock(harness.get(), 3 * 44100, [](GstClockTime) { return false; });
  gst_harness_push_event(harness.get(), gst_event_new_eos());
  CHECK(ends_within_5_s(harness.get()));
}

TEST_CASE("live stream: another stream and segment under the music are announced", "[gst]") {
  const Harness harness = live();
  const Passing passing(harness->element);
  (void)run_clock(harness.get(), 22050, [](GstClockTime) { return false; });
  GstEvent* start = gst_event_new_stream_start("another");
  gst_event_set_group_id(start, 9);
  gst_harness_push_event(harness.get(), start);
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_TIME);
  segment.base = now_of(harness.get()) + 300 * GST_MSECOND;
  gst_harness_push_event(harness.get(), gst_event_new_segment(&segment));
  (void)run_clock(harness.get(), 44100, [](GstClockTime) { return false; });
  const auto starts = passing.events(GST_EVENT_STREAM_START);
  REQUIRE_FALSE(starts.empty());
  CHECK(starts.back().group == 9);
  const int last = static_cast<int>(passing.events(GST_EVENT_SEGMENT).size()) - 1;
  CHECK(passing.events(GST_EVENT_SEGMENT).back().segment.base == segment.base);
  CHECK(passing.pts_after(GST_EVENT_SEGMENT, last) < GST_SECOND / 44100);
}
