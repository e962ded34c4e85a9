// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What changes while training goes on, as functions of the step.
#include <algorithm>
#include <cmath>
#include <cstdint>

#include "sound_config.h"

namespace photoplayer::train {

/// The published InverseLR: a warm-up of some hundred steps and a slow decay.
[[nodiscard]] inline double inverse_rate(double peak, std::int64_t step) {
  const auto n = static_cast<double>(step);
  return peak * (1.0 - std::pow(0.99, n + 1.0)) / std::sqrt(1.0 + n / 1e6);
}

/// Power 3/4 up to the decay asked for, so that a short run does not remember its first weights.
[[nodiscard]] inline double ema_decay_at(double most, std::int64_t step) {
  return std::min(most, 1.0 - std::pow(1.0 + static_cast<double>(step), -0.75));
}

/// How probably an item is steered by its music's own rhythm. `share` of the generator's training, 0…1.
[[nodiscard]] inline double real_rhythm_share(const ConditioningConfig& config, double share) {
  if (config.mode == "real") return 1.0;
  if (config.mode == "predicted") return 0.0;
  if (share < config.real_until) return 1.0;
  if (share >= config.predicted_from) return config.least_real;
  const double fall = (share - config.real_until) / (config.predicted_from - config.real_until);
  return 1.0 - fall * (1.0 - config.least_real);
}

/// Random numbers of a step depend on nothing but this: a run that was interrupted goes on as if it had not been.
[[nodiscard]] inline std::uint64_t step_seed(std::uint64_t seed, std::uint64_t stage, std::int64_t step) {
  std::uint64_t z = seed * 0x9e3779b97f4a7c15U + stage * 0xbf58476d1ce4e5b9U + static_cast<std::uint64_t>(step);
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31U);
}

}  // namespace photoplayer::train
