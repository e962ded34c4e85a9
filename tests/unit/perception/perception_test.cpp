// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/perception/perception.h>
#include <photoplayer/stream/steady_pulse.h>

#include <condition_variable>
#include <mutex>
#include <vector>

#include "figures.h"
#include "scenes.h"
#include "support/catch.h"

using namespace photoplayer;
using perception::Perception;
using perception::PerceptionThread;
using tests::Picture;

namespace {

struct Film {
  Picture thumb;
  Picture still{stream::kStillSide, stream::kStillSide};

  void paint(double time_s) {
    const auto scene = [&](double x, double y) { return tests::texture(x + 0.1 * time_s, y, time_s < 2.0 ? 1 : 2); };
    thumb.paint(scene);
    still.paint(scene);
  }
};

struct OneHot final : stream::SemanticEncoder {
  void encode(const stream::PictureView& still, std::span<float, stream::kSemanticDims> out) override {
    out[still.rgb[0]] = 1.0F;
  }
};

/// Works on one still until it is let go.
struct Gate final : stream::SemanticEncoder {
  void encode(const stream::PictureView&, std::span<float, stream::kSemanticDims> out) override {
    std::unique_lock lock(mutex);
    ++entered;
    changed.notify_all();
    changed.wait(lock, [this] { return open; });
    out[0] = 1.0F;
  }
  void wait_for(int calls) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return entered >= calls; });
  }
  void release() {
    const std::lock_guard lock(mutex);
    open = true;
    changed.notify_all();
  }
  std::mutex mutex;
  std::condition_variable changed;
  int entered = 0;
  bool open = false;
};

constexpr double kFps = 25.0;

}  // namespace

TEST_CASE("Perception: offline, both paths and the events reach the timeline", "[perception][unit]") {
  stream::Timeline timeline;
  OneHot encoder;
  Perception perception(timeline, &encoder);
  Film film;
  for (int i = 0; i < 100; ++i) {
    const double time_s = i / kFps;
    film.paint(time_s);
    const auto still = film.still.view();
    perception.see(film.thumb.view(), perception.wants_still(time_s) ? &still : nullptr, time_s);
    REQUIRE(timeline.seen_until_s() == time_s);
  }
  const auto slow = timeline.slow(0.0, 10.0, 10);
  REQUIRE(slow.size() == 4);
  CHECK(slow[3].time_s == Approx(3.0));
  const auto events = timeline.events(1.9, 2.1);
  REQUIRE_FALSE(events.empty());
  CHECK(events[0].kind == stream::VisualEventKind::kCut);
  CHECK(events[0].time_s == Approx(2.0));
  CHECK(timeline.glance(1.9, 2.1).cut > 0.4F);
  CHECK(timeline.glance(0.5, 1.5).motion > 0.05F);
}

TEST_CASE("Perception: a wanted still that fails is asked for again", "[perception][unit]") {
  stream::Timeline timeline;
  Perception perception(timeline, nullptr);
  Film film;
  film.paint(0.0);
  CHECK(perception.wants_still(0.0));
  perception.see(film.thumb.view(), nullptr, 0.0);
  CHECK(perception.wants_still(0.04));
}

TEST_CASE("Perception: reset forgets the picture and the timeline", "[perception][unit]") {
  stream::Timeline timeline;
  Perception perception(timeline, nullptr);
  Film film;
  film.paint(0.0);
  const auto still = film.still.view();
  perception.see(film.thumb.view(), &still, 50.0);
  perception.reset();
  CHECK(timeline.slow(0.0, 100.0, 10).empty());
  CHECK(perception.wants_still(1.0));
  film.paint(3.0);
  perception.see(film.thumb.view(), nullptr, 50.04);
  CHECK(timeline.events(0.0, 100.0).empty());
}

TEST_CASE("PerceptionThread: the video thread does not wait, stale stills are dropped and counted",
          "[perception][unit]") {
  stream::Timeline timeline;
  Gate gate;
  PerceptionThread thread(timeline, &gate);
  Perception perception(timeline, thread);
  Film film;
  for (int i = 0; i < 125; ++i) {  // five stills while the encoder sits on the first
    const double time_s = i / kFps;
    film.paint(time_s);
    const auto still = film.still.view();
    perception.see(film.thumb.view(), perception.wants_still(time_s) ? &still : nullptr, time_s);
    if (i == 0) gate.wait_for(1);
  }
  CHECK(timeline.seen_until_s() == Approx(124 / kFps));
  CHECK(timeline.slow(0.0, 10.0, 10).empty());
  gate.release();
  REQUIRE(thread.wait_until_idle(30.0));
  const auto slow = timeline.slow(0.0, 10.0, 10);
  REQUIRE(slow.size() == 2);
  CHECK(slow[0].time_s == 0.0);
  CHECK(slow[1].time_s == Approx(4.0));
  CHECK(thread.stills_dropped() == 3);
}

TEST_CASE("PerceptionThread: what was begun before a reset is not pushed after it", "[perception][unit]") {
  stream::Timeline timeline;
  Gate gate;
  PerceptionThread thread(timeline, &gate);
  Perception perception(timeline, thread);
  Film film;
  film.paint(0.0);
  const auto still = film.still.view();
  perception.see(film.thumb.view(), &still, 7.0);
  gate.wait_for(1);
  perception.reset();
  gate.release();
  REQUIRE(thread.wait_until_idle(30.0));
  CHECK(timeline.slow(0.0, 100.0, 10).empty());
  perception.see(film.thumb.view(), &still, 1.0);
  REQUIRE(thread.wait_until_idle(30.0));
  CHECK(timeline.slow(0.0, 100.0, 10).size() == 1);
}

TEST_CASE("PerceptionThread: ends with a still waiting and with none", "[perception][unit]") {
  stream::Timeline timeline;
  OneHot encoder;
  Film film;
  film.paint(0.0);
  for (int i = 0; i < 20; ++i) {
    PerceptionThread thread(timeline, &encoder);
    if (i % 2 == 0) thread.offer(film.still.view(), i);
  }
  SUCCEED();
}

TEST_CASE("Perception: the picture's tempo reaches the timeline a few times a second", "[perception][unit]") {
  stream::Timeline timeline;
  Perception perception(timeline, nullptr);
  tests::FigureFilm film;
  film.figure = tests::Figure::kPendulum;
  film.period_s = 2.0 * 60.0 / 96.0;
  Picture picture;
  for (int i = 0; i < 25 * 14; ++i) perception.see(film.paint(picture, i / kFps).view(), nullptr, i / kFps);
  const auto looks = timeline.pulses(0.0, 14.0);
  CHECK(looks.size() >= 45);
  CHECK(looks.size() <= 60);
  CHECK(looks.front().bpm == 0.0);  // nothing is known yet
  const auto steady = stream::steady_pulse(timeline.pulses(6.0, 14.0));
  REQUIRE(steady);
  CHECK(steady->bpm == Approx(96.0).epsilon(0.02));
  perception.reset();
  CHECK(timeline.pulses(0.0, 14.0).empty());
}
