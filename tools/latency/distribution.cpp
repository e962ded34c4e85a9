// SPDX-License-Identifier: Apache-2.0
#include "latency/distribution.h"

#include <algorithm>
#include <cmath>

namespace photoplayer::tools {

Distribution distribution(std::vector<double> values) {
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  const auto at = [&](double share) {
    const double rank = std::ceil(share * static_cast<double>(values.size()));
    return values[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
  };
  return {values.size(), at(0.5), at(0.95), at(0.99), at(0.999), values.back()};
}

}  // namespace photoplayer::tools
