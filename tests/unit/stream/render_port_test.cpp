// SPDX-License-Identifier: Apache-2.0
#include "ring_render_port.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "support/allocation_guard.h"
#include "support/blocking_guard.h"
#include "support/catch.h"

using namespace photoplayer::stream;
using photoplayer::test::AllocationGuard;
using photoplayer::test::BlockingGuard;

namespace {

std::vector<float> steady(std::size_t frames, float level = 0.5F) {
  return std::vector<float>(2 * frames, level);
}

float largest_step(const std::vector<float>& out, float before) {
  float largest = 0.0F;
  for (std::size_t i = 0; i < out.size(); i += 2) {
    largest = std::max(largest, std::abs(out[i] - before));
    before = out[i];
  }
  return largest;
}

constexpr float kGentle = 0.5F * 2.5F / static_cast<float>(RingRenderPort::kRamp_frames);

}  // namespace

TEST_CASE("RenderPort: silence before the first music is not an underrun", "[stream][rt]") {
  FrameRing ring(4096);
  RingRenderPort port(ring);
  std::vector<float> out(2 * 100, 1.0F);
  const RenderStatus status = port.render(out);
  CHECK(status.frames_rendered == 0);
  CHECK(status.frames_missing == 100);
  CHECK(std::all_of(out.begin(), out.end(), [](float v) { return v == 0.0F; }));
  CHECK(port.underrun_events() == 0);
}

TEST_CASE("RenderPort: once sound is due, silence before the first music is an underrun, and is made up for",
          "[stream][rt]") {
  FrameRing ring(8192);
  RingRenderPort port(ring, 1000);
  std::vector<float> out(2 * 100);
  (void)port.render(out);
  port.expect_sound(true);
  for (int i = 0; i < 3; ++i) (void)port.render(out);
  CHECK(port.underrun_events() == 1);
  CHECK(port.underrun_frames() == 300);
  std::vector<float> music = steady(700, 0.25F);
  std::fill(music.begin(), music.begin() + 2 * 300, 0.5F);  // what should have sounded by now
  REQUIRE(ring.try_write(music, port.epoch()));
  CHECK(port.render(out).frames_rendered == 100);  // waiting for a full buffer would make it later still
  CHECK(*std::max_element(out.begin(), out.end()) <= 0.25F);
  CHECK(port.queued_frames() == 300);
  CHECK(port.underrun_frames() == 300);
}

TEST_CASE("RenderPort: an underrun ramps to silence and back without a step", "[stream][rt]") {
  FrameRing ring(8192);
  RingRenderPort port(ring);
  REQUIRE(ring.try_write(steady(1000), 1));
  std::vector<float> out(2 * 1000);
  (void)port.render(out);
  CHECK(largest_step(out, 0.0F) < kGentle);

  const RenderStatus dry = port.render(out);
  CHECK(dry.frames_missing == 1000);
  CHECK(largest_step(out, 0.5F) < kGentle);
  CHECK(out.back() == 0.0F);
  (void)port.render(out);
  CHECK(port.underrun_events() == 1);
  CHECK(port.underrun_frames() == 2000);

  // 2000 frames are late by now and must be passed over to stay on the clock.
  REQUIRE(ring.try_write(steady(3000), 1));
  const RenderStatus back = port.render(out);
  CHECK(back.frames_rendered == 1000);
  CHECK(ring.queued_frames() == 0);
  CHECK(largest_step(out, 0.0F) < kGentle);
  CHECK(out.back() == 0.5F);
}

TEST_CASE("RenderPort: a short underrun inside a block has no step either", "[stream][rt]") {
  FrameRing ring(8192);
  RingRenderPort port(ring);
  REQUIRE(ring.try_write(steady(1050), 1));
  std::vector<float> all;
  std::vector<float> out(2 * 100);
  for (int i = 0; i < 30; ++i) {
    if (i == 11) REQUIRE(ring.try_write(steady(3000), 1));
    (void)port.render(out);
    all.insert(all.end(), out.begin(), out.end());
  }
  CHECK(port.underrun_events() == 1);
  CHECK(port.underrun_frames() == 50);
  CHECK(largest_step(all, 0.0F) < kGentle);
  CHECK(*std::max_element(all.begin(), all.end()) <= 0.76F);
}

TEST_CASE("RenderPort: a flush discards what was queued and is not an underrun", "[stream][rt]") {
  FrameRing ring(8192);
  RingRenderPort port(ring);
  REQUIRE(ring.try_write(steady(2000), port.epoch()));
  std::vector<float> out(2 * 500);
  (void)port.render(out);
  const std::uint32_t stale = port.epoch();
  const std::uint32_t fresh = port.flush();
  REQUIRE(ring.try_write(steady(500), stale));  // a conductor that has not noticed yet
  CHECK(port.render(out).frames_rendered == 0);
  CHECK(largest_step(out, 0.5F) < kGentle);
  CHECK(out.back() == 0.0F);
  REQUIRE(ring.try_write(steady(500, -0.25F), fresh));
  CHECK(port.render(out).frames_rendered == 500);
  CHECK(out.back() == -0.25F);
  CHECK(largest_step(out, 0.0F) < kGentle);
  CHECK(port.underrun_events() == 0);
}

TEST_CASE("RenderPort: silence after the end is not an underrun", "[stream][rt]") {
  FrameRing ring(1024);
  RingRenderPort port(ring);
  REQUIRE(ring.try_write(steady(100), 1));
  port.expect_no_more(true);
  std::vector<float> out(2 * 300);
  (void)port.render(out);
  CHECK(port.underrun_events() == 0);
  CHECK(port.underrun_frames() == 0);
}

TEST_CASE("RenderPort: rendering neither allocates nor waits, whatever happens", "[stream][rt]") {
  SECTION("the guard sees an allocation") {
    const AllocationGuard guard;
    const auto thing = std::make_unique<int>(1);
    CHECK(guard.count() >= 1);
  }
  SECTION("the guard sees a lock, a wait and a sleep") {
    std::mutex mutex;
    std::condition_variable condition;
    const BlockingGuard guard;
    std::unique_lock lock(mutex);
    const std::size_t locked = guard.count();
    condition.wait_for(lock, std::chrono::microseconds(1), [] { return false; });
    const std::size_t waited = guard.count();
    std::this_thread::sleep_for(std::chrono::microseconds(1));
    const std::size_t slept = guard.count();
    if (BlockingGuard::works()) {
      CHECK(locked == 1);
      CHECK(waited > locked);
      CHECK(slept > waited);
    } else {
      WARN("locks and waits are not counted under this sanitizer");
    }
  }
  FrameRing ring(4096);
  RingRenderPort port(ring);
  const std::vector<float> block = steady(441);
  std::vector<float> out(2 * 4096);
  std::size_t allocations = 0, waits = 0;
  {
    const AllocationGuard guard;
    const BlockingGuard blocking;
    for (std::size_t i = 0; i < 5000; ++i) {
      if (i % 7 != 0) (void)ring.try_write(block, port.epoch());
      if (i % 501 == 0) (void)port.flush();
      (void)port.render(std::span(out).first(2 * (i * 37 % 1500)));  // also 0 frames, overruns and underruns
    }
    allocations = guard.count();
    waits = blocking.count();
  }
  CHECK(allocations == 0);
  CHECK(waits == 0);
  CHECK(port.underrun_events() > 5);
}

TEST_CASE("RenderPort: music begins once the jitter buffer is full, and a flush fills it anew", "[stream][rt]") {
  FrameRing ring(8192);
  RingRenderPort port(ring, 1000);
  std::vector<float> out(2 * 100);
  REQUIRE(ring.try_write(steady(900), port.epoch()));
  CHECK(port.render(out).frames_rendered == 0);
  REQUIRE(ring.try_write(steady(100), port.epoch()));
  CHECK(port.render(out).frames_rendered == 100);
  CHECK(port.queued_frames() == 900);
  const std::uint32_t fresh = port.flush();
  CHECK(port.queued_frames() == 0);
  REQUIRE(ring.try_write(steady(999), fresh));
  CHECK(port.queued_frames() == 999);
  CHECK(port.render(out).frames_rendered == 0);
  port.expect_no_more(true);  // a piece shorter than the buffer
  CHECK(port.render(out).frames_rendered == 100);
  CHECK(port.underrun_events() == 0);
}
