// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Where a latent is in time. A score bundle's rows are beats (beat_clock.h); an audio bundle's rows have a
/// fixed rate. Owned and used by the sampler's thread. Tested in tests/unit/stream/clocks_test.cpp.
#include <cstdint>

namespace photoplayer::stream {

class LatentClock {
 public:
  virtual ~LatentClock() = default;
  /// Running time at which latent `row` begins.
  [[nodiscard]] virtual double time_s(std::int64_t row) const = 0;
  /// The row that sounds at `time_s`.
  [[nodiscard]] virtual std::int64_t row_at(double time_s) const = 0;
};

/// 2048 samples at 44.1 kHz per latent: 11025 latents in exactly 512 s. Whole multiples of 512 s are split
/// off first, so no rounding grows with the length of a stream.
class FixedLatentClock final : public LatentClock {
 public:
  static constexpr std::int64_t kLatents = 11025;
  static constexpr std::int64_t kSpan_s = 512;

  explicit FixedLatentClock(double origin_s = 0.0) : origin_s_(origin_s) {}
  [[nodiscard]] double time_s(std::int64_t row) const override;
  [[nodiscard]] std::int64_t row_at(double time_s) const override;

 private:
  double origin_s_;
};

}  // namespace photoplayer::stream
