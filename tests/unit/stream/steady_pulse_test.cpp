// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/stream/steady_pulse.h>

#include "support/catch.h"

using namespace photoplayer::stream;

namespace {

std::vector<PulseObservation> looks(int count, double bpm, float confidence) {
  std::vector<PulseObservation> all;
  for (int i = 0; i < count; ++i) all.push_back({0.25 * i, bpm + 0.2 * (i % 3), confidence, 0.25 * i - 0.3});
  return all;
}

}  // namespace

TEST_CASE("steady_pulse: a tempo that was kept, not one of a moment", "[stream][unit]") {
  const auto steady = steady_pulse(looks(32, 96.0, 0.8F));
  REQUIRE(steady);
  CHECK(steady->bpm == Approx(96.2));
  CHECK(steady->beat_s == Approx(0.25 * 31 - 0.3));
  CHECK_FALSE(steady_pulse(looks(8, 96.0, 0.9F)));
  CHECK_FALSE(steady_pulse(looks(32, 96.0, 0.55F)));
  auto drifting = looks(32, 96.0, 0.8F);
  for (std::size_t i = 0; i < drifting.size(); ++i) drifting[i].bpm *= 1.0 + 0.01 * static_cast<double>(i);
  CHECK_FALSE(steady_pulse(drifting));
}

TEST_CASE("steady_pulse: a few looks may disagree, a third may not", "[stream][unit]") {
  auto some = looks(32, 96.0, 0.8F);
  for (std::size_t i = 0; i < 6; ++i) some[5 * i] = {some[5 * i].time_s, 0.0, 0.0F, 0.0};
  CHECK(steady_pulse(some));
  for (std::size_t i = 0; i < 11; ++i) some[i] = {some[i].time_s, 140.0, 0.9F, 0.0};
  CHECK_FALSE(steady_pulse(some));
}

TEST_CASE("fold_tempo_bpm: by octaves into the range, near to what is played", "[stream][unit]") {
  CHECK(fold_tempo_bpm(100.0, 60.0, 140.0, 90.0) == 100.0);
  CHECK(fold_tempo_bpm(50.0, 60.0, 140.0, 90.0) == 100.0);
  CHECK(fold_tempo_bpm(170.0, 60.0, 140.0, 90.0) == 85.0);
  CHECK(fold_tempo_bpm(65.0, 60.0, 140.0, 120.0) == 130.0);
  CHECK(fold_tempo_bpm(65.0, 60.0, 140.0, 70.0) == 65.0);
  CHECK_FALSE(fold_tempo_bpm(100.0, 74.0, 96.0, 84.0));
}
