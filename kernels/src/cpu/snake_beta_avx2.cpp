// SPDX-License-Identifier: Apache-2.0
/// sin² has the period π, so the quotient's parity does not matter and one polynomial on [−π/2, π/2] is enough.
#include "snake_beta_avx2.h"

#include <immintrin.h>

#include <cmath>

namespace photoplayer::kernels {
namespace {

constexpr float kLargest = 0x1p20F;  ///< the quotient times π's remainder below both parts is then under 1e-8

/// sin² of r in [−π/2, π/2]: r + r³ P(r²), fitted to the least largest error (2e-11 before rounding).
__m256 squared_sine(__m256 r) noexcept {
  const __m256 s = _mm256_mul_ps(r, r);
  __m256 p = _mm256_set1_ps(-2.38464522e-8F);
  p = _mm256_fmadd_ps(p, s, _mm256_set1_ps(2.75226048e-6F));
  p = _mm256_fmadd_ps(p, s, _mm256_set1_ps(-1.98408038e-4F));
  p = _mm256_fmadd_ps(p, s, _mm256_set1_ps(8.33333049e-3F));
  p = _mm256_fmadd_ps(p, s, _mm256_set1_ps(-1.6666667e-1F));
  const __m256 sine = _mm256_fmadd_ps(_mm256_mul_ps(p, s), r, r);
  return _mm256_mul_ps(sine, sine);
}

__m256 snake(__m256 x, __m256 frequency, __m256 gain) noexcept {
  const __m256 z = _mm256_mul_ps(frequency, x);
  const __m256 too_large =
      _mm256_cmp_ps(_mm256_andnot_ps(_mm256_set1_ps(-0.0F), z), _mm256_set1_ps(kLargest), _CMP_NLE_UQ);
  __m256 square;
  if (_mm256_movemask_ps(too_large) == 0) {
    const __m256 quotient =
        _mm256_round_ps(_mm256_mul_ps(z, _mm256_set1_ps(0.318309886F)), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    const __m256 high = _mm256_fnmadd_ps(quotient, _mm256_set1_ps(3.14159274F), z);
    square = squared_sine(_mm256_fnmadd_ps(quotient, _mm256_set1_ps(-8.74227766e-8F), high));
  } else {
    alignas(32) float each[8];
    _mm256_store_ps(each, z);
    for (float& value : each) {
      const float sine = ::sinf(value);
      value = sine * sine;
    }
    square = _mm256_load_ps(each);
  }
  return _mm256_fmadd_ps(square, gain, x);
}

/// For the last channels of a row: the lanes below `count`.
__m256i first(std::int64_t count) noexcept {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(count)), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

}  // namespace

void snake_beta_avx2(const SnakeBetaArgs& args) noexcept {
  const std::int64_t whole = args.channels / 8 * 8;
  const __m256i rest = first(args.channels - whole);
  for (std::int64_t i = 0; i < args.rows; ++i) {
    const float* x = args.x + i * args.channels;
    float* y = args.y + i * args.channels;
    for (std::int64_t c = 0; c < whole; c += 8) {
      _mm256_storeu_ps(
          y + c, snake(_mm256_loadu_ps(x + c), _mm256_loadu_ps(args.frequency + c), _mm256_loadu_ps(args.gain + c)));
    }
    if (whole == args.channels) continue;
    _mm256_maskstore_ps(y + whole, rest,
                        snake(_mm256_maskload_ps(x + whole, rest), _mm256_maskload_ps(args.frequency + whole, rest),
                              _mm256_maskload_ps(args.gain + whole, rest)));
  }
}

}  // namespace photoplayer::kernels
