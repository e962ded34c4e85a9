// SPDX-License-Identifier: Apache-2.0
/// AVX-512F: 12 × 32 sums in 24 of 32 registers.
#include "gemm_tiles.h"
#include "gemm_versions.h"
#include "widen_avx2.h"

namespace photoplayer::kernels {
namespace {

struct Avx512 : Lanes<16>, WidenAvx2 {
  static constexpr int kRows = 12;
  static constexpr std::int64_t kDepth = 256;
};

}  // namespace

const GemmVersion kGemmAvx512 = {"AVX-512", GemmTiles<Avx512>::tiles, GemmTiles<Avx512>::run};

}  // namespace photoplayer::kernels
