// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A live engine on a simulated clock, with a scripted model, a film and a device that takes sound.
#include <photoplayer/stream/engine.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "support/allocation_guard.h"
#include "support/blocking_guard.h"
#include "support/catch.h"
#include "support/fake_clock.h"
#include "support/film.h"
#include "support/scripted_model.h"

namespace photoplayer::test {

/// The test's thread shows the film and takes the sound, 10 ms at a time.
struct LiveRig {
  static constexpr int kParticipants = 4;  // test, video, sampler, conductor
  FakeClock clock{kParticipants};
  ScriptedGenerator* generator = nullptr;
  ScriptedDecoder* decoder = nullptr;
  std::shared_ptr<std::vector<SeenRequest>> requests;
  std::shared_ptr<SynthesiserLog> log;
  std::unique_ptr<stream::Engine> engine;
  Film film;
  std::vector<float> heard;
  std::size_t most_queued = 0;
  std::size_t render_allocations = 0, render_waits = 0;

  explicit LiveRig(stream::EngineSettings settings) {
    auto made = std::make_unique<ScriptedGenerator>();
    auto instrument = std::make_unique<ClickSynthesiser>();
    auto reader = std::make_unique<ScriptedDecoder>();
    generator = made.get();
    decoder = reader.get();
    requests = made->requests;
    made->clock = &clock;
    log = instrument->log;
    auto engine_or = stream::Engine::make(settings, {std::move(made), std::move(reader), std::move(instrument)});
    REQUIRE(engine_or);
    engine = std::move(*engine_or);
    film.length_s = 1000.0;
  }
  ~LiveRig() { stop(); }

  /// Each step takes `seconds(clock time)` of the simulated clock.
  void steps_take(std::function<double(double)> seconds) {
    generator->on_step = [this, seconds = std::move(seconds)](int) {
      const double now_s = clock.now_s();
      clock.wait_until(now_s + seconds(now_s));
    };
  }

  void start() {
    clock.set_participants(kParticipants);
    video_stops = false;
    video = std::thread([this] {
      while (!video_stops.load()) {
        film.show(engine->timeline(), clock.now_s());
        if (!clock.wait_until(clock.now_s() + Film::kFrame_s)) return;
      }
    });
    REQUIRE(engine->start_live(clock));
    next_s_ = clock.now_s();
  }

  void stop() {
    video_stops = true;
    engine->stop_live();
    if (video.joinable()) video.join();
  }

  /// Takes sound, as a device would.
  void run_until(double time_s) {
    std::vector<float> block(2 * 441);
    while (clock.now_s() < time_s) {
      most_queued = std::max(most_queued, engine->render_port().queued_frames());
      {
        const AllocationGuard allocations;
        const BlockingGuard waits;
        (void)engine->render_port().render(block);
        render_allocations += allocations.count();
        render_waits += waits.count();
      }
      heard.insert(heard.end(), block.begin(), block.end());
      if (!clock.wait_until(next_s_ += 0.01)) return;
    }
  }

 private:
  std::thread video;
  std::atomic<bool> video_stops{false};
  double next_s_ = 0.0;
};

inline stream::EngineSettings live_settings(double tempo_bpm = 120.0) {
  stream::EngineSettings settings;
  settings.controls.tempo_bpm = tempo_bpm;
  return settings;
}

}  // namespace photoplayer::test
