// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Pillow's antialiased bicubic resampling along one axis, for bytes: weights in 22-bit fixed point.
#include <cstddef>
#include <cstdint>
#include <vector>

namespace photoplayer::perception::detail {

class BicubicKernel {
 public:
  /// `from` pixels become `to`, of which only `count` from `first` on are wanted.
  BicubicKernel(int from, int to, int first, int count);

  /// The old pixels that `apply` reads: [first_from, end_from).
  [[nodiscard]] int first_from() const noexcept { return taps_.front().from; }
  [[nodiscard]] int end_from() const noexcept { return taps_.back().from + taps_.back().count; }

  /// `out[i * out_step + c]` for each wanted pixel i and channel c, from pixels `step` apart; `in` is pixel
  /// `first_from()`.
  void apply(const std::uint8_t* in, std::ptrdiff_t step, std::uint8_t* out, std::ptrdiff_t out_step,
             int channels) const noexcept;

 private:
  struct Taps {
    int from;
    int count;
    std::size_t weights;  ///< index of the first
  };
  std::vector<Taps> taps_;
  std::vector<std::int32_t> weights_;
};

}  // namespace photoplayer::perception::detail
