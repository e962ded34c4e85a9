// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What is usual in each style: numbers and progressions. The patterns themselves are with the layers.
#include <photoplayer/stream/controls.h>

#include "random.h"

#include <array>
#include <string>
#include <vector>

namespace photoplayer::train::detail {

enum Style { kPiano, kChamber, kAmbient, kLofi, kCinematic, kAdventure, kElectronic, kFolk };

struct StyleRules {
  double slow_bpm, fast_bpm;
  double calm, excited;          ///< the arousal a piece of this style usually has, −1…1
  double sad, happy;             ///< the same for valence
  double triple_metre;           ///< probability of 3/4
  double sevenths;               ///< probability that a plain triad gets its seventh or ninth
  double functional;             ///< periods with cadences rather than loops
  double slow_harmony;           ///< probability that a chord lasts two bars
  double syncopated;             ///< probability that a melody is
  std::array<double, 5> layers;  ///< how readily each layer plays, indexed by stream::Layer
};

[[nodiscard]] const StyleRules& rules_of(int style);

/// Four bars of roman numerals each; '.' divides a bar.
struct ProgressionPool {
  std::vector<std::string> opening;  ///< ends open: a half cadence
  std::vector<std::string> closing;  ///< ends on the tonic
  std::vector<std::string> loops;    ///< goes round
};

[[nodiscard]] const ProgressionPool& progressions_of(int style, stream::ScaleMode scale);

[[nodiscard]] stream::ScaleMode draw_scale(Random& random, int style, double valence);

}  // namespace photoplayer::train::detail
