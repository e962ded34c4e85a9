// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/stream/window_planner.h>

#include <cmath>

#include "support/catch.h"
#include "support/film.h"

using namespace photoplayer::stream;
using photoplayer::test::Film;

namespace {

struct Rig {
  Timeline timeline;
  Controls controls;
  WindowPlanner planner;

  Rig(PlannerSettings settings, double tempo_bpm) : planner(settings, tempo_bpm, controls) {}

  Plan next() {
    const Plan plan = planner.plan(timeline, timeline.seen_until_s(), controls, 8);
    planner.accept(plan);
    return plan;
  }
};

}  // namespace

TEST_CASE("WindowPlanner: a hop is the most whole beats within the limit, at every tempo", "[stream][unit]") {
  for (int tempo = 50; tempo <= 180; ++tempo) {
    const int rows = hop_rows(1.25, tempo);
    const double beat_s = 60.0 / tempo;
    CHECK(rows >= 1);
    CHECK(rows * beat_s <= 1.25 + 1e-9);
    CHECK((rows + 1) * beat_s > 1.25);
    // Bends included, aligned latency stays within the promise.
    Rig rig({}, tempo);
    const WindowPlanner::Span span = rig.planner.prepare({});
    CHECK(span.rows == rows);
    CHECK(span.latest_end_s - span.start_s + 0.25 + 0.30 + 0.06 <= 1.9);
  }
}

TEST_CASE("WindowPlanner: windows follow one another with context and look-ahead", "[stream][unit]") {
  Rig rig({}, 120.0);
  const Plan first = rig.next();
  CHECK(first.first == 0);
  CHECK(first.context == 0);
  CHECK(first.hop == 2);
  CHECK(first.look_ahead == 8);
  REQUIRE(first.times_s.size() == 11);
  Plan last = first;
  for (int i = 0; i < 20; ++i) {
    const Plan plan = rig.next();
    CHECK(plan.first == last.first + last.hop);
    CHECK(plan.start_s == last.end_s);
    last = plan;
  }
  CHECK(last.context == 16);
  CHECK(last.times_s.size() == 16 + 2 + 8 + 1);
  CHECK(last.times_s[16] == Approx(last.start_s));
  CHECK(last.start == 0.6F);
}

TEST_CASE("WindowPlanner: a plan that is not accepted leaves no trace", "[stream][unit]") {
  Rig rig({}, 120.0);
  Film film;
  film.cuts = {{0.52, 1.0F}};
  film.show_all(rig.timeline);
  const Plan once = rig.planner.plan(rig.timeline, 2.0, {}, 0);
  const Plan again = rig.planner.plan(rig.timeline, 2.0, {}, 0);
  CHECK(once.end_s == again.end_s);
  CHECK(once.hits.size() == again.hits.size());
  CHECK(rig.planner.row() == 0);
}

TEST_CASE("WindowPlanner: a tempo that was only planned is not taken up", "[stream][unit]") {
  Rig rig({}, 120.0);
  while (rig.planner.row() < kBeatsPerHalf) rig.next();
  REQUIRE(rig.planner.row() == kBeatsPerHalf);
  rig.planner.wish_tempo(TempoWish{90.0, 0.0, false});
  const Plan planned = rig.planner.plan(rig.timeline, 30.0, {}, 0);
  CHECK(planned.tempo_bpm == Approx(90.0).epsilon(0.021));
  SECTION("because a cut came before it") {
    REQUIRE(rig.planner.step_back(kBeatsPerHalf - 1));
    CHECK(rig.planner.plan(rig.timeline, 30.0, {}, 0).tempo_bpm == 120.0);
  }
  SECTION("because it came too late") {
    rig.planner.substitute(2);
    rig.planner.wish_tempo(std::nullopt);
    CHECK(rig.planner.plan(rig.timeline, 30.0, {}, 0).tempo_bpm == 120.0);
  }
}

TEST_CASE("WindowPlanner: a length of whole beats loses none to rounding", "[stream][unit]") {
  for (double origin_s = 0.1; origin_s < 60.0; origin_s += 0.7) {
    const Ending ending = choose_ending((origin_s + 60.5) - origin_s, 120.0, 0.0);
    CHECK(ending.beats == 120);
    CHECK(ending.tempo_bpm == Approx(120.0).epsilon(1e-6));
  }
}

TEST_CASE("WindowPlanner: endings lie on a beat just before the film's end", "[stream][unit]") {
  for (double length_s : {0.04, 0.3, 1.0, 2.5, 4.0, 7.7, 10.0, 15.0, 33.3, 61.0, 180.0, 3601.0}) {
    for (double tempo : {50.0, 76.0, 92.0, 120.0, 180.0}) {
      const Ending ending = choose_ending(length_s, tempo);
      CAPTURE(length_s, tempo, ending.beats, ending.tempo_bpm);
      CHECK(ending.beats >= 1);
      CHECK(std::abs(ending.tempo_bpm / tempo - 1.0) <= kMaxBend + 1e-9);
      CHECK(ending.end_s == Approx(static_cast<double>(ending.beats) * 60.0 / ending.tempo_bpm));
      const double beat_s = 60.0 / ending.tempo_bpm;
      if (length_s > 1.1 * beat_s) CHECK(ending.end_s <= length_s);
      if (length_s > 2.0) CHECK(ending.end_s >= length_s - 0.55 - beat_s);
      if (length_s > 90.0) CHECK(ending.beats % kBeatsPerBar == 0);
    }
  }
}

TEST_CASE("WindowPlanner: a known length is kept although cuts bend the tempo", "[stream][unit]") {
  PlannerSettings settings;
  settings.film_end_s = 60.0;
  Rig rig(settings, 100.0);
  Film film;
  film.length_s = 60.0;
  for (double cut = 0.37; cut < 59.0; cut += 1.13) film.cuts.emplace_back(cut, 0.9F);
  film.show_all(rig.timeline);
  Plan plan;
  std::int64_t rows = 0;
  while (!rig.planner.at_end()) {
    plan = rig.next();
    rows += plan.hop;
    CHECK(plan.look_ahead <= plan.end_row - plan.first - plan.hop);
  }
  CHECK(plan.ends_piece);
  CHECK(plan.end_row == rows);
  CHECK(plan.end_s <= 60.0);
  CHECK(plan.end_s >= 59.3);
}

TEST_CASE("WindowPlanner: a tempo asked for is exact although the length is known", "[stream][unit]") {
  for (double length_s : {9.7, 33.3, 61.0, 180.0}) {
    for (double tempo : {50.0, 77.0, 100.0, 133.0, 180.0}) {
      CAPTURE(length_s, tempo);
      PlannerSettings settings;
      settings.film_end_s = length_s;
      Controls controls;
      controls.tempo_bpm = tempo;
      WindowPlanner planner(settings, tempo, controls);
      Timeline timeline;
      Plan plan;
      while (!planner.at_end()) {
        plan = planner.plan(timeline, length_s, controls, 8);
        CHECK(plan.tempo_bpm == Approx(tempo).epsilon(1e-9));
        planner.accept(plan);
      }
      CHECK(plan.ends_piece);
      CHECK(plan.end_s <= length_s);
      CHECK(plan.end_s >= length_s - 0.55 - 60.0 / tempo);
    }
  }
}

TEST_CASE("WindowPlanner: one frame is a film too", "[stream][unit]") {
  PlannerSettings settings;
  settings.film_end_s = 0.04;
  Rig rig(settings, 92.0);
  const Plan plan = rig.next();
  CHECK(plan.hop == 1);
  CHECK(plan.end_row == 1);
  CHECK(plan.ends_piece);
  CHECK(rig.planner.at_end());
}

TEST_CASE("WindowPlanner: a cut near a beat bends the tempo to meet it", "[stream][unit]") {
  Rig rig({}, 100.0);  // beats at 0.6 s
  Film film;
  film.cuts = {{0.61, 1.0F}};
  film.show_all(rig.timeline);
  const Plan plan = rig.next();
  REQUIRE(plan.hits.size() == 1);
  CHECK(plan.hits[0].step == 4);
  CHECK(plan.hits[0].offset_s == Approx(0.0).margin(1e-9));
  CHECK(plan.clock.time_of_step(4) == 0.61);
  CHECK(plan.end_s - plan.start_s <= 1.25 + 1e-9);
  CHECK(plan.start == 1.0F);  // new material
}

TEST_CASE("WindowPlanner: a cut that no bend reaches moves its accent, half a sixteenth at most", "[stream][unit]") {
  Rig rig({}, 100.0);  // sixteenths of 0.15 s
  Film film;
  film.cuts = {{0.37, 1.0F}};
  film.show_all(rig.timeline);
  const Plan plan = rig.next();
  REQUIRE(plan.hits.size() == 1);
  CHECK(plan.hits[0].step == 2);
  CHECK(plan.hits[0].offset_s == Approx(0.07));
  CHECK(plan.hits[0].time_s == 0.37);
  REQUIRE(plan.events.size() == 1);
  CHECK(plan.events[0].taken);
  CHECK(plan.events[0].accent_time_s == 0.37);
}

TEST_CASE("WindowPlanner: cuts anywhere are met on time, crowded and weak ones are not", "[stream][unit]") {
  for (double tempo : {50.0, 76.0, 100.0, 133.0, 180.0}) {
    Rig rig({}, tempo);
    Film film;
    film.length_s = 60.0;
    for (double cut = 0.3; cut < 57.0; cut += 1.37) film.cuts.emplace_back(cut, 0.8F);
    film.cuts.emplace_back(10.0, 0.1F);
    film.show_all(rig.timeline);
    std::size_t taken = 0, reported = 0;
    while (rig.planner.clock().time_s(rig.planner.row()) < 57.5) {
      for (const ReportedEvent& event : rig.next().events) {
        ++reported;
        if (!event.taken) continue;
        ++taken;
        CHECK(event.accent_time_s == event.event.time_s);
        CHECK(event.event.strength > 0.5F);
      }
    }
    CAPTURE(tempo, taken, reported);
    CHECK(reported == film.cuts.size());
    CHECK(taken >= film.cuts.size() - 2);
  }
}

TEST_CASE("WindowPlanner: of two cuts within half a beat the stronger is met", "[stream][unit]") {
  Rig rig({}, 100.0);
  Film film;
  film.cuts = {{0.50, 0.6F}, {0.62, 0.9F}};
  film.show_all(rig.timeline);
  const Plan plan = rig.next();
  REQUIRE(plan.hits.size() == 1);
  CHECK(plan.hits[0].time_s == 0.62);
  CHECK(plan.events.size() == 2);
}

TEST_CASE("WindowPlanner: who does not follow the picture meets no cuts", "[stream][unit]") {
  Rig rig({}, 100.0);
  rig.controls.follow = 0.0F;
  Film film;
  film.cuts = {{0.6, 1.0F}};
  film.show_all(rig.timeline);
  const Plan plan = rig.next();
  CHECK(plan.hits.empty());
  REQUIRE(plan.events.size() == 1);
  CHECK_FALSE(plan.events[0].taken);
}

TEST_CASE("WindowPlanner: in instant mode a cut is answered on the next hop's first beat", "[stream][unit]") {
  PlannerSettings settings;
  settings.hits = HitPolicy::kReact;
  Rig rig(settings, 120.0);
  Film film;
  film.cuts = {{0.3, 1.0F}};
  rig.next();
  film.show(rig.timeline, 0.7);
  const Plan plan = rig.next();
  REQUIRE(plan.hits.size() == 1);
  CHECK(plan.hits[0].time_s == plan.start_s);
  REQUIRE(plan.events.size() == 1);
  CHECK(plan.events[0].accent_time_s == plan.start_s);
  film.show(rig.timeline, 1.7);
  CHECK(rig.next().events.empty());  // once
}

TEST_CASE("WindowPlanner: the user's tempo is taken at the next bar line", "[stream][unit]") {
  Rig rig({}, 120.0);
  rig.next();  // beats 0 and 1
  rig.controls.tempo_bpm = 60.0;
  CHECK(rig.next().tempo_bpm == Approx(120.0));
  const Plan plan = rig.next();
  CHECK(plan.first == 4);
  CHECK(plan.tempo_bpm == Approx(60.0));
  CHECK(plan.hop == 1);
}

TEST_CASE("WindowPlanner: the picture's tempo rises with what moves in it", "[stream][unit]") {
  Timeline still, busy;
  Film calm, wild;
  calm.motion = 0.0F;
  wild.motion = 1.0F;
  calm.show_all(still);
  wild.show_all(busy);
  CHECK(picture_tempo_bpm(still, 0.0, 2.0) < picture_tempo_bpm(busy, 0.0, 2.0));
  CHECK(picture_tempo_bpm(Timeline{}, 0.0, 2.0) == 92.0);
}

TEST_CASE("WindowPlanner: the picture's tempo is taken up where half a phrase begins, and rarely", "[stream][unit]") {
  Rig rig({}, 145.0);  // three beats a hop: no half phrase begins with one by itself
  std::vector<std::int64_t> changed;
  double bpm = 145.0;
  for (double wished = 120.0; rig.planner.row() < 400;) {
    rig.planner.wish_tempo(TempoWish{wished, 0.0, false});
    const Plan plan = rig.next();
    if (std::abs(plan.tempo_bpm / bpm - 1.0) < 0.05) continue;
    changed.push_back(plan.first);
    bpm = plan.tempo_bpm;
    wished = wished == 120.0 ? 90.0 : 120.0;  // an unsteady picture
  }
  REQUIRE(changed.size() >= 4);
  CHECK(changed.front() == kBeatsPerHalf);
  for (std::size_t i = 0; i < changed.size(); ++i) {
    CHECK(changed[i] % kBeatsPerHalf == 0);
    if (i > 0) CHECK(changed[i] - changed[i - 1] == 2 * kBeatsPerPhrase);
  }
}

TEST_CASE("WindowPlanner: the user's tempo beats the picture's", "[stream][unit]") {
  Rig rig({}, 100.0);
  rig.controls.tempo_bpm = 100.0;
  while (rig.planner.row() < 100) {
    rig.planner.wish_tempo(TempoWish{80.0, 0.0, false});
    CHECK(rig.next().tempo_bpm == 100.0);
  }
}

TEST_CASE("WindowPlanner: a tempo asked for is not overruled by the picture's wish of before", "[stream][unit]") {
  PlannerSettings settings;
  settings.film_end_s = 60.0;
  Rig rig(settings, 101.0);
  rig.planner.wish_tempo(TempoWish{101.4, 0.0, false});
  rig.controls.tempo_bpm = 100.0;
  CHECK(rig.next().tempo_bpm == Approx(100.0).epsilon(1e-9));
}

TEST_CASE("WindowPlanner: small wishes do not add up to another tempo", "[stream][unit]") {
  PlannerSettings settings;
  settings.film_end_s = 60.0;
  Rig rig(settings, 100.0);
  double bpm = 100.0;
  while (rig.planner.row() < kBeatsPerHalf) {
    bpm += 0.7;
    rig.planner.wish_tempo(TempoWish{bpm, rig.planner.start_s(), false});
    CHECK(rig.next().tempo_bpm < 103.6);
  }
}

TEST_CASE("WindowPlanner: at the picture's tempo a film of known length ends with its last beat", "[stream][unit]") {
  PlannerSettings settings;
  settings.film_end_s = 60.0;
  Rig rig(settings, 100.0);
  Plan plan;
  while (!rig.planner.at_end()) {
    const double beat_s = 60.0 / 84.0;
    const double newest_s = 0.1 + beat_s * std::floor((rig.planner.start_s() - 0.1) / beat_s);
    rig.planner.wish_tempo(TempoWish{84.0, newest_s, false});
    plan = rig.next();
    if (plan.first >= kBeatsPerHalf) CHECK(plan.tempo_bpm == Approx(84.0).epsilon(0.021));
    if (plan.first >= 60) CHECK(std::abs(std::remainder(plan.start_s - 0.1, beat_s)) < 0.05);
  }
  CHECK(plan.ends_piece);
  CHECK(plan.end_s <= 59.55);
  CHECK(plan.end_s >= 59.45 - 60.0 / 84.0);
}

TEST_CASE("WindowPlanner: a tempo that is nearly the picture's becomes it, to the last beat", "[stream][unit]") {
  PlannerSettings settings;
  settings.film_end_s = 60.0;
  Rig rig(settings, 100.0);
  const double beat_s = 60.0 / 101.4;
  Plan plan;
  while (!rig.planner.at_end()) {
    const double newest_s = 0.1 + beat_s * std::floor((rig.planner.start_s() - 0.1) / beat_s);
    rig.planner.wish_tempo(TempoWish{101.4, newest_s, false});
    plan = rig.next();
    if (plan.first >= 40) CHECK(std::abs(std::remainder(plan.end_s - 0.1, beat_s)) < 0.05);
  }
  CHECK(plan.ends_piece);
  CHECK(plan.end_s >= 59.45 - beat_s);
}

TEST_CASE("WindowPlanner: at the picture's tempo the beats drift towards the picture's", "[stream][unit]") {
  const bool twice_as_fast = GENERATE(false, true);
  Rig rig({}, 100.0);
  const double beat_s = 60.0 / 101.0, picture_beat_s = twice_as_fast ? 0.5 * beat_s : beat_s, phase_s = 0.2;
  const auto beside = [&](double time_s, double period_s) {
    const double beats = (time_s - phase_s) / period_s;
    return std::abs(beats - std::round(beats)) * period_s;
  };
  while (rig.planner.row() < 200) {
    const double newest_s = phase_s + picture_beat_s * std::floor((rig.planner.start_s() - phase_s) / picture_beat_s);
    rig.planner.wish_tempo(TempoWish{101.0, newest_s, twice_as_fast});
    const Plan plan = rig.next();
    CHECK(std::abs(plan.tempo_bpm / 101.0 - 1.0) < 0.021);
    if (plan.first > 120) CHECK(beside(plan.start_s, picture_beat_s) < 0.02);
  }
}
