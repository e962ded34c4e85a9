// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What a training run's log.jsonl tells, as a PNG: one panel for each number of each stage over its steps. Lines look
/// like {"stage": "joint", "step": 50, "loss": 0.5, …}; a step that was logged twice, before and after an interruption,
/// counts as logged last.
#include <photoplayer/stream/result.h>

#include <filesystem>
#include <istream>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace photoplayer::tools {

/// (stage, name) → step → value, in the order of names.
using LossCurves = std::map<std::pair<std::string, std::string>, std::map<double, double>>;

/// Lines that are not such an object are passed over.
[[nodiscard]] LossCurves read_loss_curves(std::istream& log);

/// The file's bytes. Fails with kBadInput if there is nothing to draw.
[[nodiscard]] Result<std::string> loss_plot(const LossCurves& curves);

/// `log.jsonl` of the folder → its `loss.png`, replaced whole. Fails as above, and with kOutput.
[[nodiscard]] Result<void> write_loss_plot(const std::filesystem::path& run_folder);

}  // namespace photoplayer::tools
