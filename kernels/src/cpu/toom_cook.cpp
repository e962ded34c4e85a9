// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/kernels/toom_cook.h>

#include "cpu.h"
#include "toom_cook_avx2.h"
#include "toom_cook_rows.h"

namespace photoplayer::kernels {
namespace {

template <typename Args>
Status check(const Args& args, const float* in, const float* out, std::int64_t begin, std::int64_t end) noexcept {
  if (args.channels < 0 || args.dilation < 1) return bad_argument("channels or dilation");
  if (begin < 0 || end < begin) return bad_argument("no such rows");
  if (begin == end || args.channels == 0) return {};
  if (args.plane_stride < end * args.channels) return bad_argument("planes overlap");
  if (in == nullptr) return bad_argument("what is read is null");
  if (out == nullptr) return bad_argument("what is written is null");
  return {};
}

#if PHOTOPLAYER_KERNELS_X86
bool use_avx2() noexcept {
  static const bool yes = cpu_has_avx2();
  return yes;
}
#endif

}  // namespace

Status toom_cook_split_baseline(const ToomCookSplit& args, std::int64_t begin, std::int64_t end) noexcept {
  if (const Status status = check(args, args.x, args.planes, begin, end); !status.ok()) return status;
  ToomCookRows<Lanes<4>>::split(args, begin, end);
  return {};
}

Status toom_cook_join_baseline(const ToomCookJoin& args, std::int64_t begin, std::int64_t end) noexcept {
  if (const Status status = check(args, args.planes, args.y, begin, end); !status.ok()) return status;
  ToomCookRows<Lanes<4>>::join(args, begin, end);
  return {};
}

Status toom_cook_split(const ToomCookSplit& args, std::int64_t begin, std::int64_t end) noexcept {
#if PHOTOPLAYER_KERNELS_X86
  if (use_avx2()) {
    if (const Status status = check(args, args.x, args.planes, begin, end); !status.ok()) return status;
    toom_cook_split_avx2(args, begin, end);
    return {};
  }
#endif
  return toom_cook_split_baseline(args, begin, end);
}

Status toom_cook_join(const ToomCookJoin& args, std::int64_t begin, std::int64_t end) noexcept {
#if PHOTOPLAYER_KERNELS_X86
  if (use_avx2()) {
    if (const Status status = check(args, args.planes, args.y, begin, end); !status.ok()) return status;
    toom_cook_join_avx2(args, begin, end);
    return {};
  }
#endif
  return toom_cook_join_baseline(args, begin, end);
}

}  // namespace photoplayer::kernels
