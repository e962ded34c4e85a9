// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/kernels/snake_beta.h>

#include <cmath>

namespace photoplayer::kernels {

Status snake_beta_reference(const SnakeBetaArgs& args) noexcept {
  if (const Status status = check_snake_beta(args); !status.ok()) return status;
  for (std::int64_t i = 0; i < args.rows; ++i) {
    for (std::int64_t c = 0; c < args.channels; ++c) {
      const std::int64_t at = i * args.channels + c;
      const float wave = std::sin(args.frequency[c] * args.x[at]);
      args.y[at] = args.x[at] + wave * wave * args.gain[c];
    }
  }
  return {};
}

}  // namespace photoplayer::kernels
