// SPDX-License-Identifier: Apache-2.0
#pragma once
/// `photoplayer latency`: where each millisecond goes. Runs the live path against the machine's clock, then compares
/// sounds to find how late the music answers a picture. Files that were asked for exist whole or not at all.
#include "latency/latency_options.h"
#include "model_factory.h"

#include <atomic>
#include <string>
#include <vector>

namespace photoplayer::tools {

struct LatencyOutcome {
  std::string text;  ///< for stdout
  std::vector<std::string> warnings;
};

[[nodiscard]] Result<LatencyOutcome> measure_latency(const LatencyOptions& options, const ModelFactory& factory,
                                                     const std::atomic<bool>& cancelled);

}  // namespace photoplayer::tools
