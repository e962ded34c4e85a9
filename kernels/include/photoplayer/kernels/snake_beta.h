// SPDX-License-Identifier: Apache-2.0
#pragma once
/// SnakeBeta, the activation of Oobleck (Stable Audio Open), in one pass:
///   y[i, c] = x[i, c] + sin²(frequency[c] · x[i, c]) · gain[c]
/// with frequency = exp(alpha) and gain = 1 / (exp(beta) + 1e-9) of the weights.
///
/// The sine is our own where there is AVX2 and FMA: argument reduced by π in two parts, a polynomial of degree 11.
/// sin² is within 3e-7 of the exact square for |frequency · x| ≤ 2^20; beyond, and for NaN and infinity, std::sin.
///
/// No threads, no allocation; any thread. Tested in tests/unit/kernels/snake_beta_test.cpp.
#include <photoplayer/kernels/status.h>

#include <cstdint>

namespace photoplayer::kernels {

struct SnakeBetaArgs {
  std::int64_t rows = 0;
  std::int64_t channels = 0;
  const float* x = nullptr;          ///< [rows, channels]
  const float* frequency = nullptr;  ///< [channels]
  const float* gain = nullptr;       ///< [channels]
  float* y = nullptr;                ///< [rows, channels], not x
};

/// What all versions refuse: negative sizes, null pointers where there is something to read or write, y that is x.
[[nodiscard]] inline Status check_snake_beta(const SnakeBetaArgs& args) noexcept {
  if (args.rows < 0 || args.channels < 0) return bad_argument("a size is negative");
  if (args.rows == 0 || args.channels == 0) return {};
  if (args.x == nullptr) return bad_argument("x is null");
  if (args.frequency == nullptr) return bad_argument("frequency is null");
  if (args.gain == nullptr) return bad_argument("gain is null");
  if (args.y == nullptr || args.y == args.x) return bad_argument("y is null or x");
  return {};
}

/// The definition above by std::sin.
[[nodiscard]] Status snake_beta_reference(const SnakeBetaArgs& args) noexcept;
/// The fastest for the CPU that this runs on.
[[nodiscard]] Status snake_beta(const SnakeBetaArgs& args) noexcept;

}  // namespace photoplayer::kernels
