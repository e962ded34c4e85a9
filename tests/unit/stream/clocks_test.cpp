// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/stream/beat_clock.h>
#include <photoplayer/stream/latent_clock.h>

#include "support/catch.h"

using namespace photoplayer::stream;

TEST_CASE("FixedLatentClock: 11025 latents last exactly 512 s, however long the stream", "[stream][unit]") {
  const FixedLatentClock clock(3.0);
  CHECK(clock.time_s(0) == 3.0);
  CHECK(clock.time_s(1) == Approx(3.0 + 2048.0 / 44100.0).epsilon(1e-12));
  CHECK(clock.time_s(11025) == 515.0);
  CHECK(clock.time_s(11025LL * 1000000) == 3.0 + 512.0e6);
  CHECK(clock.time_s(-11025) == -509.0);
  for (const std::int64_t row : {-12000LL, -1LL, 0LL, 1LL, 7LL, 11024LL, 11025LL, 123456789LL}) {
    CHECK(clock.row_at(clock.time_s(row)) == row);
    CHECK(clock.row_at(clock.time_s(row) + 0.02) == row);
  }
}

TEST_CASE("BeatClock: beats and bars at an even tempo", "[stream][unit]") {
  const BeatClock clock(1.0, 120.0);
  CHECK(clock.time_s(0) == 1.0);
  CHECK(clock.time_s(7) == Approx(4.5));
  CHECK(clock.time_of_step(2) == Approx(1.25));
  CHECK(clock.row_at(4.5) == 7);
  CHECK(clock.row_at(4.49) == 6);
  CHECK(clock.step_at(1.25) == Approx(2.0));
  CHECK(BeatClock::is_bar_line(8));
  CHECK_FALSE(BeatClock::is_bar_line(9));
}

TEST_CASE("BeatClock: a tempo change keeps what came before", "[stream][unit]") {
  BeatClock clock(0.0, 120.0);
  clock.set_tempo(16, 60.0);
  CHECK(clock.time_s(4) == Approx(2.0));
  CHECK(clock.time_s(3) == Approx(1.5));
  CHECK(clock.time_s(6) == Approx(4.0));
  CHECK(clock.tempo_bpm() == Approx(60.0));
  CHECK(clock.step_at(3.0) == Approx(20.0));
}

TEST_CASE("BeatClock: a bend meets a moment and then the tempo returns", "[stream][unit]") {
  BeatClock clock(0.0, 120.0);
  REQUIRE(clock.bend(0, 4, 0.51));
  CHECK(clock.time_of_step(4) == 0.51);
  CHECK(clock.time_of_step(2) == Approx(0.255));
  CHECK(clock.time_of_step(8) == Approx(1.01));
  CHECK_FALSE(clock.bend(8, 12, 1.01 + 0.5 * 1.04));  // more than 3 %
  CHECK(clock.time_of_step(12) == Approx(1.51));
}

TEST_CASE("BeatClock: time and step are inverse after hours of changes", "[stream][unit]") {
  BeatClock clock(0.0, 100.0);
  for (std::int64_t step = 8; step < 80000; step += 8) {
    clock.bend(step, step + 4, clock.time_of_step(step) + 4 * clock.step_s_at(step) * (step % 16 == 0 ? 1.02 : 0.99));
  }
  const double time_s = clock.time_of_step(79999);
  CHECK(clock.step_at(time_s) == Approx(79999.0).epsilon(1e-12));
  CHECK(clock.tempo_bpm() == Approx(100.0));
  CHECK(clock.changes() <= 256);  // copied for every hop
}
