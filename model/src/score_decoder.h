// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Latents become notes: the VAE's decoder, thresholds, ties across rows and seams. Every pitched note is an onset that
/// the decoder's output holds; at most one in twenty is moved to the nearest pitch of the scale, and counted.
#include <photoplayer/network/score_vae.h>
#include <photoplayer/stream/ports.h>

#include <functional>
#include <memory>

#include "score_choices.h"

namespace photoplayer::model {

/// [rows, latent_dims] → logits [rows, kBeatNumbers]; hides LibTorch from the reading of notes.
using RollDecoder = std::function<std::vector<float>(std::span<const float> latents)>;

[[nodiscard]] RollDecoder make_roll_decoder(network::ScoreVae vae);
[[nodiscard]] std::unique_ptr<stream::ScoreDecoder> make_score_decoder(RollDecoder decode_rolls,
                                                                       std::shared_ptr<ScoreChoices> choices);

}  // namespace photoplayer::model
