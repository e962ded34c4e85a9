// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <photoplayer/kernels/snake_beta.h>

namespace photoplayer::kernels {

void snake_beta_avx2(const SnakeBetaArgs& args) noexcept;  ///< arguments are checked; x86-64 builds only

}  // namespace photoplayer::kernels
