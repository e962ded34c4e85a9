// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/kernels/gemm.h>

#include "cpu.h"
#include "gemm_versions.h"

namespace photoplayer::kernels {

std::int64_t GemmVersion::tiles(const GemmArgs& args) const noexcept {
  return args.rows <= 0 || args.columns <= 0 ? 0 : tiles_(args);
}

Status GemmVersion::run(const GemmArgs& args, std::int64_t begin, std::int64_t end) const noexcept {
  if (const Status status = check_gemm(args); !status.ok()) return status;
  if (begin < 0 || end > tiles(args)) return bad_argument("no such tiles");
  run_(args, begin, end);
  return {};
}

const GemmVersion* gemm_version(int index) noexcept {
  switch (index) {
#if PHOTOPLAYER_KERNELS_X86
    case 0:
      return cpu_has_avx512() ? &kGemmAvx512 : nullptr;
    case 1:
      return cpu_has_avx2() ? &kGemmAvx2 : nullptr;
#endif
    case 2:
      return &kGemmBaseline;
    default:
      return nullptr;
  }
}

const GemmVersion& gemm_version() noexcept {
  static const GemmVersion& fastest = []() -> const GemmVersion& {
    for (int i = 0; i < kGemmVersions; ++i) {
      if (const GemmVersion* version = gemm_version(i); version != nullptr) return *version;
    }
    return kGemmBaseline;
  }();
  return fastest;
}

}  // namespace photoplayer::kernels
