// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/stream/engine.h>
#include <photoplayer/stream/steady_clock.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <stdexcept>
#include <thread>

#include "support/catch.h"
#include "support/live_rig.h"

using namespace photoplayer;
using namespace photoplayer::stream;
using namespace photoplayer::test;

TEST_CASE("Live engine: with time enough nothing is missed and nothing is early", "[stream][live]") {
  const Mode mode = GENERATE(Mode::kAligned, Mode::kInstant);
  EngineSettings settings = live_settings();
  settings.mode = mode;
  LiveRig rig(settings);
  rig.steps_take([](double) { return 0.01; });
  std::vector<std::pair<double, double>> started;  // clock time, first beat
  rig.start();
  rig.run_until(16.0);
  rig.stop();
  const Report report = rig.engine->report();
  CHECK(report.underrun_frames == 0);
  CHECK(report.ladder.fewer_steps == 0);
  CHECK(report.ladder.look_ahead + report.ladder.repeat_bar + report.ladder.bed == 0);
  CHECK(report.failures == 0);
  CHECK(report.windows >= 14);
  CHECK(report.windows <= 18);  // just in time, not as soon as possible
  CHECK(rig.most_queued <= static_cast<std::size_t>(0.06 * 44100) + 441);
  // Hops were sampled with as much of the picture as there was.
  for (const SeenRequest& request : *rig.requests) {
    const double hop_end_s = request.times_s[static_cast<std::size_t>(request.context + request.hop)];
    if (mode == Mode::kAligned) CHECK(request.seen_until_s >= hop_end_s + 0.2);
    if (mode == Mode::kInstant) CHECK(request.seen_until_s < hop_end_s);
  }
}

TEST_CASE("Live engine: in aligned mode a cut's accent sounds one latency after the cut", "[stream][live]") {
  LiveRig rig(live_settings(100.0));
  rig.film.cuts = {{3.21, 1.0F}, {7.77, 1.0F}, {12.3, 1.0F}};
  rig.steps_take([](double) { return 0.005; });
  rig.start();
  rig.run_until(16.0);
  rig.stop();
  const Report report = rig.engine->report();
  int taken = 0;
  for (const ReportedEvent& event : report.events) {
    if (!event.taken) continue;
    ++taken;
    CHECK(event.accent_time_s == Approx(event.event.time_s));
  }
  CHECK(taken == 3);
  for (const auto& [time_s, strength] : rig.film.cuts) {
    bool found = false;
    for (const PlayedEvent& played : rig.log->played) {
      found = found || (played.event.accent && played.event.on &&
                        std::abs(static_cast<double>(played.frame) / 44100.0 - time_s) < 1e-4);
    }
    CHECK(found);
  }
}

TEST_CASE("Live engine: a slow generator takes fewer steps and stays in time", "[stream][live]") {
  LiveRig rig(live_settings());
  // 12 steps of 20 ms just fit; three times slower for a while they do not.
  rig.steps_take([](double now_s) { return now_s > 5.0 && now_s < 11.0 ? 0.06 : 0.02; });
  rig.start();
  rig.run_until(18.0);
  rig.stop();
  const Report report = rig.engine->report();
  CHECK(report.underrun_frames == 0);
  CHECK(report.ladder.fewer_steps >= 4);
  CHECK(report.ladder.fewer_steps <= 12);
  CHECK(report.ladder.repeat_bar + report.ladder.bed == 0);
}

TEST_CASE("Live engine: a stuck generator is stood in for, rung by rung, and comes back", "[stream][live]") {
  LiveRig rig(live_settings());
  bool stuck = false;
  rig.generator->on_step = [&rig, &stuck](int) {
    if (!stuck && rig.clock.now_s() > 8.0) {
      stuck = true;
      rig.clock.wait_until(24.0);
    } else {
      rig.clock.wait_until(rig.clock.now_s() + 0.01);
    }
  };
  rig.start();
  SECTION("with a preview") {
    rig.run_until(30.0);
    rig.stop();
    CHECK(rig.engine->report().ladder.look_ahead == 4);  // 8 beats
  }
  SECTION("without") {
    rig.decoder->can_preview = false;
    rig.run_until(30.0);
    rig.stop();
    CHECK(rig.engine->report().ladder.look_ahead <= 1);
  }
  const Report report = rig.engine->report();
  CHECK(report.underrun_frames == 0);  // the pipeline always has its buffers
  CHECK(report.ladder.repeat_bar == 4);
  CHECK(report.ladder.bed >= 5);
  CHECK(report.ladder.bed <= 12);
  // Beats go on through the gap, one after another.
  for (std::size_t i = 1; i < report.beats_s.size(); ++i) {
    CHECK(report.beats_s[i] - report.beats_s[i - 1] == Approx(0.5).epsilon(0.031));
  }
  // Back within three hops, and from the network.
  const double again_s = rig.requests->back().times_s.back();
  CHECK(again_s > 29.0);
  std::int64_t first_after = -1;
  for (const PlayedEvent& played : rig.log->played) {
    if (played.event.on && static_cast<double>(played.frame) / 44100.0 > 24.0 - 1.8 && first_after < 0) {
      first_after = played.frame;
    }
  }
  CHECK(static_cast<double>(first_after) / 44100.0 < 24.0 - 1.8 + 3.5);
}

TEST_CASE("Live engine: a generator that fails is counted and stood in for", "[stream][live]") {
  LiveRig rig(live_settings());
  rig.generator->fails = [](int call) { return call == 5; };
  rig.start();
  rig.run_until(12.0);
  rig.stop();
  const Report report = rig.engine->report();
  CHECK(report.failures == 1);
  CHECK(report.last_failure == "scripted failure");
  CHECK(report.ladder.look_ahead == 1);
  CHECK(report.underrun_frames == 0);
}

TEST_CASE("Live engine: of a generator that fails for good the music holds on, and no sample is missing",
          "[stream][live]") {
  LiveRig rig(live_settings());
  rig.generator->fails = [](int call) { return call > 5; };
  rig.start();
  rig.run_until(30.0);
  rig.stop();
  const Report report = rig.engine->report();
  CHECK(report.failures > 10);
  CHECK(report.ladder.bed > 2);
  CHECK(report.underrun_frames == 0);
  // The bed is struck every other bar of two seconds.
  constexpr std::size_t kTwoBars = 4 * 44100;
  for (std::size_t frame = 3 * 44100; frame + kTwoBars < rig.heard.size() / 2; frame += kTwoBars) {
    float peak = 0.0F;
    for (std::size_t i = frame; i < frame + kTwoBars; ++i) peak = std::max(peak, std::abs(rig.heard[2 * i]));
    CHECK(peak > 0.02F);
  }
}

TEST_CASE("Live engine: a first hop that comes late leaves the rest on time", "[stream][live]") {
  LiveRig rig(live_settings(100.0));
  rig.film.cuts = {{3.21, 1.0F}, {7.77, 1.0F}};
  rig.decoder->on_decode = [&rig](int call) {
    if (call == 0) rig.clock.wait_until(rig.clock.now_s() + 0.5);
  };
  rig.start();
  rig.run_until(12.0);
  rig.stop();
  // Until its deadline a hop has 0.36 s from the moment it was begun.
  const double late_s = static_cast<double>(rig.engine->report().underrun_frames) / 44100.0;
  CHECK(late_s > 0.13);
  CHECK(late_s < 0.25);
  CHECK(rig.engine->report().underrun_events == 1);
  // The first sample was taken when it was due, so the samples are the music's time.
  for (const auto& [time_s, strength] : rig.film.cuts) {
    const auto at = static_cast<std::size_t>(std::llround(time_s * 44100.0));
    CHECK(std::abs(rig.heard[2 * at]) > 0.2F);
    CHECK(std::abs(rig.heard[2 * (at - 40)]) < 0.05F);
  }
}

TEST_CASE("Live engine: a decoder that throws is counted, and the hops go on", "[stream][live]") {
  LiveRig rig(live_settings());
  rig.decoder->on_decode = [](int call) {
    if (call == 4) throw std::runtime_error("scripted throw");
  };
  rig.start();
  rig.run_until(14.0);
  rig.stop();
  const Report report = rig.engine->report();
  CHECK(report.failures == 1);
  CHECK(report.last_failure.find("scripted throw") != std::string::npos);
  CHECK(report.windows >= 11);
  CHECK(report.underrun_frames == 0);
  CHECK(rig.requests->back().times_s.back() > 13.0);
}

TEST_CASE("Live engine: hops do not pile up while nobody takes sound", "[stream][live]") {
  LiveRig rig(live_settings());
  rig.start();
  rig.run_until(4.0);
  const std::size_t before = rig.requests->size();
  rig.clock.wait_until(24.0);
  CHECK(rig.requests->size() <= before + 4);  // twenty seconds of music are 20
  rig.run_until(34.0);
  rig.stop();
  CHECK(rig.requests->back().times_s.back() > 33.0);
}

TEST_CASE("Live engine: an interrupted clock stops its work, before anyone stops it", "[stream][live]") {
  LiveRig rig(live_settings());
  rig.start();
  rig.run_until(5.0);
  const std::size_t before = rig.requests->size();
  rig.clock.interrupt();
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  rig.stop();
  CHECK(rig.requests->size() == before);
}

TEST_CASE("Live engine: music goes on when the video stops", "[stream][live]") {
  EngineSettings settings = live_settings();
  settings.controls.tempo_bpm.reset();
  LiveRig rig(settings);
  rig.film.origin_s = 1e6;  // no frame ever comes
  rig.start();
  rig.run_until(10.0);
  rig.stop();
  CHECK(rig.engine->report().beats_s.size() > 10);
}

TEST_CASE("Live engine: it ends with the film", "[stream][live]") {
  EngineSettings settings = live_settings();
  settings.duration_s = 8.0;
  LiveRig rig(settings);
  rig.film.length_s = 8.0;
  rig.start();
  rig.run_until(11.0);
  rig.stop();
  const Report report = rig.engine->report();
  CHECK(report.beats_s.back() < 8.0);
  CHECK(report.underrun_frames == 0);
  CHECK(rig.log->silenced == 1);
  CHECK(report.ladder.look_ahead + report.ladder.repeat_bar + report.ladder.bed == 0);
}

TEST_CASE("Live engine: stop, reset and start again", "[stream][live]") {
  LiveRig rig(live_settings());
  rig.start();
  rig.run_until(5.0);
  rig.stop();
  rig.engine->reset(5.0);
  rig.film = Film::between(5.0, 100.0);
  rig.start();
  rig.run_until(12.0);
  std::vector<float> out(8);
  CHECK_FALSE(rig.engine->pull(out, {}));
  rig.stop();
  const Report report = rig.engine->report();
  CHECK(report.beats_s.front() == 5.0);
  CHECK(report.underrun_frames == 0);
}

TEST_CASE("Live engine: it runs against the real clock", "[stream][live][stress]") {
  EngineSettings settings = live_settings(180.0);
  settings.mode = Mode::kInstant;
  auto engine = Engine::make(settings, {std::make_unique<ScriptedGenerator>(), std::make_unique<ScriptedDecoder>(),
                                        std::make_unique<SineSynthesiser>()});
  REQUIRE(engine);
  SteadyClock clock;
  REQUIRE((*engine)->start_live(clock));
  std::thread video([&] {
    for (int i = 1; i < 50; ++i) {
      FastObservation seen;
      seen.time_s = i * 0.02;
      (*engine)->timeline().push(seen);
      (*engine)->timeline().advance(seen.time_s);
      clock.wait_until(seen.time_s);
    }
  });
  std::vector<float> block(2 * 441);
  bool finite = true;
  for (int i = 1; i < 100; ++i) {
    (void)(*engine)->render_port().render(block);
    for (const float value : block) finite = finite && std::isfinite(value);
    if (i % 20 == 0) (*engine)->set_controls(settings.controls);
    clock.wait_until(i * 0.01);
  }
  video.join();
  (*engine)->stop_live();
  CHECK(finite);
  CHECK((*engine)->report().windows >= 1);
}
