// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Trains rhythm predictor and transformer on the latents of a finished autoencoder, with scheduled conditioning, and
/// keeps the moving average of all of it: that is what a bundle ships.
#include "clip_set.h"
#include "diffusion_model.h"
#include "stage.h"

namespace photoplayer::train {

/// What the autoencoder makes of each whole clip. [clips, latent_dims, rows] each
struct LatentSet {
  torch::Tensor mean, deviation;
};

/// Windows of clips [first, last) at one place, the picture whole or only up to the window's end. From LibTorch's
/// generator.
[[nodiscard]] ClipBatch random_batch(const SoundConfig& config, const ClipSet& clips, const LatentSet& latents,
                                     std::int64_t first, std::int64_t last, std::int64_t batch);

struct HeldOut {
  double diffusion = 0.0, rhythm = 0.0;
  double diffusion_blind = 0.0;  ///< the same items without any condition
};
/// The same items, times and noise each time. The predicted rhythm steers, as at play.
[[nodiscard]] HeldOut measure(const SoundConfig& config, const ClipSet& clips, const LatentSet& latents,
                              const DiffusionModel& model);

/// On return `model` holds the average. False if it was stopped; then it does not.
[[nodiscard]] bool train_diffusion(const SoundConfig& config, const ClipSet& clips, const LatentSet& latents,
                                   DiffusionModel& model, RunLog& log, const RunWatch& watch);

}  // namespace photoplayer::train
