// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The network at work for a score bundle: reads the picture for a window, lets the director plan it, predicts the
/// rhythm, samples latents with guidance.
#include <photoplayer/network/fast_dit.h>
#include <photoplayer/network/rhythm_predictor.h>
#include <photoplayer/stream/ports.h>

#include <memory>

#include "director.h"

namespace photoplayer::model {

struct ScoreNetworks {
  network::Dit dit{nullptr};
  network::RhythmPredictor predictor{nullptr};
};

[[nodiscard]] std::unique_ptr<stream::LatentGenerator> make_score_generator(ScoreNetworks networks, std::uint64_t seed,
                                                                            std::shared_ptr<ScoreChoices> choices);

}  // namespace photoplayer::model
