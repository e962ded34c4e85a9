// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The options of `photoplayer latency` and what they ask for.
#include "latency/latency_options.h"

#include <CLI/CLI.hpp>

#include <string>

namespace photoplayer::tools {

struct LatencyTexts {
  LatencyOptions options;
  std::string slowdown;
};

/// `texts` is filled while `app` parses.
CLI::App* add_latency(CLI::App& app, LatencyTexts& texts);
/// Fails with kUsage.
[[nodiscard]] Result<LatencyOptions> finish_latency(const LatencyTexts& texts);

}  // namespace photoplayer::tools
