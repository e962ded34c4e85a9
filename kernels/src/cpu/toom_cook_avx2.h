// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <photoplayer/kernels/toom_cook.h>

namespace photoplayer::kernels {

/// Arguments are checked; x86-64 builds only.
void toom_cook_split_avx2(const ToomCookSplit& args, std::int64_t begin, std::int64_t end) noexcept;
void toom_cook_join_avx2(const ToomCookJoin& args, std::int64_t begin, std::int64_t end) noexcept;

}  // namespace photoplayer::kernels
