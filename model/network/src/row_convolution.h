// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Convolutions over rows [time, channel]. What is read before the first row and behind the last one is zero.
#include <torch/torch.h>

#include <cstdint>
#include <optional>

#include "seven_tap_convolution.h"

namespace photoplayer::network {

/// SnakeBeta, or ELU where there are no frequencies, or nothing.
struct Activation {
  enum class Kind { kNone, kElu, kSnake };
  Kind kind = Kind::kNone;
  torch::Tensor frequency, gain;  ///< [channels]
  [[nodiscard]] static Activation snake(const torch::Tensor& alpha, const torch::Tensor& beta);
  void operator()(const float* x, std::int64_t rows, std::int64_t channels, float* y) const;
};

struct RowConvolution {
  torch::Tensor weight;  ///< [columns, taps · channels]
  torch::Tensor bias;    ///< [columns] or undefined
  std::int64_t channels = 0, taps = 1, dilation = 1;
  std::int64_t margin = 0;  ///< zeros before the first row, and as many behind the last
  bool bf16_products = false;
  std::optional<SevenTapConvolution> fewer_products;  ///< instead of `weight` and `bias`

  /// Of Conv1d's weight [out, in, taps]; as many rows as come in.
  [[nodiscard]] static RowConvolution same_length(const torch::Tensor& weight, const torch::Tensor& bias,
                                                  std::int64_t dilation);
  /// Of ConvTranspose1d's weight [in, out, 2 · stride]. A row that comes out is `stride` moments of `out` channels; the
  /// first is stride / 2 moments early, and there is one row more than comes in.
  [[nodiscard]] static RowConvolution transposed(const torch::Tensor& weight, const torch::Tensor& bias);

  /// From fp32 weights of seven taps on: SevenTapConvolution computes, unless it shall add to y.
  void take_fewer_products();

  [[nodiscard]] std::int64_t columns() const { return fewer_products ? fewer_products->columns() : weight.size(0); }
  [[nodiscard]] std::int64_t rows_for(std::int64_t rows) const { return rows + 2 * margin - dilation * (taps - 1); }

  /// Rows [begin, end) of activation(x) convolved, x [rows, channels]; added to y if `accumulate`. y points to `begin`.
  void operator()(const Activation& activation, const float* x, std::int64_t rows, std::int64_t begin, std::int64_t end,
                  float* y, bool accumulate) const;

 private:
  void multiply(const float* x, std::int64_t rows, float* y, bool accumulate) const;
};

/// So many rows at once stay in the second-level cache; fewer than four times as many are one piece, which all threads
/// share.
inline constexpr std::int64_t kPieceRows = 768;
[[nodiscard]] inline std::int64_t piece_rows(std::int64_t rows) {
  return rows < 4 * kPieceRows ? rows : kPieceRows;
}

}  // namespace photoplayer::network
