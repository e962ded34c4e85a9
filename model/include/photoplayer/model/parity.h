// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Recomputes the tensors of a parity file (inputs, weights and results of somebody else's code) and says how far off
/// we are. The kind of network, its sizes, guidance, times and steps are read from the file. No LibTorch here. Tested
/// in tests/unit/diffv2m.
#include <photoplayer/stream/result.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace photoplayer::model {

/// The largest error, in standard deviations of the expected tensor, that still counts as equal in fp32.
inline constexpr double kParityLimit = 1e-4;
/// Stands in for the deviation of a tensor that has none: its values must be met exactly.
inline constexpr double kLeastDeviation = 1e-12;

struct ParityTensor {
  std::string name;
  std::string fault;                    ///< why it was not compared; empty: it was
  double max_error = 0.0;               ///< largest absolute difference; NaN where one of both is NaN
  double deviation = 0.0;               ///< of the expected values, over all of them
  double relative = 0.0;                ///< max_error / max(deviation, kLeastDeviation)
  std::optional<double> bf16_relative;  ///< the same with bf16 weights and products; none: it makes no sense there

  [[nodiscard]] bool within() const { return fault.empty() && relative <= kParityLimit; }  // false for NaN
};

struct ParityReport {
  std::string kind;                   ///< "network", "clip_vit", "oobleck" or "rgb_uv_histogram"
  std::vector<ParityTensor> tensors;  ///< every mid.* and out.*, by name

  [[nodiscard]] bool within() const;
};

/// Fails with kBadInput and one line: no such file, cut off, of no known kind, a weight or input that is missing or
/// misshapen, nothing to compare. Caller: control; takes seconds.
[[nodiscard]] Result<ParityReport> check_parity(const std::filesystem::path& path);

}  // namespace photoplayer::model
