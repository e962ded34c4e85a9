// SPDX-License-Identifier: Apache-2.0
#pragma once
/// From answered trials to rows and JSON (definitions: docs/evaluation.md). Pure; any thread.
/// Tested in tests/unit/tools/controls_test.cpp.
#include "eval/controls_trials.h"
#include "eval/eval_results.h"

namespace photoplayer::tools {

void judge_controls(const std::vector<Answered>& answers, EvalResults& results);

}  // namespace photoplayer::tools
