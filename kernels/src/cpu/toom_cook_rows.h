// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Splitting and joining of rows, once for all CPUs. A combination's coefficients are those of the product of (z −
/// point) over the other finite points; all but two of these products share the factor z − 1/2, and pairs of points
/// their even and odd parts.
#include <photoplayer/kernels/toom_cook.h>

#include "lanes.h"

namespace photoplayer::kernels {
namespace {

template <typename Machine>
class ToomCookRows {
 public:
  static void split(const ToomCookSplit& args, std::int64_t begin, std::int64_t end) noexcept {
    for (std::int64_t row = begin; row < end; ++row) {
      // Block and phase of a plane row; a block has four times as many rows as its plane row has phases.
      const float* x = args.x + (row + 3 * args.dilation * (row / args.dilation)) * args.channels;
      float* planes = args.planes + row * args.channels;
      const std::ptrdiff_t step = args.dilation * args.channels;
      std::int64_t c = 0;
      for (; c + Machine::kLanes <= args.channels; c += Machine::kLanes) {
        split_at<Machine>(x + c, step, planes + c, args.plane_stride);
      }
      for (; c < args.channels; ++c) split_at<Lanes<1>>(x + c, step, planes + c, args.plane_stride);
    }
  }

  static void join(const ToomCookJoin& args, std::int64_t begin, std::int64_t end) noexcept {
    for (std::int64_t row = begin; row < end; ++row) {
      const std::int64_t first = row + 3 * args.dilation * (row / args.dilation);
      std::int64_t moments = 0;
      while (moments < kToomCookMoments && first + moments * args.dilation < args.rows) ++moments;
      const float* planes = args.planes + row * args.channels;
      float* y = args.y + first * args.channels;
      const std::ptrdiff_t step = args.dilation * args.channels;
      const auto bias = [&](std::int64_t c) { return args.bias == nullptr ? nullptr : args.bias + c; };
      std::int64_t c = 0;
      for (; c + Machine::kLanes <= args.channels; c += Machine::kLanes) {
        join_at<Machine>(planes + c, args.plane_stride, bias(c), y + c, step, moments);
      }
      for (; c < args.channels; ++c) join_at<Lanes<1>>(planes + c, args.plane_stride, bias(c), y + c, step, moments);
    }
  }

 private:
  template <typename M>
  [[gnu::always_inline]] static void split_at(const float* x, std::ptrdiff_t step, float* planes,
                                              std::ptrdiff_t plane) noexcept {
    using Vector = typename M::Vector;
    const auto load = [&](int i) { return M::load(x + i * step); };
    const auto store = [&](int point, Vector value) { M::store(planes + point * plane, value); };
    const Vector x1 = load(1), x2 = load(2), x3 = load(3), x4 = load(4), x5 = load(5);
    // Times z − 1/2.
    const Vector h0 = x1 - 0.5F * load(0), h1 = x2 - 0.5F * x1, h2 = x3 - 0.5F * x2, h3 = x4 - 0.5F * x3,
                 h4 = x5 - 0.5F * x4, h5 = load(6) - 0.5F * x5;
    store(0, h4 - 5.0F * h2 + 4.0F * h0);
    const Vector even_1 = h4 - 4.0F * h2, odd_1 = h3 - 4.0F * h1;
    store(1, even_1 + odd_1), store(2, even_1 - odd_1);
    const Vector even_2 = h4 - h2, odd_2 = h3 - h1;
    store(3, even_2 + 2.0F * odd_2), store(4, even_2 - 2.0F * odd_2);
    store(5, x5 - 5.0F * x3 + 4.0F * x1);
    store(6, h5 - 5.0F * h3 + 4.0F * h1);
  }

  template <typename M>
  [[gnu::always_inline]] static void join_at(const float* planes, std::ptrdiff_t plane, const float* bias, float* y,
                                             std::ptrdiff_t step, std::int64_t moments) noexcept {
    using Vector = typename M::Vector;
    const auto load = [&](int point) { return M::load(planes + point * plane); };
    const Vector added = bias == nullptr ? Vector{} : M::load(bias);
    const Vector plus_1 = load(1) + load(2), minus_1 = load(1) - load(2);
    const Vector plus_2 = load(3) + load(4), minus_2 = load(3) - load(4), half = load(5);
    const Vector out[kToomCookMoments] = {
        added + (load(0) + plus_1 + plus_2 + half), added + (minus_1 + 2.0F * minus_2 + 0.5F * half),
        added + (plus_1 + 4.0F * plus_2 + 0.25F * half), added + (minus_1 + 8.0F * minus_2 + 0.125F * half + load(6))};
    for (std::int64_t j = 0; j < moments; ++j) M::store(y + j * step, out[j]);
  }
};

}  // namespace
}  // namespace photoplayer::kernels
