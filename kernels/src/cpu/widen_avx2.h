// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Eight rows of weights at a time, widened and transposed in registers. For sources compiled with AVX2 and F16C.
#include <immintrin.h>

#include "half_bits.h"

namespace photoplayer::kernels {
namespace {

[[gnu::always_inline]] inline __m256 eight_of(const std::byte* at, WeightType type) noexcept {
  if (type == WeightType::kFloat32) return _mm256_loadu_ps(reinterpret_cast<const float*>(at));
  const __m128i half = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
  if (type == WeightType::kFloat16) return _mm256_cvtph_ps(half);
  return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(half), 16));
}

[[gnu::always_inline]] inline void transpose(__m256 (&v)[8]) noexcept {
  __m256 a[8], b[8];
  for (int i = 0; i < 4; ++i) {
    a[2 * i] = _mm256_unpacklo_ps(v[2 * i], v[2 * i + 1]);
    a[2 * i + 1] = _mm256_unpackhi_ps(v[2 * i], v[2 * i + 1]);
  }
  for (int i = 0; i < 2; ++i) {
    b[4 * i] = _mm256_shuffle_ps(a[4 * i], a[4 * i + 2], 0x44);
    b[4 * i + 1] = _mm256_shuffle_ps(a[4 * i], a[4 * i + 2], 0xEE);
    b[4 * i + 2] = _mm256_shuffle_ps(a[4 * i + 1], a[4 * i + 3], 0x44);
    b[4 * i + 3] = _mm256_shuffle_ps(a[4 * i + 1], a[4 * i + 3], 0xEE);
  }
  for (int i = 0; i < 4; ++i) {
    v[i] = _mm256_permute2f128_ps(b[i], b[i + 4], 0x20);
    v[i + 4] = _mm256_permute2f128_ps(b[i], b[i + 4], 0x31);
  }
}

template <WeightType kType>
void widen_columns_of(const std::byte* weight, std::int64_t row_bytes, std::int64_t depth, float* to,
                      std::int64_t to_stride) noexcept {
  for (std::int64_t d = 0; d < depth; d += 8) {
    __m256 v[8];
    for (int j = 0; j < 8; ++j) v[j] = eight_of(weight + j * row_bytes + d * bytes_of(kType), kType);
    transpose(v);
    for (int i = 0; i < 8; ++i) _mm256_storeu_ps(to + (d + i) * to_stride, v[i]);
  }
}

struct WidenAvx2 {
  static constexpr bool kWidensBlocks = true;
  /// Eight columns; depth in whole eights.
  static void widen_columns(const std::byte* weight, std::int64_t row_bytes, WeightType type, std::int64_t depth,
                            float* to, std::int64_t to_stride) noexcept {
    switch (type) {
      case WeightType::kFloat32:
        return widen_columns_of<WeightType::kFloat32>(weight, row_bytes, depth, to, to_stride);
      case WeightType::kBFloat16:
        return widen_columns_of<WeightType::kBFloat16>(weight, row_bytes, depth, to, to_stride);
      case WeightType::kFloat16:
        return widen_columns_of<WeightType::kFloat16>(weight, row_bytes, depth, to, to_stride);
    }
  }
};

}  // namespace
}  // namespace photoplayer::kernels
