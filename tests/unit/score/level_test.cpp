// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/model/level.h>

#include "support/catch.h"

#include <cmath>
#include <numbers>
#include <vector>

using photoplayer::model::LoudnessLeveller;

namespace {

constexpr double kRateHz = 44100.0;

/// Feeds `seconds` of a 997 Hz sine on both sides: LUFS = 20 log10(amplitude), about. Returns the largest change of
/// gain within any second, in dB.
double feed(LoudnessLeveller& leveller, double lufs, double seconds, double led_db = 0.0, double asked_db = 0.0) {
  const double amplitude = std::isfinite(lufs) ? std::pow(10.0, lufs / 20.0) : 0.0;
  std::vector<float> block(128);
  const auto blocks = static_cast<int>(seconds * kRateHz / 64.0);
  double before = leveller.gain_db(), fastest = 0.0;
  for (int b = 0; b < blocks; ++b) {
    for (int i = 0; i < 64; ++i) {
      const double phase = 2.0 * std::numbers::pi * 997.0 * (b * 64 + i) / kRateHz;
      block[static_cast<std::size_t>(2 * i)] = block[static_cast<std::size_t>(2 * i + 1)] =
          static_cast<float>(amplitude * std::sin(phase));
    }
    const auto gain = leveller.next(block, led_db, asked_db);
    REQUIRE(std::isfinite(gain.to));
    if (b % 689 == 688) {
      fastest = std::max(fastest, std::abs(leveller.gain_db() - before));
      before = leveller.gain_db();
    }
  }
  return fastest;
}

}  // namespace

TEST_CASE("LoudnessLeveller: reaches the target from either side, slowly", "[model][unit]") {
  for (const double lufs : {-24.0, -16.0, -9.0}) {
    LoudnessLeveller leveller({kRateHz, -16.0, 0.0});
    const double fastest = feed(leveller, lufs, 40.0);
    INFO(lufs << " LUFS in");
    CHECK(leveller.gain_db() + lufs == Approx(-16.0).margin(1.6));
    CHECK(leveller.integrated_lufs() == Approx(-16.0).margin(1.5));
    CHECK(fastest <= 1.55);
  }
}

TEST_CASE("LoudnessLeveller: silence does not drive the gain", "[model][unit]") {
  LoudnessLeveller leveller({kRateHz, -16.0, 3.0});
  feed(leveller, -INFINITY, 30.0);
  CHECK(leveller.gain_db() == 3.0);
  feed(leveller, -19.0, 10.0);
  const double settled = leveller.gain_db();
  feed(leveller, -INFINITY, 60.0);
  CHECK(leveller.gain_db() == Approx(settled).margin(0.5));
}

TEST_CASE("LoudnessLeveller: a louder scene stays louder for a while", "[model][unit]") {
  LoudnessLeveller leveller({kRateHz, -16.0, 4.0});
  feed(leveller, -20.0, 20.0);
  const double before = leveller.gain_db() - 20.0;
  feed(leveller, -14.0, 3.0);
  CHECK(leveller.gain_db() - 14.0 > before + 2.0);
}

TEST_CASE("LoudnessLeveller: other material starts from its own calibration", "[model][unit]") {
  LoudnessLeveller leveller({kRateHz, -16.0, 0.0});
  feed(leveller, -16.0, 10.0);
  leveller.expect(8.0);
  feed(leveller, -24.0, 15.0);
  CHECK(leveller.gain_db() - 24.0 == Approx(-16.0).margin(1.5));
}

TEST_CASE("LoudnessLeveller: what is led on purpose is not undone, and the whole is still right") {
  LoudnessLeveller leveller({kRateHz, -16.0, 0.0});
  double calm = 0.0, lively = 0.0;
  for (int scene = 0; scene < 6; ++scene) {
    feed(leveller, -20.0, 25.0, -4.0);
    calm = leveller.gain_db();
    feed(leveller, -12.0, 25.0, 4.0);
    lively = leveller.gain_db();
  }
  CHECK(calm - lively < 1.5);  // without being told: 5 dB
  CHECK(leveller.integrated_lufs() == Approx(-16.0).margin(0.7));
}

TEST_CASE("LoudnessLeveller: what was asked for stays in part, for good and from the first note") {
  LoudnessLeveller bare({kRateHz, -16.0, 0.0}), full({kRateHz, -16.0, 0.0});
  for (const double seconds : {2.0, 300.0}) {
    feed(bare, -22.0, seconds, 0.0, -6.0);
    feed(full, -10.0, seconds, 0.0, 6.0);
    INFO("after " << seconds << " s more");
    CHECK(full.gain_db() - 10.0 == Approx(-13.3).margin(0.5));
    CHECK(bare.gain_db() - 22.0 == Approx(-18.7).margin(0.5));
  }
}

TEST_CASE("LoudnessLeveller: a request that changes is not mistaken for the music's own level") {
  LoudnessLeveller leveller({kRateHz, -16.0, 0.0});
  feed(leveller, -16.0, 600.0);
  feed(leveller, -10.0, 20.0, 0.0, 6.0);
  CHECK(leveller.gain_db() - 10.0 == Approx(-13.3).margin(0.3));
  double quietest = 0.0;
  for (int second = 0; second < 10; ++second) {
    feed(leveller, -22.0, 1.0, 0.0, -6.0);
    if (second >= 5) quietest = std::min(quietest, leveller.gain_db() - 22.0);
  }
  CHECK(quietest == Approx(-18.7).margin(0.3));
}

TEST_CASE("LoudnessLeveller: a request as the first notes swell does not click") {
  LoudnessLeveller leveller({kRateHz, -16.0, 0.0});
  std::vector<float> block(128, 1e-4F);
  float before = leveller.next(block).to;
  for (int b = 0; b < 200; ++b) {
    const auto gain = leveller.next(block, 0.0, b < 100 ? 0.0 : -7.0);
    CHECK(gain.from == before);
    before = gain.to;
  }
  CHECK(leveller.gain_db() == Approx(0.55 * 7.0));
}
