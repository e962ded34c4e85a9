// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/kernels/snake_beta.h>

#include "cpu.h"
#include "snake_beta_avx2.h"

namespace photoplayer::kernels {

Status snake_beta(const SnakeBetaArgs& args) noexcept {
#if PHOTOPLAYER_KERNELS_X86
  static const bool avx2 = cpu_has_avx2();
  if (avx2) {
    if (const Status status = check_snake_beta(args); !status.ok()) return status;
    snake_beta_avx2(args);
    return {};
  }
#endif
  return snake_beta_reference(args);
}

}  // namespace photoplayer::kernels
