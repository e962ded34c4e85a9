// SPDX-License-Identifier: Apache-2.0
/// Instant mode: the music follows when it can, and shows at once that it has seen.
#include <photoplayer/stream/engine.h>

#include <algorithm>
#include <cmath>

#include "reflex.h"

#include "support/live_rig.h"

using namespace photoplayer;
using namespace photoplayer::stream;
using namespace photoplayer::test;

namespace {

EngineSettings instant_settings(double tempo_bpm = 120.0) {
  EngineSettings settings = live_settings(tempo_bpm);
  settings.mode = Mode::kInstant;
  return settings;
}

/// Clock time at which the first sample louder than silence was heard.
double first_sound_s(const LiveRig& rig, double began_s) {
  for (std::size_t frame = 0; frame < rig.heard.size() / 2; ++frame) {
    if (std::abs(rig.heard[2 * frame]) > 1e-4F) return began_s + static_cast<double>(frame) / 44100.0;
  }
  return 1e9;
}

}  // namespace

TEST_CASE("Instant: the first sound comes within a second of the first frame, aligned at the reported latency",
          "[stream][live]") {
  const Mode mode = GENERATE(Mode::kAligned, Mode::kInstant);
  // 12 steps of 60 ms would take 0.72 s: the first hop sheds.
  const double step_s = GENERATE(0.01, 0.06);
  EngineSettings settings = live_settings();
  settings.mode = mode;
  LiveRig rig(settings);
  rig.steps_take([step_s](double) { return step_s; });
  rig.start();
  const double began_s = rig.clock.now_s();
  rig.run_until(4.0);
  rig.stop();
  CHECK(rig.requests->front().hop == 1);
  // The first click falls into the fade at the very beginning; the second is a beat later.
  const double sound_s = first_sound_s(rig, began_s) - 0.5;
  if (mode == Mode::kInstant) {
    CHECK(sound_s <= 0.5);
  } else {
    CHECK(sound_s == Approx(rig.engine->latency_s()).margin(0.03));
  }
}

TEST_CASE("Instant: a cut is answered by a marked accent within the jitter buffer, before any new hop",
          "[stream][live]") {
  EngineSettings settings = instant_settings(60.0);  // hops of a second
  LiveRig rig(settings);
  rig.film.cuts = {{3.24, 0.9F}, {3.32, 0.5F}, {7.72, 0.6F}, {9.00, 0.1F}};
  rig.steps_take([](double) { return 0.01; });
  rig.start();
  const double began_s = rig.clock.now_s();
  rig.run_until(12.0);
  rig.stop();
  const Report report = rig.engine->report();
  REQUIRE(report.events.size() == 4);
  for (const ReportedEvent& seen : report.events) {
    const double cut_s = seen.event.time_s;
    // Too soon after another, and too weak.
    const bool wanted = cut_s != 3.32 && cut_s != 9.00;
    CHECK(seen.taken == wanted);
    if (!seen.taken) continue;
    // Known with the frame that follows, rendered with the next tick, heard a jitter buffer later.
    CHECK(seen.accent_time_s > cut_s);
    CHECK(seen.accent_time_s + rig.engine->latency_s() < cut_s + Film::kFrame_s + settings.jitter_s + 0.03);
    int strokes = 0;
    for (const PlayedEvent& played : rig.log->played) {
      if (played.event.accent && played.event.on &&
          std::abs(static_cast<double>(played.frame) / 44100.0 - seen.accent_time_s) < 1e-4) {
        ++strokes;
      }
    }
    CHECK(strokes == 3);
    // And it is heard where it is said to be, in what the device took.
    const auto at =
        static_cast<std::size_t>(std::llround((seen.accent_time_s + rig.engine->latency_s() - began_s) * 44100.0));
    float peak = 0.0F;
    for (std::size_t i = at - 900; i < at + 900; ++i) peak = std::max(peak, std::abs(rig.heard[2 * i]));
    CHECK(peak > 0.3F);
    // The dynamics swell with it.
    float before = 0.0F, after = 0.0F;
    for (const auto& [frame, expression] : rig.log->expressions) {
      const double time_s = static_cast<double>(frame) / 44100.0;
      if (time_s < seen.accent_time_s && time_s > seen.accent_time_s - 0.05) before = expression.intensity;
      if (std::abs(time_s - seen.accent_time_s) < 0.011) after = std::max(after, expression.intensity);
    }
    CHECK(after > before * 1.05F);
  }
  int accents = 0;
  for (const PlayedEvent& played : rig.log->played) accents += played.event.accent && played.event.on ? 1 : 0;
  CHECK(accents == 6);  // the hops add none of their own
}

TEST_CASE("Instant: a strong cut calls an early, shorter hop of new material", "[stream][live]") {
  LiveRig rig(instant_settings(120.0));  // hops of two beats
  rig.steps_take([](double) { return 0.005; });
  // Hops begin on whole seconds and a half, windows 95 ms before: this cut is early in a hop's first beat.
  rig.film.cuts = {{12.02, 1.0F}};
  rig.start();
  rig.run_until(18.0);
  rig.stop();
  const Report report = rig.engine->report();
  const auto early = std::find_if(rig.requests->begin(), rig.requests->end(),
                                  [](const SeenRequest& request) { return request.begun_s > 12.02; });
  REQUIRE(early != rig.requests->begin());
  REQUIRE(rig.requests->end() - early > 3);
  const SeenRequest& before = *(early - 1);
  REQUIRE(before.hop == 2);
  CHECK(report.live.early_hops == 1);
  // It begins with the second beat of the hop that was sounding, one beat long, from pure noise.
  CHECK(early->first + early->context == before.first + before.context + 1);
  CHECK(early->hop == 1);
  CHECK(early->start == 1.0F);
  REQUIRE(early->hits.size() == 1);
  CHECK(early->hits[0].step == 4 * (early->first + early->context));
  CHECK((early + 1)->start < 1.0F);
  CHECK(early->begun_s < 12.02 + Film::kFrame_s + 0.03);
  CHECK((early + 1)->hop == 2);
  // The beats stay the beats, each once, and nothing of the replaced one is played.
  for (std::size_t i = 1; i < report.beats_s.size(); ++i) {
    REQUIRE(report.beats_s[i] - report.beats_s[i - 1] == Approx(0.5));
  }
  std::vector<std::int64_t> steps;
  for (const PlayedEvent& played : rig.log->played) {
    if (played.event.on && played.event.layer == Layer::kMelody) steps.push_back(played.event.step);
  }
  CHECK(std::adjacent_find(steps.begin(), steps.end(), std::greater_equal<>()) == steps.end());
  CHECK(report.ladder.look_ahead + report.ladder.repeat_bar + report.ladder.bed == 0);
  CHECK(report.underrun_frames == 0);
}

TEST_CASE("Instant: cuts at any moment keep the beats whole", "[stream][live]") {
  LiveRig rig(instant_settings(170.0));  // hops of three beats
  rig.steps_take([](double) { return 0.006; });
  for (int i = 0; i < 60; ++i) rig.film.cuts.emplace_back(4.0 + 0.93 * i, 1.0F);
  rig.start();
  rig.run_until(62.0);
  rig.stop();
  const Report report = rig.engine->report();
  CHECK(report.live.early_hops > 15);
  CHECK(report.underrun_frames == 0);
  CHECK(report.failures == 0);
  CHECK(report.ladder.look_ahead + report.ladder.repeat_bar + report.ladder.bed == 0);
  for (std::size_t i = 1; i < report.beats_s.size(); ++i) {
    REQUIRE(report.beats_s[i] - report.beats_s[i - 1] == Approx(60.0 / 170.0));
  }
  int taken = 0;
  for (const ReportedEvent& event : report.events) taken += event.taken ? 1 : 0;
  CHECK(taken >= 59);
}

TEST_CASE("Reflex: an event is answered once, however late it is known, and never when it is stale", "[stream][unit]") {
  Timeline seen;
  Reflex reflex(0.0, true);
  seen.push(VisualEvent{2.0, VisualEventKind::kCut, 0.8F});
  CHECK(reflex.answer(seen, 2.05, 1.0F).hits.size() == 1);
  CHECK(reflex.answer(seen, 2.06, 1.0F).events.empty());
  seen.push(VisualEvent{1.9, VisualEventKind::kFlash, 0.8F});  // out of order, too close
  const auto late = reflex.answer(seen, 2.07, 1.0F);
  CHECK(late.hits.empty());
  REQUIRE(late.events.size() == 1);
  CHECK_FALSE(late.events[0].taken);
  seen.push(VisualEvent{3.0, VisualEventKind::kCut, 0.8F});
  CHECK(reflex.answer(seen, 4.0, 1.0F).hits.empty());
  seen.push(VisualEvent{5.0, VisualEventKind::kCut, 0.8F});
  CHECK(reflex.answer(seen, 5.02, 0.0F).hits.empty());  // the picture leads nothing
  Reflex sound(0.0, false);
  const auto swell = sound.answer(seen, 5.02, 1.0F);
  CHECK(swell.hits.size() == 1);
  CHECK_FALSE(swell.events.back().taken);
}
