// SPDX-License-Identifier: Apache-2.0
/// Deadlines: when windows begin, what gives way when they are late, and how it comes back.
#include <photoplayer/stream/engine.h>

#include <algorithm>
#include <cmath>

#include "support/live_rig.h"
#include "support/scripted_sound.h"

using namespace photoplayer;
using namespace photoplayer::stream;
using namespace photoplayer::test;

namespace {

double start_of(const SeenRequest& request) {
  return request.times_s[static_cast<std::size_t>(request.context)];
}

/// The queue's bound, with the histogram's width.
void check_queue(const Report& report) {
  CHECK(report.live.queue.count > 100);
  CHECK(report.live.queue.max_ms <= 1000.0 * (report.live.queue_limit_s + 0.0101));
}

}  // namespace

TEST_CASE("Live ladder: windows begin just in time, by what steps are measured to cost", "[stream][live]") {
  const Mode mode = GENERATE(Mode::kAligned, Mode::kInstant);
  EngineSettings settings = live_settings();
  settings.mode = mode;
  LiveRig rig(settings);
  rig.steps_take([](double) { return 0.008; });
  rig.start();
  rig.run_until(20.0);
  rig.stop();
  const Report report = rig.engine->report();
  CHECK(report.ladder.fewer_steps == 0);
  CHECK(report.ladder.look_ahead + report.ladder.repeat_bar + report.ladder.bed == 0);
  const double lead_s = rig.engine->latency_s() - settings.jitter_s;
  const auto ahead_s = [lead_s](const SeenRequest& r) { return start_of(r) + lead_s - r.begun_s; };
  CHECK(ahead_s(rig.requests->front()) == Approx(settings.budget_s));
  // 12 steps and one more, and 30 ms.
  CHECK(ahead_s(rig.requests->back()) == Approx(13 * 0.008 + 0.03).margin(0.002));
  CHECK(report.live.budget_s == Approx(13 * 0.008 + 0.03).margin(0.002));
  // Conditions are read then: in instant mode the picture of 134 ms before the first sample.
  const SeenRequest& last = rig.requests->back();
  CHECK(last.seen_until_s > last.begun_s - 2 * Film::kFrame_s);
  check_queue(report);
}

TEST_CASE("Live ladder: slower than the start-up budget, a short hop begins as early as its picture is known",
          "[stream][live]") {
  // A beat of 0.86 s leaves 0.39 s of the longest hop's 1.25 s.
  LiveRig rig(live_settings(70.0));
  rig.steps_take([](double) { return 0.035; });  // 0.42 s
  rig.start();
  rig.run_until(40.0);
  rig.stop();
  const Report report = rig.engine->report();
  CHECK(report.live.budget_s > 0.42);
  CHECK(report.ladder.fewer_steps > 0);  // before it was measured
  CHECK(report.ladder.look_ahead + report.ladder.repeat_bar + report.ladder.bed == 0);
  const SeenRequest& last = *(rig.requests->end() - 2);  // the newest was cut short by the stop
  CHECK(last.steps_taken == last.steps);
  const double hop_end_s = last.times_s[static_cast<std::size_t>(last.context + last.hop)];
  CHECK(last.seen_until_s >= hop_end_s + 0.2);
}

TEST_CASE("Live ladder: with too little time for guided steps guidance goes, and is counted", "[stream][live]") {
  LiveRig rig(live_settings());
  // Guided steps of 0.2 s: two in the 0.55 s between the picture and the deadline. Without guidance five.
  rig.generator->on_step = [&rig](int) {
    const double now_s = rig.clock.now_s();
    rig.clock.wait_until(now_s + (rig.generator->guided_now ? 1.0 : 0.5) * (now_s > 6.0 ? 0.2 : 0.015));
  };
  rig.start();
  rig.run_until(16.0);
  rig.stop();
  const Report report = rig.engine->report();
  CHECK(report.ladder.no_guidance >= 5);
  CHECK(report.ladder.repeat_bar + report.ladder.bed == 0);
  CHECK(report.underrun_frames == 0);
  int unguided = 0;
  for (const SeenRequest& request : *rig.requests) {
    if (request.begun_s < 5.5) CHECK(request.guided_steps == 12);
    if (request.begun_s > 8.0 && request.guided_steps == 0 && request.steps_taken >= 3) ++unguided;
  }
  CHECK(unguided >= 4);
}

TEST_CASE("Live ladder: repeated lateness lowers the step count, a clean minute raises it again", "[stream][live]") {
  LiveRig rig(live_settings());
  // Until second 40 too slow for 12 steps in the 0.55 s between the picture and the deadline, not for 9.
  rig.steps_take([](double now_s) { return now_s > 10.0 && now_s < 40.0 ? 0.048 : 0.015; });
  rig.start();
  rig.run_until(35.0);
  Report report = rig.engine->counts();
  CHECK(report.live.steps_lowered == 1);
  CHECK(report.live.steps == 9);
  const auto shed = report.ladder.fewer_steps;
  CHECK(shed == 3);  // from then on nothing was late
  rig.run_until(50.0);
  report = rig.engine->counts();
  CHECK(report.ladder.fewer_steps == shed);
  CHECK(report.live.lowered_windows >= 30);
  CHECK(report.live.steps == 9);
  rig.run_until(85.0);
  rig.stop();
  report = rig.engine->report();
  CHECK(report.live.steps_raised == 1);
  CHECK(report.live.steps == 12);
  CHECK(report.ladder.fewer_steps == shed);
  CHECK(report.underrun_frames == 0);
}

TEST_CASE("Live ladder: stuck for half a minute, the music goes on in its bars, rests on a chord and comes back",
          "[stream][live]") {
  const Mode mode = GENERATE(Mode::kAligned, Mode::kInstant);
  EngineSettings settings = live_settings();
  settings.mode = mode;
  LiveRig rig(settings);
  rig.decoder->has_harmony = true;
  bool stuck = false;
  rig.generator->on_step = [&rig, &stuck](int) {
    const double now_s = rig.clock.now_s();
    const bool now = !stuck && now_s > 8.0;
    stuck = stuck || now;
    rig.clock.wait_until(now ? 38.0 : now_s + 0.01);
  };
  rig.start();
  rig.run_until(46.0);
  rig.stop();
  const Report report = rig.engine->report();
  CHECK(report.underrun_frames == 0);
  CHECK(report.ladder.look_ahead > 0);
  CHECK(report.ladder.repeat_bar > 0);
  CHECK(report.ladder.bed > 10);
  CHECK(rig.render_allocations == 0);
  CHECK(rig.render_waits == 0);
  check_queue(report);
  for (std::size_t i = 1; i < report.beats_s.size(); ++i) {
    REQUIRE(report.beats_s[i] - report.beats_s[i - 1] == Approx(0.5).epsilon(0.031));
  }
  // The bed: the last harmony, again and again, softly.
  const double late_s = rig.engine->latency_s();
  std::vector<float> velocities;
  for (const PlayedEvent& played : rig.log->played) {
    const double clock_s = static_cast<double>(played.frame) / 44100.0 + late_s;
    if (clock_s < 22.0 || clock_s > 37.0 || !played.event.on) continue;
    CHECK(played.event.layer == Layer::kHarmony);
    CHECK(played.event.velocity <= 0.4F);
    CHECK(played.event.velocity >= 0.1F);
    velocities.push_back(played.event.velocity);
  }
  CHECK(velocities.size() >= 3 * 3);
  CHECK(velocities.back() < velocities.front());
  // Back with a small hop, then the long ones, within three.
  auto again = std::find_if(rig.requests->begin(), rig.requests->end(),
                            [](const SeenRequest& request) { return request.begun_s >= 38.0; });
  REQUIRE(rig.requests->end() - again > 4);
  CHECK(again->hop == 1);
  CHECK(start_of(*again) + late_s < 38.0 + 1.5 + (mode == Mode::kAligned ? 0.3 : 0.0));
  CHECK((again + 3)->hop == 2);
  // It continues from what was heard last.
  CHECK(again->context == 16);
}

TEST_CASE("Live ladder: after back-pressure a window sees the newest picture, not that of the time it was put off",
          "[stream][live]") {
  LiveRig rig(live_settings());
  rig.steps_take([](double) { return 0.005; });
  rig.start();
  rig.run_until(4.0);
  rig.clock.wait_until(24.0);  // nobody takes sound
  const std::size_t before = rig.requests->size();
  CHECK(before < 12);
  CHECK(rig.engine->render_port().queued_frames() <= 2646);  // 60 ms, although twenty seconds were due
  rig.run_until(34.0);
  rig.stop();
  REQUIRE(rig.requests->size() > before + 3);
  for (std::size_t i = before; i < rig.requests->size(); ++i) {
    const SeenRequest& request = (*rig.requests)[i];
    CHECK(request.seen_until_s > request.begun_s - 2 * Film::kFrame_s);
  }
}

TEST_CASE("Live ladder: the latency stays what it was, whatever is asked for or given up", "[stream][live]") {
  LiveRig rig(live_settings(150.0));
  const double latency_s = rig.engine->latency_s();
  rig.steps_take([](double now_s) { return now_s > 6.0 ? 0.2 : 0.01; });
  rig.start();
  rig.run_until(5.0);
  Controls slower;
  slower.tempo_bpm = 50.0;
  rig.engine->set_controls(slower);
  rig.run_until(20.0);
  CHECK(rig.engine->latency_s() == latency_s);
  rig.stop();
  const Report report = rig.engine->report();
  CHECK(report.tempo_bpm == Approx(50.0));
  CHECK(report.underrun_frames == 0);
  // Sample for sample at the reported latency: the device took 10 ms at a time from then on.
  CHECK(rig.heard.size() / 2 == Approx((20.0 - latency_s) * 44100.0).margin(2000.0));
}

TEST_CASE("Live ladder: a sound bundle's queue is at most one hop and the jitter buffer", "[stream][live]") {
  constexpr int kParticipants = 3;  // test, sampler, conductor
  FakeClock clock(kParticipants);
  EngineSettings settings;
  settings.mode = GENERATE(Mode::kAligned, Mode::kInstant);
  settings.context_rows = 108;
  settings.look_ahead_rows = 22;
  auto generator = std::make_unique<ScriptedGenerator>();
  generator->on_step = [&clock](int call) { clock.wait_until(clock.now_s() + (call == 6 ? 0.5 : 0.01)); };
  auto made = Engine::make(settings, {std::move(generator), nullptr, std::make_unique<QueueVoice>(),
                                      std::make_unique<ScriptedSoundDecoder>()});
  REQUIRE(made);
  Engine& engine = **made;
  REQUIRE(engine.start_live(clock));
  std::vector<float> block(2 * 441);
  for (double next_s = clock.now_s(); clock.now_s() < 20.0;) {
    (void)engine.render_port().render(block);
    if (!clock.wait_until(next_s += 0.01)) break;
  }
  const Report report = engine.report();
  engine.stop_live();
  CHECK(report.windows > 12);
  CHECK(report.live.queue_limit_s == Approx(1.25 + 0.06));
  CHECK(report.live.queue.max_ms > 1000.0);
  check_queue(report);
}
