// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Conv1d of seven taps and a dilation over rows [time, channel], by 13/28 of the products (kernels/toom_cook.h). Its
/// weights are 13/7 times as many and fp32: transformed in double and rounded once; bf16 would round them to 2^-9.
/// Tested in tests/unit/model/seven_tap_convolution_test.cpp.
#include <torch/torch.h>

#include <cstdint>

namespace photoplayer::network {

class SevenTapConvolution {
 public:
  /// weight [columns, 7 · channels], tap by tap, fp32; bias [columns] or undefined. Keeps copies.
  SevenTapConvolution(const torch::Tensor& weight, const torch::Tensor& bias, std::int64_t dilation);

  [[nodiscard]] std::int64_t columns() const { return columns_; }
  /// So many rows of x must be there for `rows` of y. Those behind rows + 6 · dilation change y by rounding only.
  [[nodiscard]] std::int64_t rows_read(std::int64_t rows) const;
  /// y[t] = bias + Σ over taps k of x[t + k · dilation] · weightₖ; x [rows_read(rows), channels], y [rows, columns].
  void operator()(const float* x, std::int64_t rows, float* y) const;

 private:
  [[nodiscard]] std::int64_t blocks(std::int64_t rows) const;

  std::int64_t columns_, channels_, dilation_;
  torch::Tensor halves_;       ///< [finite point, columns, half of the taps · channels]
  torch::Tensor at_infinity_;  ///< [columns, channels]
  torch::Tensor bias_;
};

}  // namespace photoplayer::network
