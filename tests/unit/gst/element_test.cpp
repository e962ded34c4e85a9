// SPDX-License-Identifier: Apache-2.0
#include "element_fixture.h"
#include "support/catch.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <thread>

using namespace photoplayer;
using namespace photoplayer::test;

namespace {

Harness offline(const std::string& properties = "", const char* caps = kCaps25) {
  Harness harness = make_harness(properties);
  gst_harness_set_live(harness.get(), FALSE);
  gst_harness_set_src_caps_str(harness.get(), caps);
  return harness;
}

Heard film(int frames, const std::string& properties = "") {
  const Harness harness = offline(properties);
  push_film(harness.get(), frames);
  return finish(harness.get());
}

bool sounds(const Heard& heard) {
  return std::any_of(heard.samples.begin(), heard.samples.end(), [](float x) { return std::abs(x) > 0.001F; });
}

}  // namespace

TEST_CASE("element: pads and caps", "[gst]") {
  use_scripted_element();
  GstElement* element = gst_element_factory_make("photoplayer", nullptr);
  REQUIRE(element != nullptr);
  GstPad* source = gst_element_get_static_pad(element, "src");
  GstCaps* caps = gst_pad_query_caps(source, nullptr);
  GstCaps* expected = gst_caps_from_string(
      "audio/x-raw,format=F32LE,layout=interleaved,rate=44100,channels=2,channel-mask=(bitmask)0x3");
  CHECK(gst_caps_is_equal(caps, expected));
  GstPad* sink = gst_element_get_static_pad(element, "sink");
  for (const char* text : {"video/x-raw,format=NV12,width=1920,height=1080,framerate=0/1",
                           "video/x-raw,format=GRAY8,width=1,height=1,framerate=240/1",
                           "video/x-raw,format=YUY2,width=640,height=480,framerate=30/1"}) {
    GstCaps* offered = gst_caps_from_string(text);
    CHECK(gst_pad_query_accept_caps(sink, offered));
    gst_caps_unref(offered);
  }
  gst_caps_unref(caps);
  gst_caps_unref(expected);
  gst_object_unref(source);
  gst_object_unref(sink);
  gst_object_unref(element);
}

TEST_CASE("element: as many samples as the video is long", "[gst]") {
  SECTION("two seconds at 25 fps") {
    const Heard heard = film(50);
    CHECK(heard.frames() == 88200);
    CHECK(heard.gapless);
    CHECK(heard.finite);
    CHECK(sounds(heard));
    CHECK(heard.first_pts == 0);
    CHECK(heard.end == 2 * GST_SECOND);
  }
  SECTION("one frame") {
    CHECK(film(1).frames() == 1764);
  }
  SECTION("no frame: an end and nothing before it") {
    const Harness harness = offline();
    CHECK(finish(harness.get()).frames() == 0);
  }
  SECTION("longer than the queue") {
    CHECK(film(200).frames() == 8 * 44100);
  }
  SECTION("a tail") {
    CHECK(film(50, "tail=500").frames() == 88200 + 22050);
  }
  SECTION("variable rate, no durations, frame rate unknown") {
    const Harness harness = offline("", "video/x-raw,format=RGB,width=32,height=18,framerate=0/1");
    GstClockTime at = 0, interval = 0;
    for (int i = 0; i < 40; ++i) {
      gst_harness_push(harness.get(), make_frame(harness.get(), at, GST_CLOCK_TIME_NONE, 90));
      if (i == 39) break;
      interval = (i % 3 == 0 ? 10 : 60) * GST_MSECOND;
      at += interval;
    }
    // The last frame lasts as long as the one before it did.
    at += interval;
    const Heard heard = finish(harness.get());
    CHECK(heard.frames() == Approx(static_cast<double>(at) / 1e9 * 44100.0).margin(1.0));
    CHECK(heard.gapless);
  }
  SECTION("a film that starts late") {
    const Harness harness = offline();
    push_film(harness.get(), 50, 25);
    const Heard heard = finish(harness.get());
    CHECK(heard.frames() == 88200);
    CHECK(heard.first_pts == GST_SECOND);
  }
}

TEST_CASE("element: not live, the same film and seed give the same samples", "[gst]") {
  const Heard first = film(75, "seed=7"), second = film(75, "seed=7");
  REQUIRE(first.frames() == second.frames());
  CHECK(first.samples == second.samples);
}

TEST_CASE("element: its stream has its own id, upstream's group, caps and a time segment, in order", "[gst]") {
  const Harness harness = make_harness();
  gst_harness_set_live(harness.get(), FALSE);
  GstEvent* start = gst_event_new_stream_start("upstream");
  gst_event_set_group_id(start, 77);
  gst_harness_push_event(harness.get(), start);
  GstCaps* caps = gst_caps_from_string(kCaps25);
  gst_harness_push_event(harness.get(), gst_event_new_caps(caps));
  gst_caps_unref(caps);
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_TIME);
  gst_harness_push_event(harness.get(), gst_event_new_segment(&segment));
  GstStructure* custom = gst_structure_new_empty("hello");
  gst_harness_push_event(harness.get(), gst_event_new_custom(GST_EVENT_CUSTOM_DOWNSTREAM, custom));
  push_film(harness.get(), 50);
  (void)finish(harness.get());
  GstPad* pad = gst_element_get_static_pad(harness->element, "src");
  GstEvent* sticky = gst_pad_get_sticky_event(pad, GST_EVENT_STREAM_START, 0);
  REQUIRE(sticky != nullptr);
  guint group = 0;
  const gchar* id = nullptr;
  gst_event_parse_group_id(sticky, &group);
  gst_event_parse_stream_start(sticky, &id);
  CHECK(group == 77);
  CHECK(std::string(id) != "upstream");
  gst_event_unref(sticky);
  GstCaps* current = gst_pad_get_current_caps(pad);
  CHECK(current != nullptr);
  gst_caps_unref(current);
  gst_object_unref(pad);
}

TEST_CASE("element: the stream's start and caps come before anything else", "[gst]") {
  const Harness harness = make_harness();
  gst_harness_set_live(harness.get(), FALSE);
  gst_harness_push_event(harness.get(), gst_event_new_stream_start("upstream"));
  GstTagList* tags = gst_tag_list_new(GST_TAG_TITLE, "a film", nullptr);
  gst_tag_list_set_scope(tags, GST_TAG_SCOPE_GLOBAL);
  gst_harness_push_event(harness.get(), gst_event_new_tag(tags));
  begin_stream(harness.get(), "upstream");
  push_film(harness.get(), 25);
  gst_harness_push_event(harness.get(), gst_event_new_eos());
  std::vector<GstEventType> types;
  int films_tags = 0;
  while (types.empty() || types.back() != GST_EVENT_EOS) {
    GstEvent* event = gst_harness_pull_event(harness.get());
    REQUIRE(event != nullptr);
    types.push_back(GST_EVENT_TYPE(event));
    if (GST_EVENT_TYPE(event) == GST_EVENT_TAG) {
      GstTagList* list = nullptr;
      gst_event_parse_tag(event, &list);
      films_tags += gst_tag_list_get_scope(list) == GST_TAG_SCOPE_GLOBAL;
    }
    gst_event_unref(event);
  }
  REQUIRE(types.size() >= 4);
  CHECK(types[0] == GST_EVENT_STREAM_START);
  CHECK(types[1] == GST_EVENT_CAPS);
  CHECK(films_tags == 1);
  CHECK(std::count(types.begin(), types.end(), GST_EVENT_STREAM_START) == 1);
}

TEST_CASE("element: a flush before the segment loses neither the stream's start nor its caps", "[gst]") {
  const Harness harness = make_harness();
  gst_harness_set_live(harness.get(), FALSE);
  gst_harness_push_event(harness.get(), gst_event_new_stream_start("upstream"));
  gst_harness_push_event(harness.get(), gst_event_new_flush_start());
  gst_harness_push_event(harness.get(), gst_event_new_flush_stop(TRUE));
  begin_stream(harness.get(), "upstream");
  push_film(harness.get(), 50);
  CHECK(finish(harness.get()).frames() == 88200);
  GstCaps* current = gst_pad_get_current_caps(harness->sinkpad);
  CHECK(current != nullptr);
  gst_clear_caps(&current);
}

TEST_CASE("element: a new stream after the end is scored too", "[gst]") {
  const Harness harness = offline();
  push_film(harness.get(), 50);
  gst_harness_push_event(harness.get(), gst_event_new_eos());
  // At once: what is queued of the first film must still be heard.
  begin_stream(harness.get(), "another");
  REQUIRE(wait_for_event(harness.get(), GST_EVENT_EOS));
  Heard first;
  for (int i = 0; first.frames() < 88200 && i < 1000; ++i) {
    if (GstBuffer* buffer = gst_harness_try_pull(harness.get()))
      hear(first, buffer);
    else
      g_usleep(2000);
  }
  CHECK(first.frames() == 88200);
  push_film(harness.get(), 50);
  const Heard second = finish(harness.get());
  CHECK(second.frames() == 88200);
  CHECK(second.gapless);
  CHECK(sounds(second));
}

TEST_CASE("element: a segment without stream time is no reason to complain", "[gst]") {
  const Harness harness = make_harness();
  gst_harness_set_live(harness.get(), FALSE);
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_TIME);
  segment.time = GST_CLOCK_TIME_NONE;
  static int complaints = 0;
  const guint handler = g_log_set_handler(
      "GStreamer", G_LOG_LEVEL_CRITICAL, [](const gchar*, GLogLevelFlags, const gchar*, gpointer) { ++complaints; },
      nullptr);
  begin_stream(harness.get(), "upstream", &segment);
  push_film(harness.get(), 25);
  const Heard heard = finish(harness.get());
  g_log_remove_handler("GStreamer", handler);
  CHECK(heard.frames() == 44100);
  CHECK(complaints == 0);
}

TEST_CASE("element: a drain query is answered on the spot", "[gst]") {
  const Harness harness = offline();
  GstPad* sink = gst_element_get_static_pad(harness->element, "sink");
  GstPad* source = gst_element_get_static_pad(harness->element, "src");
  int asked = 0;  // of the audio side
  gst_pad_add_probe(
      source, static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM | GST_PAD_PROBE_TYPE_PUSH),
      [](GstPad*, GstPadProbeInfo* info, gpointer count) {
        if (GST_QUERY_TYPE(GST_PAD_PROBE_INFO_QUERY(info)) == GST_QUERY_DRAIN) ++*static_cast<int*>(count);
        return GST_PAD_PROBE_OK;
      },
      &asked, nullptr);
  GstQuery* query = gst_query_new_drain();
  CHECK(gst_pad_query(sink, query));
  CHECK(asked == 0);
  gst_query_unref(query);
  gst_object_unref(source);
  gst_object_unref(sink);
}

TEST_CASE("element: no task is left behind when it stops while the stream starts", "[gst]") {
  use_scripted_element();
  GstElement* element = gst_element_factory_make("photoplayer", nullptr);
  gst_object_ref_sink(element);
  GstPad* sink = gst_element_get_static_pad(element, "sink");
  struct Upstream {
    GstPad* source;  ///< the element's
    std::atomic<bool> asked{false};
  } upstream{gst_element_get_static_pad(element, "src")};
  GstPad* pad = gst_pad_new("upstream", GST_PAD_SRC);
  // The answer to the latency query, asked at the stream's start, comes when the source pad is down already.
  gst_pad_set_query_function_full(
      pad,
      [](GstPad* asked, GstObject*, GstQuery* query) -> gboolean {
        if (GST_QUERY_TYPE(query) != GST_QUERY_LATENCY) return FALSE;
        auto* state = static_cast<Upstream*>(asked->querydata);
        state->asked = true;
        for (int i = 0; i < 5000 && gst_pad_is_active(state->source); ++i) g_usleep(1000);
        g_usleep(50000);  // the pad's task, if it has one, is stopped a little later
        gst_query_set_latency(query, FALSE, 0, GST_CLOCK_TIME_NONE);
        return TRUE;
      },
      &upstream, nullptr);
  gst_pad_set_active(pad, TRUE);
  REQUIRE(gst_pad_link(pad, sink) == GST_PAD_LINK_OK);
  for (int round = 0; round < 2; ++round) {
    REQUIRE(gst_element_set_state(element, GST_STATE_PAUSED) == GST_STATE_CHANGE_SUCCESS);
    upstream.asked = false;
    std::thread video([pad] {
      gst_pad_push_event(pad, gst_event_new_stream_start("upstream"));
      GstCaps* caps = gst_caps_from_string(kCaps25);
      gst_pad_push_event(pad, gst_event_new_caps(caps));
      gst_caps_unref(caps);
      GstSegment segment;
      gst_segment_init(&segment, GST_FORMAT_TIME);
      gst_pad_push_event(pad, gst_event_new_segment(&segment));
    });
    for (int i = 0; i < 5000 && !upstream.asked; ++i) g_usleep(1000);
    CHECK(upstream.asked);
    CHECK(gst_element_set_state(element, GST_STATE_READY) == GST_STATE_CHANGE_SUCCESS);
    CHECK(GST_PAD_TASK(upstream.source) == nullptr);
    video.join();
  }
  gst_element_set_state(element, GST_STATE_NULL);
  gst_pad_unlink(pad, sink);
  gst_pad_set_active(pad, FALSE);
  gst_object_unref(pad);
  gst_object_unref(sink);
  gst_object_unref(upstream.source);
  gst_object_unref(element);
}

TEST_CASE("element: new caps in mid-stream do not interrupt the music", "[gst]") {
  const Harness harness = offline();
  push_film(harness.get(), 25);
  gst_harness_set_src_caps_str(harness.get(), "video/x-raw,format=GRAY8,width=8,height=4,framerate=25/1");
  for (int i = 25; i < 50; ++i) {
    gst_harness_push(harness.get(), make_frame(harness.get(), static_cast<GstClockTime>(i) * 40 * GST_MSECOND,
                                               40 * GST_MSECOND, 200, 32));
  }
  const Heard heard = finish(harness.get());
  CHECK(heard.frames() == 88200);
  CHECK(heard.gapless);
}

TEST_CASE("element: a gap is time that passes", "[gst]") {
  const Harness harness = offline();
  push_film(harness.get(), 25);
  gst_harness_push_event(harness.get(), gst_event_new_gap(GST_SECOND, GST_SECOND));
  push_film(harness.get(), 25, 50);
  const Heard heard = finish(harness.get());
  CHECK(heard.frames() == 3 * 44100);
  CHECK(heard.gapless);
}

TEST_CASE("element: a flush drops what was queued and starts anew", "[gst]") {
  const Harness harness = offline();
  push_film(harness.get(), 60);
  gst_harness_push_event(harness.get(), gst_event_new_flush_start());
  gst_harness_push_event(harness.get(), gst_event_new_flush_stop(TRUE));
  while (GstBuffer* old = gst_harness_try_pull(harness.get())) gst_buffer_unref(old);
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_TIME);
  segment.start = segment.time = segment.position = 10 * GST_SECOND;
  gst_harness_push_event(harness.get(), gst_event_new_segment(&segment));
  push_film(harness.get(), 50, 250);
  const Heard heard = finish(harness.get());
  CHECK(heard.frames() == 88200);
  CHECK(heard.first_pts == 10 * GST_SECOND);
  CHECK(sounds(heard));
}

TEST_CASE("element: ten times to PLAYING and back, at any point of the stream", "[gst]") {
  use_scripted_element();
  for (const GstState low : {GST_STATE_NULL, GST_STATE_READY, GST_STATE_PAUSED}) {
    GstElement* pipeline = gst_parse_launch(
        "videotestsrc num-buffers=400 ! video/x-raw,width=32,height=18 ! photoplayer ! fakesink sync=true", nullptr);
    REQUIRE(pipeline != nullptr);
    for (int i = 0; i < 10; ++i) {
      CHECK(gst_element_set_state(pipeline, GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE);
      if (i % 2 == 0) gst_element_get_state(pipeline, nullptr, nullptr, GST_SECOND);
      if (i % 3 == 0) g_usleep(15000);
      CHECK(gst_element_set_state(pipeline, low) != GST_STATE_CHANGE_FAILURE);
    }
    gst_element_set_state(pipeline, GST_STATE_NULL);
    gst_object_unref(pipeline);
  }
}

TEST_CASE("element: a seek in a real pipeline", "[gst]") {
  use_scripted_element();
  GstElement* pipeline = gst_parse_launch(
      "videotestsrc num-buffers=90 ! video/x-raw,width=32,height=18 ! photoplayer ! fakesink", nullptr);
  REQUIRE(pipeline != nullptr);
  gst_element_set_state(pipeline, GST_STATE_PAUSED);
  REQUIRE(gst_element_get_state(pipeline, nullptr, nullptr, 20 * GST_SECOND) == GST_STATE_CHANGE_SUCCESS);
  CHECK(gst_element_seek_simple(pipeline, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH, GST_SECOND));
  gst_element_set_state(pipeline, GST_STATE_PLAYING);
  GstBus* bus = gst_element_get_bus(pipeline);
  GstMessage* message = gst_bus_timed_pop_filtered(bus, 20 * GST_SECOND,
                                                   static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR));
  REQUIRE(message != nullptr);
  CHECK(GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS);
  gst_message_unref(message);
  gst_object_unref(bus);
  gst_element_set_state(pipeline, GST_STATE_NULL);
  gst_object_unref(pipeline);
}

TEST_CASE("element: a missing bundle is an error that says so", "[gst]") {
  use_scripted_element();
  GstElement* element = gst_element_factory_make("photoplayer", nullptr);
  g_object_set(element, "bundle", "missing", nullptr);
  GstBus* bus = gst_bus_new();
  gst_element_set_bus(element, bus);
  gst_element_set_state(element, GST_STATE_PAUSED);
  GstMessage* message = gst_bus_timed_pop_filtered(bus, 10 * GST_SECOND, GST_MESSAGE_ERROR);
  REQUIRE(message != nullptr);
  GError* error = nullptr;
  gst_message_parse_error(message, &error, nullptr);
  CHECK(g_error_matches(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND));
  CHECK(std::string(error->message).find("missing") != std::string::npos);
  g_error_free(error);
  gst_message_unref(message);
  gst_element_set_state(element, GST_STATE_NULL);
  gst_element_set_bus(element, nullptr);
  gst_object_unref(bus);
  gst_object_unref(element);
}

TEST_CASE("element: beats and states are posted, unless not wanted", "[gst]") {
  for (const bool wanted : {true, false}) {
    const Harness harness = offline(wanted ? "" : "post-messages=false");
    GstBus* bus = gst_bus_new();
    gst_element_set_bus(harness->element, bus);
    push_film(harness.get(), 100);
    (void)finish(harness.get());
    int beats = 0, states = 0;
    double last = -1.0;
    while (GstMessage* message = gst_bus_pop_filtered(bus, GST_MESSAGE_ELEMENT)) {
      const GstStructure* body = gst_message_get_structure(message);
      if (gst_structure_has_name(body, "photoplayer-beat")) {
        double time = 0.0;
        guint64 bar = 99;
        CHECK(gst_structure_get_double(body, "time", &time));
        CHECK(gst_structure_get_uint64(body, "bar", &bar));
        CHECK(time > last);
        last = time;
        ++beats;
      }
      states += gst_structure_has_name(body, "photoplayer-state");
      gst_message_unref(message);
    }
    if (wanted) {
      CHECK(beats >= 3);
      CHECK(states == 2);
    } else {
      CHECK(beats + states == 0);
    }
    gst_element_set_bus(harness->element, nullptr);
    gst_object_unref(bus);
  }
}
