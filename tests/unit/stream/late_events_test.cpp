// SPDX-License-Identifier: Apache-2.0
#include "late_events.h"

#include "support/live_rig.h"

using namespace photoplayer;
using namespace photoplayer::stream;
using namespace photoplayer::test;

TEST_CASE("LateEvents: what no hop has answered is told once, and nothing from before the music", "[stream][unit]") {
  Timeline timeline;
  LateEvents late(1.0);
  for (const double time_s : {0.5, 1.5, 2.0, 3.5}) timeline.push(VisualEvent{time_s, VisualEventKind::kCut, 0.8F});
  const ReportedEvent met{{1.5, VisualEventKind::kCut, 0.8F}, true, 1.5};
  late.answered(std::span(&met, 1));
  const auto found = late.find(timeline, 3.0);
  REQUIRE(found.size() == 1);
  CHECK(found[0].event.time_s == 2.0);
  CHECK_FALSE(found[0].taken);
  CHECK(late.find(timeline, 3.0).empty());
  // Another of the same moment, later still.
  timeline.push(VisualEvent{2.0, VisualEventKind::kFlash, 0.8F});
  CHECK(late.find(timeline, 3.0).size() == 1);
  CHECK(late.find(timeline, 100.0).empty());  // too long ago for anyone
}

TEST_CASE("Live engine, aligned: an event that comes after its hop was made is counted and reported",
          "[stream][live]") {
  LiveRig rig(live_settings());
  rig.film.cuts = {{3.24, 0.9F}};
  rig.start();
  rig.run_until(8.0);
  // Half of what was seen so far has been composed.
  rig.engine->timeline().push(VisualEvent{4.5, VisualEventKind::kFlash, 0.9F});
  rig.run_until(12.0);
  rig.stop();
  const Report report = rig.engine->report();
  CHECK(report.live.late_events == 1);
  CHECK(report.events_seen == 2);
  CHECK(report.events_taken == 1);
  REQUIRE(report.events.size() == 2);
  const ReportedEvent& late = report.events.back();
  CHECK(late.event.time_s == 4.5);
  CHECK_FALSE(late.taken);
  const auto accents = rig.engine->accents(3.0, 4.0);
  REQUIRE(accents.size() == 1);
  CHECK(accents[0].event.time_s == 3.24);
  CHECK(rig.engine->accents(accents[0].accent_time_s, 10.0).empty());
  CHECK(rig.engine->accents(3.0, 3.2).empty());
}

TEST_CASE("Live engine: it says which priority its sound has", "[stream][live]") {
  LiveRig rig(live_settings());
  rig.start();
  rig.run_until(0.5);
  rig.stop();
  const std::string priority = rig.engine->counts().live.priority;
  CHECK((priority == "real-time" || priority == "favoured" || priority == "normal"));
}
