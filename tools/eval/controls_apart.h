// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Styles that were asked for and pictures that differ, told apart by what was played (definitions:
/// docs/evaluation.md). A part of judge_controls. Pure; any thread.
#include "eval/controls_trials.h"
#include "eval/eval_results.h"

namespace photoplayer::tools {

void judge_apart(const std::vector<Answered>& answers, EvalResults& results);

}  // namespace photoplayer::tools
