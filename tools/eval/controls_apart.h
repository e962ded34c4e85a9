// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Styles that were asked for and pictures that differ, told apart by what was played and how it sounded (definitions:
/// docs/evaluation.md). A part of judge_controls. Pure; any thread.
#include "eval/controls_trials.h"
#include "eval/eval_results.h"

#include <map>
#include <string>

namespace photoplayer::tools {

/// What judges of controls begin with: the answers to each question, and rows in one group.
struct Judging {
  using Answers = std::vector<const Answered*>;
  Judging(const std::vector<Answered>& answers, EvalResults& into) : results(into) {
    for (const Answered& answer : answers) by_question[answer.trial.question].push_back(&answer);
  }
  void add(const std::string& name, std::optional<double> value, std::string note) {
    results.add("controls", name, value, std::move(note));
  }

  EvalResults& results;
  std::map<Question, Answers> by_question;
};

void judge_apart(const std::vector<Answered>& answers, EvalResults& results);

}  // namespace photoplayer::tools
