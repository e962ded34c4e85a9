// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/stream/motion_history.h>
#include <photoplayer/stream/timeline.h>

#include "support/catch.h"

using namespace photoplayer::stream;

namespace {

/// Motion that goes from `least` to `most` and back once in ten seconds.
float wave(double time_s, float least, float most) {
  const auto part = static_cast<float>(time_s / 10.0 - static_cast<double>(static_cast<long>(time_s / 10.0)));
  return least + (most - least) * (part < 0.5F ? 2.0F * part : 2.0F - 2.0F * part);
}

MotionHistory seen(float least, float most, double from_s, double to_s) {
  MotionHistory history;
  for (double time_s = from_s; time_s < to_s; time_s += 0.04) history.add(time_s, wave(time_s, least, most));
  return history;
}

}  // namespace

TEST_CASE("MotionHistory: calm and lively are what they are in this picture", "[stream][unit]") {
  const MotionHistory calm = seen(0.0F, 0.2F, 0.0, 120.0), wild = seen(0.4F, 0.9F, 0.0, 120.0);
  CHECK(calm.standing(0.2F, 120.0) == Approx(1.0).margin(0.05));
  CHECK(calm.standing(0.1F, 120.0) == Approx(0.0).margin(0.2));
  CHECK(calm.standing(0.0F, 120.0) == Approx(-1.0).margin(0.05));
  CHECK(wild.standing(0.45F, 120.0) < -0.8F);
  CHECK(wild.standing(0.65F, 120.0) == Approx(0.0).margin(0.2));
  CHECK(wild.standing(5.0F, 120.0) == 1.0F);
}

TEST_CASE("MotionHistory: at first a picture is measured by films in general", "[stream][unit]") {
  CHECK(MotionHistory().standing(0.6F, 0.0) == 1.0F);
  CHECK(MotionHistory().standing(0.0F, 0.0) == -1.0F);
  CHECK(seen(0.7F, 0.7F, 0.0, 3.0).standing(0.7F, 3.0) > 0.5F);
  CHECK(std::abs(seen(0.7F, 0.7F, 0.0, 180.0).standing(0.7F, 180.0)) < 0.15F);
}

TEST_CASE("MotionHistory: what is hardly a difference stays small", "[stream][unit]") {
  const MotionHistory still = seen(0.50F, 0.504F, 0.0, 170.0);
  CHECK(std::abs(still.standing(0.504F, 170.0)) < 0.2F);
}

TEST_CASE("MotionHistory: the last three minutes count, and nothing after the moment", "[stream][unit]") {
  MotionHistory history;
  for (double time_s = 0.0; time_s < 400.0; time_s += 0.04) {
    history.add(time_s, wave(time_s, time_s < 100.0 ? 0.0F : 0.4F, time_s < 100.0 ? 0.2F : 0.8F));
  }
  CHECK(history.standing(0.1F, 100.0) == Approx(0.0).margin(0.2));
  CHECK(history.standing(0.6F, 300.0) == Approx(0.0).margin(0.2));
  // Frames of 700 s push those of 100 s out, but not those of 300 s.
  for (double time_s = 400.0; time_s < 700.0; time_s += 0.04) history.add(time_s, 0.1F);
  CHECK(history.standing(0.6F, 390.0) == Approx(0.0).margin(0.2));
}

TEST_CASE("Timeline: liveliness is cut where the picture is, and forgets with it", "[stream][unit]") {
  Timeline timeline;
  CHECK_FALSE(timeline.liveliness(0.0, 1.0));
  for (double time_s = 0.0; time_s < 120.0; time_s += 0.04) {
    FastObservation frame;
    frame.time_s = time_s;
    frame.motion = wave(time_s, 0.0F, 0.2F);
    timeline.push(frame);
  }
  timeline.advance(105.0);
  CHECK(timeline.liveliness(104.5, 119.0).value_or(0.0F) > 0.9F);  // up to 105 s, at its liveliest
  CHECK(timeline.liveliness(99.5, 100.5).value_or(0.0F) < -0.9F);
  CHECK_FALSE(timeline.liveliness(110.0, 111.0));
  timeline.reset();
  CHECK_FALSE(timeline.liveliness(99.5, 100.5));
}
