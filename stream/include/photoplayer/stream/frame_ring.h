// SPDX-License-Identifier: Apache-2.0
#pragma once
/// PCM from the conductor to the render thread: single producer, single consumer, interleaved stereo under
/// one cursor pair. Every frame carries the epoch it was made for, so a flush raises the wanted epoch and the
/// reader passes over what is stale by itself: no side ever moves the other's cursor. Wait-free on both
/// sides, no allocation after construction. Tested in tests/unit/stream/frame_ring_test.cpp, also under the
/// thread sanitizer.
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace photoplayer::stream {

class FrameRing {
 public:
  /// `capacity_frames` is rounded up to a power of two.
  explicit FrameRing(std::size_t capacity_frames);

  [[nodiscard]] std::size_t capacity_frames() const noexcept { return frames_.size(); }
  /// Frames between the cursors, stale ones included. Any thread.
  [[nodiscard]] std::size_t queued_frames() const noexcept;
  /// Frames ever written. Any thread.
  [[nodiscard]] std::uint64_t written_frames() const noexcept { return written_.load(); }
  [[nodiscard]] std::size_t free_frames() const noexcept { return capacity_frames() - queued_frames(); }

  /// Goes in whole or not at all (false). Caller: conductor. Progress: wait-free.
  [[nodiscard]] bool try_write(std::span<const float> interleaved, std::uint32_t epoch) noexcept;

  /// Takes up to out.size() / 2 frames of `epoch`, passing over older ones; returns the frames taken. Caller:
  /// render. Progress: wait-free, at most capacity_frames() steps.
  [[nodiscard]] std::size_t read(std::span<float> out, std::uint32_t epoch) noexcept;

  /// Drops what is older than `epoch` at the reader's end. Caller: render. Progress: wait-free.
  void pass_over_stale(std::uint32_t epoch) noexcept;

 private:
  struct Frame {
    float left = 0.0F, right = 0.0F;
    std::uint32_t epoch = 0;
  };
  static constexpr std::size_t kCacheLine_bytes = 64;
  static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

  std::vector<Frame> frames_;
  alignas(kCacheLine_bytes) std::atomic<std::uint64_t> written_{0};
  alignas(kCacheLine_bytes) std::atomic<std::uint64_t> taken_{0};
};

}  // namespace photoplayer::stream
