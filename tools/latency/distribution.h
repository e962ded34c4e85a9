// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Percentiles of all values by nearest rank, so that each one is a value that was measured.
#include <cstddef>
#include <vector>

namespace photoplayer::tools {

/// Zeros if there is nothing.
struct Distribution {
  std::size_t count = 0;
  double p50 = 0.0, p95 = 0.0, p99 = 0.0, p999 = 0.0, max = 0.0;
};

[[nodiscard]] Distribution distribution(std::vector<double> values);

}  // namespace photoplayer::tools
