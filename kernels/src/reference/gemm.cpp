// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/kernels/gemm.h>

#include "../cpu/half_bits.h"

namespace photoplayer::kernels {

Status gemm_reference(const GemmArgs& args) noexcept {
  if (const Status status = check_gemm(args); !status.ok()) return status;
  const std::int64_t width = bytes_of(args.type);
  for (std::int64_t i = 0; i < args.rows; ++i) {
    for (std::int64_t j = 0; j < args.columns; ++j) {
      float& y = args.y[i * args.y_stride + j];
      double sum = args.bias != nullptr ? static_cast<double>(args.bias[j]) : 0.0;
      if (args.accumulate) sum += static_cast<double>(y);
      const auto* weight = static_cast<const std::byte*>(args.weight);
      if (weight != nullptr) weight += j * args.taps * args.depth * width;
      for (std::int64_t t = 0; t < args.taps; ++t) {
        const float* x = args.x + i * args.x_stride + t * args.tap_stride;
        for (std::int64_t d = 0; d < args.depth; ++d, weight += width) {
          sum += static_cast<double>(x[d]) * static_cast<double>(weight_at(weight, args.type));
        }
      }
      y = static_cast<float>(sum);
    }
  }
  return {};
}

}  // namespace photoplayer::kernels
