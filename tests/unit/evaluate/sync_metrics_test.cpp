// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/train/sync_metrics.h>

#include <cmath>

#include "support/catch.h"
#include "support/made_inputs.h"

using namespace photoplayer;
using namespace photoplayer::train;

namespace {

const std::vector<double> kCuts = {2.31, 5.07, 6.62, 10.45, 13.9, 15.33, 19.71, 22.04};
constexpr double kLength_s = 26.0;

std::vector<double> grid(double period_s) {
  std::vector<double> times;
  for (double at = 0.2; at < kLength_s; at += period_s) times.push_back(at);
  return times;
}

/// A bump wherever something happens.
std::vector<double> bumps(const std::vector<double>& times, double delay_s) {
  std::vector<double> curve(static_cast<std::size_t>(kLength_s * kCurveRate_hz), 0.0);
  for (const double time_s : times) {
    const auto at = static_cast<std::size_t>(std::lround((time_s + delay_s) * kCurveRate_hz));
    for (std::size_t i = at; i < std::min(at + 5, curve.size()); ++i) curve[i] = 1.0;
  }
  return curve;
}

}  // namespace

TEST_CASE("targets_met: music that hits the cuts is far from chance, a metronome is at it", "[evaluate][unit]") {
  const auto hit = targets_met(kCuts, kCuts, kLength_s);
  CHECK(hit.value == Approx(1.0));
  CHECK(hit.chance < 0.2);
  CHECK(hit.score() == Approx(1.0));
  CHECK(hit.z() > 5.0);
  // 120 beats a minute within ± 70 ms: by chance 2 · 0.07 / 0.5 = 0.28.
  const auto steady = targets_met(kCuts, grid(0.5), kLength_s);
  CHECK(steady.chance == Approx(0.28).margin(0.02));
  CHECK(std::abs(steady.z()) < 2.5);
  // And a fast one hits everything, for which it gets nothing.
  const auto fast = targets_met(kCuts, grid(0.125), kLength_s);
  CHECK(fast.value == Approx(1.0));
  CHECK(fast.score() == Approx(0.0));
}

TEST_CASE("share_met: early and late are told apart, ends included", "[evaluate][unit]") {
  const std::vector<double> cuts = {1.0}, late = {1.125}, early = {0.99};
  CHECK(share_met(cuts, late, kLateOnly) == Approx(1.0));
  CHECK(share_met(cuts, early, kLateOnly) == Approx(0.0));
  CHECK(share_met(cuts, late, {}) == Approx(0.0));
  CHECK(share_met({}, late, {}) == Approx(0.0));
}

TEST_CASE("f_measure: one partner each", "[evaluate][unit]") {
  const std::vector<double> reference = {1.0, 2.0, 3.0}, twice = {0.96, 1.04, 2.02};
  CHECK(f_measure(reference, twice, 0.05) == Approx(2.0 * 2 / 6));  // 0.96 and 1.04 share one reference
  const std::vector<double> close = {1.0, 1.04}, between = {1.02, 1.07};
  CHECK(f_measure(close, between, 0.05) == Approx(1.0));
  CHECK(f_measure(close, std::vector<double>{1.02}, 0.05) == Approx(2.0 * 1 / 3));  // nor one onset for two
  CHECK(f_measure(reference, {}, 0.05) == Approx(0.0));
}

TEST_CASE("accent_share: hits that nobody hears count against it", "[evaluate][unit]") {
  Onsets onsets;
  for (int i = 0; i < 16; ++i) onsets.onsets.push_back({1.0 + i, i % 4 == 0 ? 0.9 : 0.1 + 0.01 * i});
  const std::vector<double> loud = {1.02, 5.02}, soft = {2.02, 3.02}, mixed = {1.02, 2.02}, far = {0.2};
  CHECK(*accent_share(loud, onsets) == Approx(1.0));
  CHECK(*accent_share(soft, onsets) == Approx(0.0));
  CHECK(*accent_share(mixed, onsets) == Approx(0.5));
  CHECK_FALSE(accent_share(far, onsets));
}

TEST_CASE("curve_lag: finds the delay of the music", "[evaluate][unit]") {
  const auto lag = curve_lag(bumps(kCuts, 0.0), bumps(kCuts, 0.3));
  REQUIRE(lag);
  CHECK(lag->lag_ms == Approx(300.0).margin(10.0));
  CHECK(lag->correlation.value > 0.9);
  CHECK(lag->correlation.z() > 3.0);
  CHECK_FALSE(curve_lag(std::vector<double>(2600, 1.0), bumps(kCuts, 0.0)));
}

TEST_CASE("following: loudness that follows, and one that does not", "[evaluate][unit]") {
  const auto motion = tests::made_curve(4, 300);
  std::vector<double> louder;
  for (const double value : motion) louder.push_back(-30.0 + 10.0 * std::exp(value));
  louder[5] = std::nan("");
  const auto follows = following(motion, louder);
  REQUIRE(follows);
  CHECK(follows->value == Approx(1.0));
  CHECK(follows->chance < 0.5);
  CHECK_FALSE(following(motion, std::vector<double>(300, -20.0)));
}

TEST_CASE("tempo_of: of bumps at a tempo, and of none", "[evaluate][unit]") {
  const auto found = tempo_of(bumps(grid(60.0 / 132.0), 0.0));
  REQUIRE(found);
  CHECK(*found == Approx(132.0).margin(2.0));
  tests::Noise noise(9);
  std::vector<double> hiss(2600);
  for (double& value : hiss) value = noise.next_signed();
  CHECK_FALSE(tempo_of(hiss));
  CHECK(tempi_agree(132.0, 66.0));
  CHECK(tempi_agree(100.0, 103.0));
  CHECK_FALSE(tempi_agree(100.0, 130.0));
}
