// SPDX-License-Identifier: Apache-2.0
/// AVX2, FMA and F16C: 6 × 16 sums in twelve of sixteen registers.
#include "gemm_tiles.h"
#include "gemm_versions.h"
#include "widen_avx2.h"

namespace photoplayer::kernels {
namespace {

struct Avx2 : Lanes<8>, WidenAvx2 {
  static constexpr int kRows = 6;
  static constexpr std::int64_t kDepth = 384;
};

}  // namespace

const GemmVersion kGemmAvx2 = {"AVX2", GemmTiles<Avx2>::tiles, GemmTiles<Avx2>::run};

}  // namespace photoplayer::kernels
