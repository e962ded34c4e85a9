// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/stream/frame_ring.h>

#include <atomic>
#include <thread>
#include <vector>

#include "support/catch.h"

using namespace photoplayer::stream;

namespace {

/// Frames numbered from `first`; the right channel is the negative.
std::vector<float> numbered(std::size_t first, std::size_t count) {
  std::vector<float> frames;
  for (std::size_t i = first; i < first + count; ++i) {
    frames.push_back(static_cast<float>(i));
    frames.push_back(-static_cast<float>(i));
  }
  return frames;
}

}  // namespace

TEST_CASE("FrameRing: a block that does not fit is refused whole", "[stream][unit]") {
  FrameRing ring(8);
  CHECK(ring.try_write(numbered(0, 6), 1));
  CHECK_FALSE(ring.try_write(numbered(6, 3), 1));
  CHECK(ring.queued_frames() == 6);
  CHECK(ring.try_write(numbered(6, 2), 1));
  CHECK(ring.free_frames() == 0);
}

TEST_CASE("FrameRing: frames come out in order across the wrap", "[stream][unit]") {
  FrameRing ring(8);
  std::size_t written = 0, read = 0;
  std::vector<float> out(6);
  for (int turn = 0; turn < 50; ++turn) {
    if (ring.try_write(numbered(written, 5), 1)) written += 5;
    const std::size_t got = ring.read(out, 1);
    for (std::size_t i = 0; i < got; ++i, ++read) REQUIRE(out[2 * i] == static_cast<float>(read));
  }
  CHECK(read > 100);
}

TEST_CASE("FrameRing: stale epochs are passed over, newer ones wait", "[stream][unit]") {
  FrameRing ring(16);
  std::vector<float> out(32);
  REQUIRE(ring.try_write(numbered(0, 4), 1));
  REQUIRE(ring.try_write(numbered(100, 4), 2));
  REQUIRE(ring.try_write(numbered(200, 4), 3));
  CHECK(ring.read(out, 2) == 4);
  CHECK(out[0] == 100.0F);
  CHECK(ring.read(out, 2) == 0);
  CHECK(ring.read(out, 3) == 4);
  CHECK(out[0] == 200.0F);
}

TEST_CASE("FrameRing: two threads lose and swap nothing", "[stream][stress]") {
  FrameRing ring(512);
  constexpr std::size_t kFrames = 300'000;
  std::thread writer([&ring] {
    std::size_t written = 0;
    while (written < kFrames) {
      const std::size_t count = std::min<std::size_t>(1 + written % 97, kFrames - written);
      if (ring.try_write(numbered(written, count), 1)) {
        written += count;
      } else {
        std::this_thread::yield();
      }
    }
  });
  std::vector<float> out(2 * 61);
  std::size_t read = 0;
  bool intact = true;
  while (read < kFrames) {
    const std::size_t got = ring.read(out, 1);
    for (std::size_t i = 0; i < got; ++i, ++read) {
      intact = intact && out[2 * i] == static_cast<float>(read) && out[2 * i + 1] == -static_cast<float>(read);
    }
    if (got == 0) std::this_thread::yield();
  }
  writer.join();
  CHECK(intact);
}

TEST_CASE("FrameRing: nothing stale gets past a flush while both sides run", "[stream][stress]") {
  FrameRing ring(1024);
  std::atomic<std::uint32_t> epoch{1};
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    while (!stop.load()) {
      const std::uint32_t mine = epoch.load();
      const std::vector<float> block(2 * 32, static_cast<float>(mine));
      if (!ring.try_write(block, mine)) std::this_thread::yield();
    }
  });
  std::vector<float> out(2 * 48);
  bool clean = true;
  for (std::uint32_t wanted = 1; wanted <= 200; ++wanted) {
    epoch.store(wanted);
    std::size_t seen = 0;
    while (seen < 200) {
      const std::size_t got = ring.read(out, wanted);
      for (std::size_t i = 0; i < 2 * got; ++i) clean = clean && out[i] == static_cast<float>(wanted);
      seen += got;
      if (got == 0) std::this_thread::yield();
    }
  }
  stop.store(true);
  writer.join();
  CHECK(clean);
}
