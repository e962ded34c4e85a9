// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/train/seam_metrics.h>

#include <cmath>
#include <numbers>

#include "support/catch.h"
#include "support/made_inputs.h"

using namespace photoplayer;
using namespace photoplayer::train;

namespace {

constexpr double kBeat_s = 0.55;

/// Two minutes of struck tones on every beat over a chord; every third beat is a seam, so that seams wander through
/// the bar.
struct Played {
  std::vector<float> stereo;
  BeatTimes times;
};
Played play() {
  Played played;
  constexpr std::size_t kFrames = 120 * 44100;
  std::vector<double> mono(kFrames);
  for (std::size_t i = 0; i < kFrames; ++i) {
    for (const double hz : {220.0, 277.2, 329.6})
      mono[i] += 0.03 * std::sin(2.0 * std::numbers::pi * hz * static_cast<double>(i) / 44100.0);
  }
  tests::Noise dice(3);
  for (int beat = 0; 0.3 + beat * kBeat_s < 119.0; ++beat) {
    const double at_s = 0.3 + beat * kBeat_s;
    played.times.beats_s.push_back(at_s);
    if (beat % 4 == 0) played.times.bars_s.push_back(at_s);
    if (beat % 3 == 0) played.times.seams_s.push_back(at_s);
    const double gain = 0.1 + 0.03 * dice.next_signed();
    const auto first = static_cast<std::size_t>(at_s * 44100);
    for (std::size_t k = 0; k < 15000; ++k) {
      const double t = static_cast<double>(k) / 44100.0;
      mono[first + k] += gain * std::exp(-t / 0.08) * std::sin(2.0 * std::numbers::pi * 440.0 * t);
    }
  }
  for (const double value : mono) {
    played.stereo.push_back(static_cast<float>(value));
    played.stereo.push_back(static_cast<float>(0.9 * value));
  }
  return played;
}

SeamReport judge(const Played& played) {
  const auto loudness = loudness_curves(played.stereo);
  REQUIRE(loudness);
  return judge_seams(joints_of(played.stereo, *loudness, played.times));
}

}  // namespace

TEST_CASE("seams: music without joins shows none", "[evaluate][unit]") {
  const auto report = judge(play());
  CHECK(report.seams > 60);
  CHECK(report.compared == report.seams);
  CHECK(report.clicks < 0.02);
  CHECK(report.loud < 0.12);
  CHECK(report.uneven == Approx(0.0));
  CHECK(std::abs(report.flux_rank_z) < 2.5);
  REQUIRE(report.detectability);
  CHECK(std::abs(*report.detectability - 0.5) < 0.15);
}

TEST_CASE("seams: steps in level, clicks and late beats are each found", "[evaluate][unit]") {
  Played played = play();
  SECTION("every second hop is softer") {
    for (std::size_t i = 0; i + 1 < played.times.seams_s.size(); i += 2) {
      const auto from = static_cast<std::size_t>(played.times.seams_s[i] * 44100) * 2;
      const auto to = static_cast<std::size_t>(played.times.seams_s[i + 1] * 44100) * 2;
      for (std::size_t k = from; k < to; ++k) played.stereo[k] *= 0.25F;
    }
    const auto report = judge(played);
    CHECK(report.loud > 0.5);
    CHECK(*report.detectability > 0.8);
  }
  SECTION("a click at every tenth seam") {
    for (std::size_t i = 0; i < played.times.seams_s.size(); i += 10)
      played.stereo[static_cast<std::size_t>(played.times.seams_s[i] * 44100) * 2] += 0.5F;
    CHECK(judge(played).clicks == Approx(0.1).margin(0.03));
  }
  SECTION("the beat after each seam is late") {
    for (std::size_t i = 1; i < played.times.beats_s.size(); i += 3) played.times.beats_s[i] += 0.02;
    CHECK(judge(played).uneven > 0.9);
  }
}

TEST_CASE("seams: where each beat of a place is one, nothing is compared", "[evaluate][unit]") {
  Played played = play();
  played.times.seams_s = played.times.beats_s;
  const auto report = judge(played);
  CHECK(report.seams > 200);
  CHECK(report.compared == 0);
  CHECK_FALSE(report.detectability);
}
