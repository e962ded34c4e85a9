// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Convolution of seven taps over rows [time, channel] in 13 instead of 28 products per four moments (Toom–Cook, also
/// called Winograd's minimal filtering), in three steps of which the second is an ordinary product (gemm.h):
///
///   1. split: each block of four moments and the three behind them becomes seven combinations, its value as a
///      polynomial at the points 0, 1, −1, 2, −2, 1/2 and ∞.
///   2. per point: combinations · weights of taps 0 to 3, plus the next block's combinations · weights of taps 4 to 6.
///      The next block is where taps 4 to 6 begin, so it has been split already. Infinity needs no second half.
///   3. join: seven products become four moments.
///
/// A dilation δ makes δ interleaved convolutions, so a block is four moments of each of them: 4 δ rows. A plane holds
/// one point's rows in the order (block, phase) for split and join alike, so that the next block's row is δ rows away.
///
/// Exact but for rounding, which these points amplify: largest error 7e-6 of a deviation at 128 channels of noise,
/// where a direct sum in fp32 is off by 1e-6. Infinity and NaN spread over the blocks that read them.
/// No threads, no allocation; any thread; calls for disjoint rows may run at once.
/// Tested in tests/unit/kernels/toom_cook_test.cpp.
#include <photoplayer/kernels/status.h>

#include <array>
#include <cstddef>
#include <cstdint>

namespace photoplayer::kernels {

inline constexpr int kToomCookPoints = 7, kToomCookMoments = 4, kToomCookHalf = 4;  ///< half: taps at once

/// weights at a point = Σ over the four taps of a half of kToomCookWeights[point][tap] · tap.
inline constexpr std::array<std::array<double, kToomCookHalf>, kToomCookPoints> kToomCookWeights = [] {
  constexpr std::array<double, kToomCookPoints - 1> points = {0.0, 1.0, -1.0, 2.0, -2.0, 0.5};
  std::array<std::array<double, kToomCookHalf>, kToomCookPoints> weights{};
  for (std::size_t p = 0; p < points.size(); ++p) {
    double power = 1.0;
    for (std::size_t q = 0; q < points.size(); ++q) power /= q == p ? 1.0 : points[p] - points[q];
    for (double& weight : weights[p]) weight = power, power *= points[p];
  }
  weights.back().back() = 1.0;
  return weights;
}();

struct ToomCookSplit {
  std::int64_t channels = 0, dilation = 1;
  /// [(4 · block + 6) · dilation + phase] is the last row that plane row block · dilation + phase reads.
  const float* x = nullptr;
  float* planes = nullptr;          ///< [point, plane row, channel]
  std::ptrdiff_t plane_stride = 0;  ///< in numbers
};

struct ToomCookJoin {
  std::int64_t channels = 0, dilation = 1;
  const float* planes = nullptr;
  std::ptrdiff_t plane_stride = 0;
  const float* bias = nullptr;  ///< [channels], or null
  std::int64_t rows = 0;        ///< of y; what plane rows have beyond is dropped
  float* y = nullptr;           ///< [rows, channels]
};

/// Plane rows [begin, end).
[[nodiscard]] Status toom_cook_split(const ToomCookSplit& args, std::int64_t begin, std::int64_t end) noexcept;
[[nodiscard]] Status toom_cook_join(const ToomCookJoin& args, std::int64_t begin, std::int64_t end) noexcept;

/// The same by the compiler's baseline instructions, whatever the CPU.
[[nodiscard]] Status toom_cook_split_baseline(const ToomCookSplit& args, std::int64_t begin, std::int64_t end) noexcept;
[[nodiscard]] Status toom_cook_join_baseline(const ToomCookJoin& args, std::int64_t begin, std::int64_t end) noexcept;

}  // namespace photoplayer::kernels
