// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The score VAE that bundles use: one part for each layer of instruments.
#include <photoplayer/model/score_layout.h>
#include <photoplayer/network/score_vae.h>

#include <array>

namespace photoplayer::network {

using LayerLatents = std::array<std::int64_t, stream::kLayers>;  ///< numbers of latent for each stream::Layer

[[nodiscard]] inline ScoreVaeConfig layered_vae(const LayerLatents& latents) {
  constexpr std::int64_t kHiddenPerLatent = 16;
  ScoreVaeConfig config;
  for (std::size_t i = 0; i < latents.size(); ++i) {
    config.parts.push_back(
        {model::layer_columns(static_cast<stream::Layer>(i)), latents[i], kHiddenPerLatent * latents[i]});
  }
  return config;
}

/// The first bundles': one part for everything.
[[nodiscard]] inline ScoreVaeConfig whole_vae(std::int64_t latents, std::int64_t hidden) {
  ScoreVaePart all{{}, latents, hidden};
  for (std::int64_t i = 0; i < model::kBeatNumbers; ++i) all.columns.push_back(i);
  return {{all}};
}

}  // namespace photoplayer::network
