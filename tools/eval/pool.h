// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What several pairs say together, and how much of it is chance.
#include <photoplayer/train/statistics.h>

#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "eval/eval_results.h"

namespace photoplayer::tools {

/// Means over pairs, weighed by how much each has to say.
class Pool {
 public:
  void add(const train::AgainstChance& one, double weight) {
    value_ += weight * one.value;
    chance_ += weight * one.chance;
    variance_ += weight * weight * one.deviation * one.deviation;
    weight_ += weight;
  }
  [[nodiscard]] bool empty() const { return weight_ == 0.0; }
  [[nodiscard]] train::AgainstChance mean() const {
    return {value_ / weight_, chance_ / weight_, std::sqrt(variance_) / weight_};
  }
  void row(EvalResults& results, const std::string& group, const std::string& name, bool as_score,
           const std::string& nothing) const {
    if (empty()) return results.add(group, name, std::nullopt, nothing);
    const train::AgainstChance all = mean();
    char note[120];
    if (as_score)
      std::snprintf(note, sizeof note, "met %.3f, by chance %.3f, z %.1f", all.value, all.chance, all.z());
    else
      std::snprintf(note, sizeof note, "shifted %.3f, z %.1f", all.chance, all.z());
    results.add(group, name, as_score ? all.score() : all.value, note);
  }

 private:
  double value_ = 0.0, chance_ = 0.0, variance_ = 0.0, weight_ = 0.0;
};

inline nlohmann::ordered_json in_json(const train::AgainstChance& one) {
  return {{"value", one.value}, {"chance", one.chance}, {"score", one.score()}, {"z", one.z()}};
}

}  // namespace photoplayer::tools
