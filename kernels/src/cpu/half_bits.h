// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Half-width numbers, widened one by one. Bytes may lie anywhere, so they are copied out.
/// All static and without the standard's inline functions: each version compiles its own for its own instructions.
#include <photoplayer/kernels/gemm.h>

#include <cstring>

namespace photoplayer::kernels {

static inline float from_bf16(std::uint16_t bits) noexcept {
  return __builtin_bit_cast(float, static_cast<std::uint32_t>(bits) << 16U);
}

static inline float from_fp16(std::uint16_t bits) noexcept {
  const std::uint32_t sign = (bits & 0x8000U) << 16U, exponent = (bits >> 10U) & 0x1FU, fraction = bits & 0x3FFU;
  if (exponent == 0x1FU) return __builtin_bit_cast(float, sign | 0x7F800000U | (fraction << 13U));
  if (exponent != 0U) return __builtin_bit_cast(float, sign | ((exponent + 112U) << 23U) | (fraction << 13U));
  const float magnitude = static_cast<float>(fraction) * 0x1p-24F;
  return sign != 0U ? -magnitude : magnitude;
}

static inline std::int64_t bytes_of(WeightType type) noexcept {
  return type == WeightType::kFloat32 ? 4 : 2;
}

static inline float weight_at(const std::byte* at, WeightType type) noexcept {
  if (type == WeightType::kFloat32) {
    float value;
    std::memcpy(&value, at, sizeof value);
    return value;
  }
  std::uint16_t bits;
  std::memcpy(&bits, at, sizeof bits);
  return type == WeightType::kBFloat16 ? from_bf16(bits) : from_fp16(bits);
}

}  // namespace photoplayer::kernels
