// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Random numbers that are the same on every standard library: std's distributions are not.
#include <cmath>
#include <cstdint>

namespace photoplayer::train {

/// One step of SplitMix64 as a hash.
[[nodiscard]] constexpr std::uint64_t mix_bits(std::uint64_t x) noexcept {
  x += 0x9E3779B97F4A7C15ULL;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31);
}

/// Cheap 32-bit hash for pixels.
[[nodiscard]] constexpr std::uint32_t hash32(std::uint32_t x) noexcept {
  x ^= x >> 16;
  x *= 0x7FEB352DU;
  x ^= x >> 15;
  x *= 0x846CA68BU;
  return x ^ (x >> 16);
}

/// 0…1 from a few integers.
[[nodiscard]] constexpr float hash01(std::uint32_t a, std::uint32_t b = 0, std::uint32_t c = 0) noexcept {
  return static_cast<float>(hash32(a * 0x9E3779B1U ^ hash32(b * 0x85EBCA77U ^ hash32(c))) >> 8) * 0x1p-24F;
}

class Random {
 public:
  explicit Random(std::uint64_t seed) noexcept : state_(mix_bits(seed)) {}
  std::uint64_t bits() noexcept { return mix_bits(state_ += 0x9E3779B97F4A7C15ULL); }
  /// [0, 1)
  float uniform() noexcept { return static_cast<float>(bits() >> 40) * 0x1p-24F; }
  float uniform(float low, float high) noexcept { return low + (high - low) * uniform(); }
  bool chance(float probability) noexcept { return uniform() < probability; }
  /// [0, n)
  int below(int n) noexcept { return static_cast<int>(bits() % static_cast<std::uint64_t>(n)); }
  float sign() noexcept { return chance(0.5F) ? 1.0F : -1.0F; }
  /// Sum of four uniforms: bounded at ±2.45 deviations, which suits jitter.
  float normal() noexcept { return (uniform() + uniform() + uniform() + uniform() - 2.0F) * 1.7320508F; }

 private:
  std::uint64_t state_;
};

}  // namespace photoplayer::train
