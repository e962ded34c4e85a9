// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Vectors of the compiler: the same source for every width.
#include <cstdint>

namespace photoplayer::kernels {
namespace {

template <int kLaneCount>
struct Lanes {
  typedef float Vector __attribute__((vector_size(4 * kLaneCount)));
  typedef float Unaligned __attribute__((vector_size(4 * kLaneCount), aligned(4), may_alias));
  static constexpr std::int64_t kLanes = kLaneCount;
  static Vector load(const float* from) noexcept { return *reinterpret_cast<const Unaligned*>(from); }
  static void store(float* to, Vector value) noexcept { *reinterpret_cast<Unaligned*>(to) = value; }
};

}  // namespace
}  // namespace photoplayer::kernels
