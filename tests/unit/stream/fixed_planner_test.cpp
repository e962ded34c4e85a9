// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/stream/fixed_planner.h>

#include <cmath>

#include "support/catch.h"
#include "support/film.h"

using namespace photoplayer::stream;
using namespace photoplayer::test;

TEST_CASE("Fixed planner: hops follow each other on the latent clock, without drift over ten hours", "[stream][unit]") {
  FixedPlannerSettings settings;
  settings.origin_s = 3.5;
  FixedPlanner planner(settings);
  const Timeline timeline;
  const std::int64_t rows = 10 * 3600 * FixedLatentClock::kLatents / FixedLatentClock::kSpan_s;
  double end_s = settings.origin_s;
  while (planner.row() < rows) {
    const auto span = planner.prepare({});
    REQUIRE(span.start_s == end_s);
    end_s = span.latest_end_s;
    if (planner.row() > rows - 200 || planner.row() < 200) {
      const Plan plan = planner.plan(timeline, span.latest_end_s, {}, 22);
      REQUIRE(plan.times_s.size() == static_cast<std::size_t>(plan.context + plan.hop + plan.look_ahead + 1));
      REQUIRE(plan.times_s[static_cast<std::size_t>(plan.context)] == span.start_s);
      planner.accept(plan);
    } else {
      planner.substitute(span.rows);
    }
    const double frames = (planner.start_s() - settings.origin_s) * 44100.0;
    REQUIRE(std::abs(frames - static_cast<double>(planner.row() * 2048)) < 0.01);
  }
}

TEST_CASE("Fixed planner: context grows to its full length; a strong cut makes new material", "[stream][unit]") {
  FixedPlanner planner({});
  Timeline timeline;
  Film film;
  film.cuts = {{1.3, 0.9F}, {2.3, 0.3F}};
  film.show_all(timeline);
  const auto next = [&] {
    const Plan plan = planner.plan(timeline, planner.prepare({}).latest_end_s, {}, 22);
    planner.accept(plan);
    return plan;
  };
  Plan plan = next();
  CHECK(plan.context == 0);
  CHECK(plan.hop == 22);
  CHECK_FALSE(plan.rows_are_beats);
  plan = next();  // holds the strong cut
  CHECK(plan.context == 22);
  CHECK(plan.start == 1.0F);
  REQUIRE(plan.events.size() == 1);
  CHECK_FALSE(plan.events[0].taken);
  CHECK(next().start == 0.6F);  // the weak one
  for (int i = 0; i < 4; ++i) plan = next();
  CHECK(plan.context == 108);
}

TEST_CASE("Fixed planner: the most whole rows within the longest hop", "[stream][unit]") {
  CHECK(fixed_hop_rows(1.25) == 26);
  CHECK(fixed_hop_rows(22 * 512.0 / 11025.0) == 22);
  CHECK(fixed_hop_rows(0.01) == 1);
}
