// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/stream/timeline.h>

#include <limits>

#include "support/catch.h"

using namespace photoplayer::stream;

namespace {

FastObservation frame(double time_s, float brightness, float cut = 0.0F) {
  FastObservation seen;
  seen.time_s = time_s;
  seen.brightness = brightness;
  seen.cut = cut;
  return seen;
}

}  // namespace

TEST_CASE("Timeline: means weigh frames by how long they were on screen", "[stream][unit]") {
  Timeline timeline;
  timeline.push(frame(0.0, 0.0F));
  timeline.push(frame(1.0, 1.0F));
  timeline.push(frame(1.25, 0.5F));
  timeline.advance(10.0);
  CHECK(timeline.glance(0.0, 2.0).brightness == Approx((1.0 * 0.0 + 0.25 * 1.0 + 0.75 * 0.5) / 2.0));
  CHECK(timeline.glance(0.5, 1.125).brightness == Approx(0.125 / 0.625));
  CHECK(timeline.glance(5.0, 6.0).brightness == Approx(0.5));  // held
  CHECK(timeline.glance(5.0, 6.0).seen == 1.0F);
}

TEST_CASE("Timeline: maxima count only frames inside the interval", "[stream][unit]") {
  Timeline timeline;
  timeline.push(frame(0.0, 0.0F));
  timeline.push(frame(1.0, 0.0F, 0.8F));
  timeline.advance(4.0);
  CHECK(timeline.glance(1.0, 1.1).cut == 0.8F);
  CHECK(timeline.glance(1.05, 2.0).cut == 0.0F);
  CHECK(timeline.glance(0.5, 1.0).cut == 0.0F);
}

TEST_CASE("Timeline: what was not seen is all zero", "[stream][unit]") {
  Timeline timeline;
  CHECK(timeline.glance(0.0, 1.0).seen == 0.0F);
  timeline.push(frame(1.0, 1.0F));
  timeline.push(frame(2.0, 1.0F));
  CHECK(timeline.glance(1.0, 2.0).seen == 0.0F);  // pushed, but nobody said that it is complete
  timeline.advance(1.5);
  CHECK(timeline.glance(0.0, 1.0).values() == Glance{}.values());
  CHECK(timeline.glance(1.0, 9.0).seen == 1.0F);
  CHECK(timeline.glance(1.5, 2.0).seen == 0.0F);
  CHECK(timeline.glance(1.2, 1.2).seen == 0.0F);
  CHECK(timeline.glance(1.4, 1.2).seen == 0.0F);
}

TEST_CASE("Timeline: a film ends where it is finished", "[stream][unit]") {
  Timeline timeline;
  timeline.push(frame(0.0, 1.0F));
  timeline.advance(2.0);
  timeline.finish(1.5);
  CHECK(timeline.finished());
  CHECK(timeline.seen_until_s() == 1.5);
  timeline.advance(3.0);
  timeline.finish(4.0);
  CHECK(timeline.seen_until_s() == 1.5);
  timeline.reset();
  CHECK_FALSE(timeline.finished());
  CHECK(timeline.seen_until_s() == 0.0);
}

TEST_CASE("Timeline: frames may swap within jitter, broken ones are dropped and counted", "[stream][unit]") {
  Timeline timeline;
  timeline.push(frame(1.00, 0.0F));
  timeline.push(frame(1.08, 1.0F));
  timeline.push(frame(1.04, 0.5F));
  timeline.push(frame(0.50, 1.0F));
  timeline.push(frame(std::numeric_limits<double>::quiet_NaN(), 1.0F));
  timeline.push(frame(1.12, std::numeric_limits<float>::infinity()));
  timeline.advance(2.0);
  CHECK(timeline.dropped() == 2);
  CHECK(timeline.glance(1.04, 1.08).brightness == Approx(0.5));
  CHECK(timeline.glance(1.12, 1.2).brightness == 0.0F);
}

TEST_CASE("Timeline: late events are put in order", "[stream][unit]") {
  Timeline timeline;
  timeline.push(VisualEvent{2.0, VisualEventKind::kCut, 1.0F});
  timeline.push(VisualEvent{1.8, VisualEventKind::kBeat, 0.5F});
  const auto events = timeline.events(1.0, 2.0);
  REQUIRE(events.size() == 1);
  CHECK(events[0].kind == VisualEventKind::kBeat);
  CHECK(timeline.events(1.0, 2.5).size() == 2);
}

TEST_CASE("Timeline: the newest slow observations come oldest first", "[stream][unit]") {
  Timeline timeline;
  for (int second = 0; second < 5; ++second) {
    SlowObservation seen;
    seen.time_s = second;
    timeline.push(seen);
  }
  const auto seen = timeline.slow(0.5, 4.0, 2);
  REQUIRE(seen.size() == 2);
  CHECK(seen[0].time_s == 2.0);
  CHECK(seen[1].time_s == 3.0);
}

TEST_CASE("Timeline: memory is bounded", "[stream][unit]") {
  Timeline timeline;
  for (int i = 0; i < 1000; ++i) timeline.push(frame(i, 1.0F));
  timeline.advance(1000.0);
  CHECK(timeline.glance(0.0, 800.0).seen == 0.0F);
  CHECK(timeline.glance(900.0, 901.0).seen == 1.0F);
}
