// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What a `diffv2m` bundle's config says, and the tensors that follow from it. The defaults are the released model.
#include <photoplayer/diffv2m/layout.h>

#include <string>
#include <vector>

namespace photoplayer::model::detail {

struct Diffv2mConfig : diffv2m::Config {
  std::string reading = "released";  ///< "compat" in the bundle; the switches follow from it when it is loaded
  /// Of the paper's reading, only what a checkpoint can show: that its colours were heard. All else is as released.
  bool paper_for_colour_only = false;
  std::string weights = "online";
};

/// A JSON object as text, with every key of the bundle's contract.
[[nodiscard]] std::string config_json(const Diffv2mConfig& config);

/// Sizes that a small machine runs in a moment; every part is there, the clock is the released one.
[[nodiscard]] Diffv2mConfig toy_config();

using ExpectedTensor = diffv2m::LayoutEntry;
/// Every tensor of the bundle, in no particular order.
[[nodiscard]] std::vector<ExpectedTensor> expected_tensors(const Diffv2mConfig& config);
/// Those that a checkpoint may have besides and nothing reads.
[[nodiscard]] std::vector<ExpectedTensor> dead_tensors(const Diffv2mConfig& config);

}  // namespace photoplayer::model::detail
