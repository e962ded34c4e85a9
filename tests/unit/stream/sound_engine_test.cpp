// SPDX-License-Identifier: Apache-2.0
/// The engine with a sound bundle: rows of fixed length, decoded to sound.
#include <photoplayer/stream/engine.h>
#include <photoplayer/stream/latent_clock.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <thread>

#include "support/catch.h"
#include "support/fake_clock.h"
#include "support/film.h"
#include "support/scripted_model.h"
#include "support/scripted_sound.h"

using namespace photoplayer;
using namespace photoplayer::stream;
using namespace photoplayer::test;

namespace {

struct Rig {
  std::shared_ptr<std::vector<SeenRequest>> requests;
  ScriptedSoundDecoder* decoder = nullptr;
  std::unique_ptr<Engine> engine;

  explicit Rig(EngineSettings settings = {}) {
    settings.context_rows = 108;
    settings.look_ahead_rows = 22;
    auto generator = std::make_unique<ScriptedGenerator>();
    auto sound = std::make_unique<ScriptedSoundDecoder>();
    requests = generator->requests;
    decoder = sound.get();
    auto made =
        Engine::make(settings, {std::move(generator), nullptr, std::make_unique<QueueVoice>(), std::move(sound)});
    REQUIRE(made);
    engine = std::move(*made);
  }

  std::vector<float> pull_all(std::size_t block_frames = 4096) {
    std::vector<float> all, block(2 * block_frames);
    while (true) {
      const auto got = engine->pull(block, {});
      REQUIRE(got);
      if (*got == 0) return all;
      all.insert(all.end(), block.begin(), block.begin() + static_cast<std::ptrdiff_t>(2 * *got));
    }
  }
};

}  // namespace

TEST_CASE("Sound engine: a film's sound is exactly as long as the film and every frame is in its place",
          "[stream][unit]") {
  const Mode mode = GENERATE(Mode::kAligned, Mode::kInstant);
  EngineSettings settings;
  settings.mode = mode;
  settings.origin_s = 12.25;
  Rig rig(settings);
  CHECK_FALSE(rig.engine->plays_notes());
  Film film = Film::between(12.25, 12.25 + 20.3);
  film.show_all(rig.engine->timeline());
  const auto all = rig.pull_all();
  REQUIRE(all.size() / 2 == static_cast<std::size_t>(std::llround(20.3 * 44100.0)));
  // After the fade at the beginning, before the one at the end.
  for (std::size_t frame = 2000; frame < all.size() / 2 - 1000; ++frame) {
    REQUIRE(all[2 * frame] == Approx(ScriptedSoundDecoder::wave(static_cast<std::int64_t>(frame))).margin(1e-6));
    REQUIRE(std::abs(all[2 * frame + 1] - static_cast<float>(frame / 2048) / 10000.0F) < 1e-6F);
  }
  CHECK(all.back() == 0.0F);

  const Report report = rig.engine->report();
  CHECK(report.beat_source == "none");
  CHECK(report.beats_s.empty());
  CHECK(report.notes == 0);
  REQUIRE(report.seams_s.size() == report.windows - 1);
  CHECK(report.seams_s[0] == Approx(12.25 + 26 * 512.0 / 11025.0));
}

TEST_CASE("Sound engine: the sound does not depend on how much is asked for at a time", "[stream][unit]") {
  std::vector<float> first;
  for (const std::size_t frames : {333U, 4096U, 100000U}) {
    Rig rig;
    Film film;
    film.show_all(rig.engine->timeline());
    const auto all = rig.pull_all(frames);
    if (first.empty()) first = all;
    CHECK(all == first);
  }
}

TEST_CASE("Sound engine: a window sees its context and the fixed clock", "[stream][unit]") {
  Rig rig;
  Film film;
  film.show_all(rig.engine->timeline());
  (void)rig.pull_all();
  const SeenRequest& last = rig.requests->back();
  CHECK(last.context == 108);
  CHECK(last.hop == 26);
  CHECK(last.look_ahead == 22);
  CHECK(last.tempo_bpm == 0.0);
  const FixedLatentClock clock;
  for (std::size_t i = 0; i < last.times_s.size(); ++i) {
    REQUIRE(last.times_s[i] == clock.time_s(last.first + static_cast<std::int64_t>(i)));
  }
}

TEST_CASE("Sound engine: a decoder that fails ends the piece with its reason", "[stream][unit]") {
  Rig rig;
  rig.decoder->fails = [](std::int64_t row) { return row > 50; };
  Film film;
  film.show_all(rig.engine->timeline());
  std::vector<float> block(2 * 441000);
  const auto got = rig.engine->pull(block, {});
  REQUIRE_FALSE(got);
  CHECK(got.error().message == "scripted failure");
}

TEST_CASE("Sound engine: an engine takes a decoder of one kind", "[stream][unit]") {
  CHECK_FALSE(Engine::make({}, {std::make_unique<ScriptedGenerator>(), std::make_unique<ScriptedDecoder>(),
                                std::make_unique<QueueVoice>(), std::make_unique<ScriptedSoundDecoder>()}));
  CHECK_FALSE(Engine::make({}, {std::make_unique<ScriptedGenerator>(), nullptr, std::make_unique<QueueVoice>()}));
}

TEST_CASE("Sound engine: its latency is that of its longest hop", "[stream][unit]") {
  const Rig rig;
  CHECK(rig.engine->latency_s() == Approx(1.25 + 0.25 + 0.30 + 0.06));
}

TEST_CASE("Sound engine: live, a hop that comes too late leaves a faded gap and the rest is in its place",
          "[stream][live]") {
  constexpr int kParticipants = 4;  // test, video, sampler, conductor
  FakeClock clock(kParticipants);
  EngineSettings settings;
  settings.context_rows = 108;
  settings.look_ahead_rows = 22;
  auto generator = std::make_unique<ScriptedGenerator>();
  generator->on_step = [&clock](int call) {
    const double now_s = clock.now_s();
    clock.wait_until(now_s + (call == 4 ? 2.4 : 0.01));  // twice a hop
  };
  auto made = Engine::make(settings, {std::move(generator), nullptr, std::make_unique<QueueVoice>(),
                                      std::make_unique<ScriptedSoundDecoder>()});
  REQUIRE(made);
  Engine& engine = **made;
  std::atomic<bool> video_stops{false};
  std::thread video([&] {
    Film film;
    film.length_s = 1000.0;
    while (!video_stops.load()) {
      film.show(engine.timeline(), clock.now_s());
      if (!clock.wait_until(clock.now_s() + Film::kFrame_s)) return;
    }
  });
  REQUIRE(engine.start_live(clock));
  std::vector<float> heard, block(2 * 441);
  for (double next_s = clock.now_s(); clock.now_s() < 16.0;) {
    (void)engine.render_port().render(block);
    heard.insert(heard.end(), block.begin(), block.end());
    if (!clock.wait_until(next_s += 0.01)) break;
  }
  const Report report = engine.report();
  video_stops = true;
  engine.stop_live();
  video.join();

  CHECK(report.underrun_frames == 0);
  CHECK(report.ladder.bed > 0);
  CHECK(report.ladder.repeat_bar == 0);
  float largest = 0.0F;
  std::size_t silent = 0, misplaced = 0;
  for (std::size_t frame = 1; frame < heard.size() / 2; ++frame) {
    largest = std::max(largest, std::abs(heard[2 * frame] - heard[2 * frame - 2]));
    if (heard[2 * frame + 1] == 0.0F && frame > 4096) ++silent;
    if (frame + 44100 > heard.size() / 2 &&
        std::abs(heard[2 * frame] - ScriptedSoundDecoder::wave(static_cast<std::int64_t>(frame))) > 1e-5F) {
      ++misplaced;
    }
  }
  CHECK(largest < 0.01F);  // the wave's own steps reach 0.0057
  CHECK(silent > 20000);
  CHECK(silent < 150000);
  CHECK(misplaced == 0);
}
