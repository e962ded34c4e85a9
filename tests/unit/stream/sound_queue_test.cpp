// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/stream/sound_queue.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "support/catch.h"

using photoplayer::stream::SoundQueue;

namespace {

constexpr auto kFade = static_cast<std::ptrdiff_t>(SoundQueue::kFade_frames);

std::vector<float> block(std::size_t frames, float value) {
  return std::vector<float>(2 * frames, value);
}
std::vector<float> take(SoundQueue& queue, std::size_t frames) {
  std::vector<float> out(2 * frames, 9.0F);
  queue.take(out);
  return out;
}
float largest_step(const std::vector<float>& sound) {
  float largest = 0.0F;
  for (std::size_t i = 2; i < sound.size(); ++i) largest = std::max(largest, std::abs(sound[i] - sound[i - 2]));
  return largest;
}

}  // namespace

TEST_CASE("Sound queue: blocks that follow each other pass unchanged", "[stream][unit]") {
  SoundQueue queue;
  queue.add(0, block(2048, 0.5F), block(4000, 0.5F));
  (void)take(queue, 1500);
  queue.add(548, block(2048, 0.5F), {});
  const auto out = take(queue, 2596);
  CHECK(std::all_of(out.begin(), out.end(), [](float v) { return v == 0.5F; }));
  CHECK(queue.frames() == 0);
  CHECK(take(queue, 4) == block(4, 0.0F));
}

TEST_CASE("Sound queue: the first block fades in", "[stream][unit]") {
  SoundQueue queue;
  queue.add(0, block(4000, 0.5F), {});
  const auto out = take(queue, 4000);
  CHECK(out[0] < 0.001F);
  CHECK(out[static_cast<std::size_t>(2 * kFade)] == 0.5F);
  CHECK(largest_step(out) < 0.001F);
}

TEST_CASE("Sound queue: what follows fades out where the next block is missing, and the late one fades in",
          "[stream][unit]") {
  SoundQueue queue;
  queue.add(0, block(4096, 0.5F), block(SoundQueue::kFade_frames, 0.5F));
  auto out = take(queue, 4096 + 700);  // into the fade
  const std::int64_t late = 700;
  queue.add(-late, block(4096, 0.5F), {});
  const auto rest = take(queue, 4096 - 700);
  out.insert(out.end(), rest.begin(), rest.end());
  CHECK(largest_step(std::vector<float>(out.begin() + 8192 - 2, out.end())) < 0.002F);
  CHECK(out.back() == 0.5F);

  SECTION("over as long as 300 ms, if there is so much") {
    SoundQueue gentle;
    gentle.add(0, block(4096, 0.5F), block(20000, 0.5F));
    auto all = take(gentle, 4096 + 6615);
    CHECK(all[2 * (4096 + 6614)] == Approx(0.25F).margin(0.01));  // half way down
    gentle.add(-6615, block(16384, 0.5F), {});
    const auto more = take(gentle, 9000);
    all.insert(all.end(), more.begin(), more.end());
    CHECK(largest_step(std::vector<float>(all.begin() + 8192 - 2, all.end())) < 0.002F);
    CHECK(all.back() == 0.5F);
  }
  SECTION("and silence lies between if it comes later still") {
    SoundQueue slow;
    slow.add(0, block(4096, 0.5F), block(SoundQueue::kFade_frames, 0.5F));
    auto all = take(slow, 4096 + 3000);
    CHECK(all[2 * (4096 + SoundQueue::kFade_frames)] == 0.0F);
    slow.add(-3000, block(8192, 0.5F), {});
    const auto more = take(slow, 5192);
    all.insert(all.end(), more.begin(), more.end());
    CHECK(largest_step(std::vector<float>(all.begin() + 8192 - 2, all.end())) < 0.002F);
    CHECK(all.back() == 0.5F);
  }
}

TEST_CASE("Sound queue: a block ahead of time leaves silence before it", "[stream][unit]") {
  SoundQueue queue;
  queue.add(500, block(4096, 0.5F), {});
  const auto out = take(queue, 4596);
  CHECK(std::all_of(out.begin(), out.begin() + 1000, [](float v) { return v == 0.0F; }));
  CHECK(out.back() == 0.5F);
}

TEST_CASE("Sound queue: a block that is past altogether is dropped", "[stream][unit]") {
  SoundQueue queue;
  queue.add(-5000, block(2048, 0.5F), {});
  CHECK(take(queue, 100) == block(100, 0.0F));
}
