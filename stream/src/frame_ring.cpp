// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/stream/frame_ring.h>

#include <algorithm>
#include <bit>

namespace photoplayer::stream {

FrameRing::FrameRing(std::size_t capacity_frames) : frames_(std::bit_ceil(std::max<std::size_t>(capacity_frames, 1))) {}

std::size_t FrameRing::queued_frames() const noexcept {
  // Read first, so that a third thread never sees more taken than written.
  const std::uint64_t taken = taken_.load();
  const std::uint64_t written = written_.load();
  return static_cast<std::size_t>(std::min<std::uint64_t>(written - taken, frames_.size()));
}

bool FrameRing::try_write(std::span<const float> interleaved, std::uint32_t epoch) noexcept {
  const std::size_t count = interleaved.size() / 2;
  const std::uint64_t written = written_.load();
  if (count > frames_.size() - static_cast<std::size_t>(written - taken_.load())) return false;
  for (std::size_t i = 0; i < count; ++i) {
    frames_[static_cast<std::size_t>(written + i) & (frames_.size() - 1)] = {interleaved[2 * i], interleaved[2 * i + 1],
                                                                             epoch};
  }
  written_.store(written + count);
  return true;
}

void FrameRing::pass_over_stale(std::uint32_t epoch) noexcept {
  std::uint64_t taken = taken_.load();
  const std::uint64_t written = written_.load();
  while (taken != written) {
    const Frame& frame = frames_[static_cast<std::size_t>(taken) & (frames_.size() - 1)];
    if (static_cast<std::int32_t>(epoch - frame.epoch) <= 0) break;
    ++taken;
  }
  taken_.store(taken);
}

std::size_t FrameRing::read(std::span<float> out, std::uint32_t epoch) noexcept {
  std::uint64_t taken = taken_.load();
  const std::uint64_t written = written_.load();
  std::size_t count = 0;
  while (count < out.size() / 2 && taken != written) {
    const Frame& frame = frames_[static_cast<std::size_t>(taken) & (frames_.size() - 1)];
    // Signed difference: the counter may wrap in a life of flushes. Frames of a newer epoch than the caller
    // knows wait for its next call.
    const auto age = static_cast<std::int32_t>(epoch - frame.epoch);
    if (age < 0) break;
    ++taken;
    if (age > 0) continue;
    out[2 * count] = frame.left;
    out[2 * count + 1] = frame.right;
    ++count;
  }
  taken_.store(taken);
  return count;
}

}  // namespace photoplayer::stream
