// SPDX-License-Identifier: Apache-2.0
#include "toom_cook_avx2.h"

#include "toom_cook_rows.h"

namespace photoplayer::kernels {

void toom_cook_split_avx2(const ToomCookSplit& args, std::int64_t begin, std::int64_t end) noexcept {
  ToomCookRows<Lanes<8>>::split(args, begin, end);
}

void toom_cook_join_avx2(const ToomCookJoin& args, std::int64_t begin, std::int64_t end) noexcept {
  ToomCookRows<Lanes<8>>::join(args, begin, end);
}

}  // namespace photoplayer::kernels
