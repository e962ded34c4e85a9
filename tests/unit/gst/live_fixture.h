// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The live element under a GstTestClock, which moves only when somebody waits for it.
#include "element_fixture.h"

#include <gst/check/gsttestclock.h>

#include <algorithm>

namespace photoplayer::test {

struct Latency {
  gboolean live = FALSE;
  GstClockTime least = 0, most = 0;
};

inline Latency ask(GstHarness* harness) {
  Latency latency;
  GstPad* pad = gst_element_get_static_pad(harness->element, "src");
  GstQuery* query = gst_query_new_latency();
  if (gst_pad_query(pad, query)) gst_query_parse_latency(query, &latency.live, &latency.least, &latency.most);
  gst_query_unref(query);
  gst_object_unref(pad);
  return latency;
}

/// Lets the one who waits least go on; false if nobody waits. Unlike gst_test_clock_crank() it does not wait
/// for a waiter, whom a stopping engine may have called back.
inline bool crank(GstTestClock* clock) {
  // The task, the sampler and the conductor: a clock that runs on would make late who still works. Once all three were
  // seen, who is missing works, if perhaps without a processor; before and after, there are not so many.
  constexpr guint kThreads = 3;
  static bool all_live = false;
  const int patience = all_live ? 5000 : 30;
  for (int i = 0; i < patience && gst_test_clock_peek_id_count(clock) < kThreads; ++i) g_usleep(100);
  all_live = gst_test_clock_peek_id_count(clock) >= kThreads;
  GstClockID next = nullptr;
  if (!gst_test_clock_peek_next_pending_id(clock, &next)) return false;
  const GstClockTime due = gst_clock_id_get_time(next);
  gst_clock_id_unref(next);
  if (due > gst_clock_get_time(GST_CLOCK(clock))) gst_test_clock_set_time(clock, due);
  if (GstClockID done = gst_test_clock_process_next_clock_id(clock)) gst_clock_id_unref(done);
  return true;
}

struct Live : Heard {
  GstClockTimeDiff earliest = G_MAXINT64;  ///< least of (clock when it was heard − PTS)
};

/// Lets the clock run until `frames` samples were heard; or `each`, called after every step, says that it is
/// over.
template <typename Each>
Live run_clock(GstHarness* harness, std::size_t frames, const Each& each) {
  Live heard;
  GstTestClock* clock = gst_harness_get_testclock(harness);
  for (int i = 0; i < 20000 && heard.frames() < frames; ++i) {
    // Smaller than every wait of the engine, so that each thread gets its turn.
    g_usleep(crank(clock) ? 50 : 200);
    const GstClockTime now = gst_clock_get_time(GST_CLOCK(clock));
    while (GstBuffer* buffer = gst_harness_try_pull(harness)) {
      heard.earliest = std::min(heard.earliest, GST_CLOCK_DIFF(GST_BUFFER_PTS(buffer), now));
      hear(heard, buffer);
    }
    if (each(now)) break;
  }
  gst_object_unref(clock);
  return heard;
}

/// The clock runs until the music's end has come out, five seconds at most.
inline bool ends_within_5_s(GstHarness* harness) {
  bool ended = false;
  (void)run_clock(harness, 5 * 44100, [&](GstClockTime) {
    while (GstEvent* event = ended ? nullptr : gst_harness_try_pull_event(harness)) {
      ended = GST_EVENT_TYPE(event) == GST_EVENT_EOS;
      gst_event_unref(event);
    }
    return ended;
  });
  return ended;
}

/// Pushes 25 pictures a second as the clock goes by.
struct Camera {
  GstHarness* harness;
  int shown = 0;
  void operator()(GstClockTime now) {
    while (static_cast<GstClockTime>(shown) * 40 * GST_MSECOND < now) push_film(harness, 1, shown++);
  }
};

inline Harness live(const std::string& properties = "mode=instant") {
  Harness harness = make_harness(properties);
  gst_harness_use_testclock(harness.get());
  gst_harness_set_src_caps_str(harness.get(), kCaps25);
  return harness;
}

}  // namespace photoplayer::test
