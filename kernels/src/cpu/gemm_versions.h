// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <photoplayer/kernels/gemm.h>

namespace photoplayer::kernels {

extern const GemmVersion kGemmBaseline;
extern const GemmVersion kGemmAvx2;    ///< x86-64 builds only
extern const GemmVersion kGemmAvx512;  ///< x86-64 builds only

}  // namespace photoplayer::kernels
