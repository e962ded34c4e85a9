// SPDX-License-Identifier: Apache-2.0
#pragma once
/// `photoplayer eval`: the measures of docs/evaluation.md over folders. Control thread.
/// Tested in tests/unit/tools/eval_test.cpp.
#include "eval/eval_options.h"
#include "eval/eval_results.h"
#include "model_factory.h"

#include <atomic>
#include <string>
#include <vector>

namespace photoplayer::tools {

struct EvalOutcome {
  std::string text;
  std::vector<std::string> warnings;
};
/// `factory` is used by the parts that run the engine, from several threads, one call at a time.
[[nodiscard]] Result<EvalOutcome> evaluate(const EvalOptions& options, const std::atomic<bool>& cancelled,
                                           const ModelFactory& factory = {});

/// Files in a folder and below, by name. Fails with kBadInput if it is no folder.
[[nodiscard]] Result<std::vector<std::filesystem::path>> files_in(const std::filesystem::path& folder);
[[nodiscard]] bool is_midi(const std::filesystem::path& file);
[[nodiscard]] bool is_sound(const std::filesystem::path& file);  ///< by its name's ending
[[nodiscard]] bool is_film(const std::filesystem::path& file);

// The three parts. Each adds rows; fails with one line.
[[nodiscard]] Result<void> evaluate_pairs(const EvalOptions& options, EvalResults& results,
                                          const std::atomic<bool>& cancelled);
[[nodiscard]] Result<void> evaluate_recordings(const EvalOptions& options, EvalResults& results,
                                               const std::atomic<bool>& cancelled);
[[nodiscard]] Result<void> evaluate_scores(const EvalOptions& options, EvalResults& results,
                                           const std::atomic<bool>& cancelled);

}  // namespace photoplayer::tools
