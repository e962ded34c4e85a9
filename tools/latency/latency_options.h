// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What `photoplayer latency` was asked to do.
#include <photoplayer/stream/engine.h>
#include <photoplayer/stream/result.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace photoplayer::tools {

/// Each sampling step takes `factor` times as long from `start_s` for `length_s`.
struct Slowdown {
  double factor = 1.0, start_s = 0.0, length_s = 0.0;
  [[nodiscard]] double end_s() const { return start_s + length_s; }
};

struct LatencyOptions {
  double seconds = 20.0;
  std::filesystem::path input;   ///< empty: a generated film
  std::filesystem::path bundle;  ///< empty: the default one
  std::uint64_t seed = 1;
  stream::Mode mode = stream::Mode::kAligned;
  std::optional<double> tempo_bpm;
  int events = 20;  ///< how many times the reaction to an event is measured
  std::optional<Slowdown> slowdown;
  std::filesystem::path json, plot, trace;  ///< empty: not written
};

/// "3:5:2". Fails with kUsage.
[[nodiscard]] Result<Slowdown> parse_slowdown(const std::string& text);

/// Ranges and names. Fails with kUsage.
[[nodiscard]] Result<void> check(const LatencyOptions& options);

}  // namespace photoplayer::tools
