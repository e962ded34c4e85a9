// SPDX-License-Identifier: Apache-2.0
/// What upstream's stream may do to the music, not live: segments, rates, gaps, bad timestamps, new caps.
#include "passing.h"
#include "support/catch.h"

using namespace photoplayer;
using namespace photoplayer::test;

namespace {

/// In a stream of its own, and of this segment.
Harness in_segment(const GstSegment& segment) {
  Harness harness = make_harness();
  gst_harness_set_live(harness.get(), FALSE);
  begin_stream(harness.get(), "upstream", &segment);
  return harness;
}

GstSegment time_segment(GstClockTime start, GstClockTime stop = GST_CLOCK_TIME_NONE) {
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_TIME);
  segment.start = segment.time = segment.position = start;
  segment.stop = stop;
  return segment;
}

gint64 position(GstHarness* harness) {
  GstPad* pad = gst_element_get_static_pad(harness->element, "src");
  gint64 at = -1;
  CHECK(gst_pad_query_position(pad, GST_FORMAT_TIME, &at));
  gst_object_unref(pad);
  return at;
}

std::vector<guint64> beat_stream_times(Bus& bus) {
  std::vector<guint64> times;
  for (const auto& message : bus.take(GST_MESSAGE_ELEMENT)) {
    const GstStructure* body = gst_message_get_structure(message.get());
    guint64 time = 0;
    if (gst_structure_has_name(body, "photoplayer-beat") && gst_structure_get_uint64(body, "stream-time", &time))
      times.push_back(time);
  }
  return times;
}

}  // namespace

TEST_CASE("stream: twice as fast, the music is half as long and knows what that stands for", "[gst]") {
  GstSegment segment = time_segment(GST_SECOND, 9 * GST_SECOND);
  segment.rate = 2.0;
  const Harness harness = in_segment(segment);
  const Passing passing(harness->element);
  Bus bus(harness->element);
  push_film(harness.get(), 200, 25);
  const Heard heard = finish(harness.get());
  CHECK(heard.frames() == 4 * 44100);
  CHECK(heard.gapless);
  CHECK(position(harness.get()) == static_cast<gint64>(9 * GST_SECOND));
  const auto beats = beat_stream_times(bus);
  REQUIRE(beats.size() >= 3);
  CHECK(beats.front() >= GST_SECOND);
  CHECK(beats.back() > 5 * GST_SECOND);
}

TEST_CASE("stream: backwards, stream time falls while the music runs on", "[gst]") {
  GstSegment segment = time_segment(0, 4 * GST_SECOND);
  segment.rate = -1.0;
  const Harness harness = in_segment(segment);
  Bus bus(harness->element);
  for (int i = 99; i >= 0; --i) push_film(harness.get(), 1, i);
  const Heard heard = finish(harness.get());
  CHECK(heard.frames() == 4 * 44100);
  CHECK(position(harness.get()) == 0);
  const auto beats = beat_stream_times(bus);
  REQUIRE(beats.size() >= 3);
  CHECK(beats.front() > beats.back());
}

TEST_CASE("stream: a later segment is told where it begins to sound, without a seam", "[gst]") {
  const Harness harness = in_segment(time_segment(0, 2 * GST_SECOND));
  const Passing passing(harness->element);
  push_film(harness.get(), 50);
  GstSegment again = time_segment(0, 2 * GST_SECOND);  // a loop
  again.base = 2 * GST_SECOND;
  gst_harness_push_event(harness.get(), gst_event_new_segment(&again));
  push_film(harness.get(), 50);
  Heard heard;
  gst_harness_push_event(harness.get(), gst_event_new_eos());
  REQUIRE(wait_for_event(harness.get(), GST_EVENT_EOS));
  while (GstBuffer* buffer = gst_harness_try_pull(harness.get())) {
    heard.first_pts = GST_CLOCK_TIME_NONE;  // timestamps begin again; the samples do not
    hear(heard, buffer);
  }
  CHECK(heard.frames() == 4 * 44100);
  const auto segments = passing.events(GST_EVENT_SEGMENT);
  REQUIRE_FALSE(segments.empty());
  CHECK(segments.back().segment.base == 2 * GST_SECOND);
  CHECK(passing.pts_after(GST_EVENT_SEGMENT, static_cast<int>(segments.size()) - 1) == 0);
  CHECK(position(harness.get()) == static_cast<gint64>(2 * GST_SECOND));
  // The same samples as a film of that length in one piece: the music does not notice.
  const Harness whole = in_segment(time_segment(0));
  push_film(whole.get(), 50);
  for (int i = 0; i < 50; ++i) {
    gst_harness_push(whole.get(), make_frame(whole.get(), static_cast<GstClockTime>(50 + i) * 40 * GST_MSECOND,
                                             40 * GST_MSECOND, static_cast<std::uint8_t>(40 + i % 50)));
  }
  CHECK(finish(whole.get()).samples == heard.samples);
}

TEST_CASE("stream: another stream without an end before it is announced where it begins", "[gst]") {
  const Harness harness = in_segment(time_segment(0, 2 * GST_SECOND));
  const Passing passing(harness->element);
  push_film(harness.get(), 50);
  GstEvent* start = gst_event_new_stream_start("the next film");
  gst_event_set_group_id(start, 7);
  gst_harness_push_event(harness.get(), start);
  GstSegment next = time_segment(0);
  next.base = 2 * GST_SECOND;
  gst_harness_push_event(harness.get(), gst_event_new_segment(&next));
  gst_harness_push_event(harness.get(),
                         gst_event_new_custom(GST_EVENT_CUSTOM_DOWNSTREAM, gst_structure_new_empty("mark")));
  push_film(harness.get(), 50);
  gst_harness_push_event(harness.get(), gst_event_new_eos());
  REQUIRE(wait_for_event(harness.get(), GST_EVENT_EOS));
  const auto starts = passing.events(GST_EVENT_STREAM_START);
  REQUIRE_FALSE(starts.empty());
  CHECK(starts.back().group == 7);
  std::size_t buffers_before = 0, at = 0;
  const auto all = passing.all();
  while (at < all.size() && (all[at].event != GST_EVENT_STREAM_START || all[at].group != 7))
    buffers_before += all[at++].is_buffer();
  CHECK(buffers_before > 2 * 44100 / 1024);
  REQUIRE(at + 3 < all.size());
  CHECK(all[at + 1].event == GST_EVENT_CAPS);
  CHECK(all[at + 2].event == GST_EVENT_SEGMENT);
  CHECK(all[at + 3].name == "mark");
  CHECK(passing.pts_after(GST_EVENT_STREAM_START, static_cast<int>(starts.size()) - 1) == 0);
  // Downstream forgets the tags of a stream with its start.
  CHECK(std::any_of(all.begin() + static_cast<std::ptrdiff_t>(at), all.end(),
                    [](const Passed& one) { return one.event == GST_EVENT_TAG; }));
}

TEST_CASE("stream: size, format and rate change under the music", "[gst]") {
  const Harness harness = in_segment(time_segment(0));
  push_film(harness.get(), 25);
  struct Look {
    const char* caps;
    std::size_t bytes;
  };
  const Look looks[] = {{"video/x-raw,format=GRAY8,width=8,height=4,framerate=25/1", 32},
                        {"video/x-raw,format=RGB,width=32,height=18,framerate=0/1", 32 * 18 * 3},
                        {"video/x-raw,format=I420,width=64,height=32,framerate=50/1", 64 * 32 * 3 / 2}};
  int frame = 25;
  for (const Look& look : looks) {
    INFO(look.caps);
    GstCaps* caps = gst_caps_from_string(look.caps);
    CHECK(gst_harness_push_event(harness.get(), gst_event_new_caps(caps)));
    gst_caps_unref(caps);
    for (int i = 0; i < 25; ++i, ++frame) {
      GstBuffer* picture = make_frame(harness.get(), static_cast<GstClockTime>(frame) * 40 * GST_MSECOND,
                                      GST_CLOCK_TIME_NONE, static_cast<std::uint8_t>(100 + i), look.bytes);
      CHECK(gst_harness_push(harness.get(), picture) == GST_FLOW_OK);
    }
  }
  const Heard heard = finish(harness.get());
  // The last picture lasts as long as its caps say.
  CHECK(heard.frames() == (99 * 40 + 20) * 441 / 10);
  CHECK(heard.gapless);
}

TEST_CASE("stream: a buffer flagged as a gap shows nothing new", "[gst]") {
  const auto observed = [](bool flagged) {
    std::vector<float> brightness;
    const Scripted script([&](const ScriptedParts& parts) {
      parts.watch = [&brightness](const stream::WindowRequest& request) {
        brightness.push_back(request.timeline->glance(2.0, 3.0).brightness);
      };
    });
    const Harness harness = in_segment(time_segment(0));
    push_film(harness.get(), 50);
    for (int i = 50; i < 100; ++i) {
      GstBuffer* black =
          make_frame(harness.get(), static_cast<GstClockTime>(i) * 40 * GST_MSECOND, 40 * GST_MSECOND, 0);
      if (flagged) GST_BUFFER_FLAG_SET(black, GST_BUFFER_FLAG_GAP);
      gst_harness_push(harness.get(), black);
    }
    CHECK(finish(harness.get()).frames() == 4 * 44100);
    return brightness.empty() ? -1.0F : brightness.back();
  };
  CHECK(observed(true) > 0.2F);  // what was seen last still holds
  CHECK(observed(false) < 0.05F);
}

TEST_CASE("stream: pictures without times follow each other, and times that jump do not break the music", "[gst]") {
  SECTION("none") {
    const Harness harness = in_segment(time_segment(0));
    for (int i = 0; i < 50; ++i)
      gst_harness_push(harness.get(), make_frame(harness.get(), GST_CLOCK_TIME_NONE, GST_CLOCK_TIME_NONE, 90));
    CHECK(finish(harness.get()).frames() == 2 * 44100);
  }
  SECTION("backwards and on from there") {
    const Harness harness = in_segment(time_segment(0));
    push_film(harness.get(), 50);
    push_film(harness.get(), 50, 10);
    const Heard heard = finish(harness.get());
    CHECK(heard.frames() == static_cast<std::size_t>(60 * 1764));
    CHECK(heard.gapless);
  }
  SECTION("forwards") {
    const Harness harness = in_segment(time_segment(0));
    push_film(harness.get(), 25);
    push_film(harness.get(), 25, 100);
    const Heard heard = finish(harness.get());
    CHECK(heard.frames() == 5 * 44100);
    CHECK(heard.gapless);
  }
}

TEST_CASE("stream: a film whose first picture comes late ends when it is over, not later", "[gst]") {
  double planned_end_s = 0.0;
  const Scripted script([&](const ScriptedParts& parts) {
    parts.watch = [&](const stream::WindowRequest& request) {
      const auto row = request.end_row - request.first;
      if (request.end_row >= 0 && row >= 0 && row < static_cast<std::int64_t>(request.times_s.size()))
        planned_end_s = request.times_s[static_cast<std::size_t>(row)];
    };
  });
  const Harness harness = make_harness();
  gst_harness_set_live(harness.get(), FALSE);
  gst_pad_add_probe(
      harness->srcpad, GST_PAD_PROBE_TYPE_QUERY_UPSTREAM,
      [](GstPad*, GstPadProbeInfo* info, gpointer) {
        GstQuery* query = GST_PAD_PROBE_INFO_QUERY(info);
        if (GST_QUERY_TYPE(query) != GST_QUERY_DURATION) return GST_PAD_PROBE_OK;
        gst_query_set_duration(query, GST_FORMAT_TIME, static_cast<gint64>(13 * GST_SECOND));
        return GST_PAD_PROBE_HANDLED;
      },
      nullptr, nullptr);
  const GstSegment whole = time_segment(0);
  begin_stream(harness.get(), "upstream", &whole);
  push_film(harness.get(), 225, 100);  // from four seconds on; that it ends is not yet known
  CHECK(planned_end_s == Approx(13.0).margin(1.0));
  CHECK(finish(harness.get()).frames() == 9 * 44100);
}

TEST_CASE("stream: what sounds after a flush is new: the same as if the film had begun there", "[gst]") {
  const GstSegment there = time_segment(10 * GST_SECOND);
  const Harness fresh = in_segment(there);
  push_film(fresh.get(), 50, 250);
  const Heard expected = finish(fresh.get());

  const Harness harness = in_segment(time_segment(0));
  push_film(harness.get(), 70);
  gst_harness_push_event(harness.get(), gst_event_new_flush_start());
  gst_harness_push_event(harness.get(), gst_event_new_flush_stop(TRUE));
  while (GstBuffer* old = gst_harness_try_pull(harness.get())) gst_buffer_unref(old);
  gst_harness_push_event(harness.get(), gst_event_new_segment(&there));
  push_film(harness.get(), 50, 250);
  const Heard heard = finish(harness.get());
  CHECK(heard.first_pts == 10 * GST_SECOND);
  REQUIRE(heard.frames() == expected.frames());
  // The synthesiser's phase is counted from its first frame ever, so loudness is compared, not samples.
  for (std::size_t from = 0; from + 4410 < heard.samples.size(); from += 4410) {
    float one = 0.0F, other = 0.0F;
    for (std::size_t i = from; i < from + 4410; ++i) {
      one = std::max(one, std::abs(heard.samples[i]));
      other = std::max(other, std::abs(expected.samples[i]));
    }
    REQUIRE(one == Approx(other).margin(0.08));
  }
}

TEST_CASE("stream: how late the sound is does not reach the decoder", "[gst]") {
  const Harness harness = in_segment(time_segment(0));
  push_film(harness.get(), 5);
  gst_harness_push_upstream_event(harness.get(),
                                  gst_event_new_qos(GST_QOS_TYPE_UNDERFLOW, 2.0, GST_SECOND, GST_SECOND));
  gst_harness_push_upstream_event(harness.get(), gst_event_new_reconfigure());
  bool qos = false, reconfigure = false;
  while (GstEvent* event = gst_harness_try_pull_upstream_event(harness.get())) {
    qos = qos || GST_EVENT_TYPE(event) == GST_EVENT_QOS;
    reconfigure = reconfigure || GST_EVENT_TYPE(event) == GST_EVENT_RECONFIGURE;
    gst_event_unref(event);
  }
  CHECK_FALSE(qos);
  CHECK(reconfigure);  // others do
}

TEST_CASE("stream: the music's tags say what made it and its tempo", "[gst]") {
  const Harness harness = in_segment(time_segment(0));
  const Passing passing(harness->element);
  push_film(harness.get(), 100);
  (void)finish(harness.get());
  gchar* encoder = nullptr;
  double tempo_bpm = 0.0;
  for (const Passed& one : passing.events(GST_EVENT_TAG)) {
    CHECK(gst_tag_list_get_scope(one.tags.get()) == GST_TAG_SCOPE_STREAM);
    g_clear_pointer(&encoder, g_free);
    CHECK(gst_tag_list_get_string(one.tags.get(), GST_TAG_ENCODER, &encoder));
    CHECK(gst_tag_list_get_tag_size(one.tags.get(), GST_TAG_TITLE) == 1);
    gst_tag_list_get_double(one.tags.get(), GST_TAG_BEATS_PER_MINUTE, &tempo_bpm);
  }
  REQUIRE(encoder != nullptr);
  CHECK(std::string(encoder).starts_with("Photoplayer "));
  CHECK(tempo_bpm >= 48.0);
  CHECK(tempo_bpm <= 186.0);
  g_free(encoder);
}
