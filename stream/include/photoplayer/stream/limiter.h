// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Stereo-linked look-ahead limiter to a true-peak ceiling. Peaks are measured four times oversampled (as
/// BS.1770-4 does); the gain comes down over the look-ahead before a peak arrives, so that neither click nor
/// clipping is heard, and recovers slowly. No allocation after construction. Owned by the conductor. Tested
/// in tests/unit/stream/limiter_test.cpp.
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace photoplayer::stream {

class Limiter {
 public:
  static constexpr std::size_t kLookAhead_frames = 88;  ///< 2 ms
  static constexpr std::size_t kPhases = 4;
  static constexpr std::size_t kTaps = 16;  ///< per phase: sees 8 samples to either side
  /// Output frame n is input frame n − this.
  static constexpr std::size_t kDelay_frames = kLookAhead_frames - 1 + kTaps;

  explicit Limiter(double ceiling_dbtp = -1.0, double sample_rate_hz = 44100.0);

  /// In place, interleaved stereo; `gains` gets the gain of every output frame. Values that are not finite
  /// become 0.
  void process(std::span<float> frames, std::span<float> gains) noexcept;
  void reset() noexcept;

 private:
  [[nodiscard]] float peak_around(std::size_t newest) const noexcept;
  [[nodiscard]] float least_gain(float gain) noexcept;
  [[nodiscard]] float smooth(float gain) noexcept;

  static constexpr std::size_t kHistory = 128;  ///< ≥ delay + 1 and ≥ kTaps, a power of two
  static constexpr std::size_t kHold_frames = kLookAhead_frames + kTaps;
  static_assert(kHistory > kDelay_frames && kHistory > kHold_frames);

  std::array<std::array<float, kTaps>, kPhases> filter_{};
  float ceiling_;
  float recovery_;
  std::array<std::array<float, kHistory>, 2> history_{};
  std::uint64_t frame_ = 0;
  // Sliding minimum: a queue of candidates whose gains increase.
  struct Candidate {
    std::uint64_t frame;
    float gain;
  };
  std::array<Candidate, kHistory> queue_{};
  std::size_t queue_head_ = 0, queue_size_ = 0;
  float recovering_ = 1.0F;
  // Moving average in integers, so that its running sum never drifts.
  std::array<std::uint32_t, kLookAhead_frames> averaged_{};
  std::uint64_t sum_ = 0;
};

}  // namespace photoplayer::stream
