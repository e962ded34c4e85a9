// SPDX-License-Identifier: Apache-2.0
/// What the compiler makes of it for any CPU of the architecture.
#include "gemm_tiles.h"
#include "gemm_versions.h"

namespace photoplayer::kernels {
namespace {

struct Baseline : Lanes<4> {
  static constexpr bool kWidensBlocks = false;
  static constexpr int kRows = 6;
  static constexpr std::int64_t kDepth = 384;
};

}  // namespace

const GemmVersion kGemmBaseline = {"baseline", GemmTiles<Baseline>::tiles, GemmTiles<Baseline>::run};

}  // namespace photoplayer::kernels
