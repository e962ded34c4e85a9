// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Trains the autoencoder: reconstruction and divergence alone at first, then against the discriminator, in turns.
#include "autoencoder.h"
#include "clip_set.h"
#include "stage.h"

namespace photoplayer::train {

/// [batch, 2, frames] of clips below `clips`, each half with its phase turned, from LibTorch's generator.
[[nodiscard]] torch::Tensor random_sound(const ClipSet& set, std::int64_t clips, std::int64_t batch,
                                         std::int64_t frames);

struct Reconstruction {
  double snr_db = 0.0;         ///< of the waveform: low, because the recipe does not ask for phase
  double spectral_loss = 0.0;  ///< what the recipe asks for
  double swapped_loss = 0.0;   ///< the same from another clip's latents: no more, if the decoder does without them
  double latent_deviation = 0.0;
};
/// Of the held-out clips, whole.
[[nodiscard]] Reconstruction measure(const SoundConfig& config, const ClipSet& set, Autoencoder& autoencoder);

/// False if it was stopped.
[[nodiscard]] bool train_autoencoder(const SoundConfig& config, const ClipSet& set, Autoencoder& autoencoder,
                                     RunLog& log, const RunWatch& watch);

}  // namespace photoplayer::train
