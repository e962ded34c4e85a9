// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What is usual in each style, in numbers. Progressions are in model/harmony, the patterns with the layers.
#include <photoplayer/harmony/random.h>
#include <photoplayer/harmony/stock.h>
#include <photoplayer/stream/controls.h>

#include <array>

namespace photoplayer::train::detail {

using harmony::Random;
using harmony::Style, harmony::kPiano, harmony::kChamber, harmony::kAmbient, harmony::kLofi, harmony::kCinematic,
    harmony::kAdventure, harmony::kElectronic, harmony::kFolk;

struct StyleRules {
  double slow_bpm, fast_bpm;
  double calm, excited;          ///< the arousal a piece of this style usually has, −1…1
  double sad, happy;             ///< the same for valence
  double triple_metre;           ///< probability of 3/4
  double syncopated;             ///< probability that a melody is
  double staccato, legato;       ///< probability that a piece is played short, or bound
  std::array<double, 5> layers;  ///< how readily each layer plays, indexed by stream::Layer
};

[[nodiscard]] const StyleRules& rules_of(int style);

[[nodiscard]] stream::ScaleMode draw_scale(Random& random, int style, double valence);

}  // namespace photoplayer::train::detail
