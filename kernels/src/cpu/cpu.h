// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What the CPU that this runs on can do, in the sets of instructions that versions are compiled for.

namespace photoplayer::kernels {

#if PHOTOPLAYER_KERNELS_X86
inline bool cpu_has_avx2() noexcept {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
}
inline bool cpu_has_avx512() noexcept {
  return cpu_has_avx2() && __builtin_cpu_supports("avx512f");
}
#endif

}  // namespace photoplayer::kernels
