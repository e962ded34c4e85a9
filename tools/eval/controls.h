// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Two parts of `photoplayer eval` that drive the engine itself: does it do what it is told (`--controls`), and does
/// it stay itself for long (`--long`)? Control thread; `--controls` starts as many others as there are cores.
#include "eval/eval_options.h"
#include "eval/eval_results.h"
#include "model_factory.h"

#include <atomic>

namespace photoplayer::tools {

[[nodiscard]] Result<void> evaluate_controls(const EvalOptions& options, const ModelFactory& factory,
                                             EvalResults& results, const std::atomic<bool>& cancelled);
[[nodiscard]] Result<void> evaluate_long(const EvalOptions& options, const ModelFactory& factory, EvalResults& results,
                                         const std::atomic<bool>& cancelled);

}  // namespace photoplayer::tools
