// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The Oobleck autoencoder while it learns.
#include <photoplayer/diffv2m/config.h>
#include <photoplayer/network/oobleck.h>

#include <map>
#include <string>

#include "weight_norm.h"

namespace photoplayer::train {

[[nodiscard]] network::OobleckConfig oobleck_config(const diffv2m::VaeConfig& config);

class Autoencoder {
 public:
  Autoencoder(const network::OobleckConfig& config, const torch::Device& device);

  /// Weights from g and v as they are now. Before encode() and decode(), after every step.
  void refresh();

  struct Latents {
    torch::Tensor mean, deviation;  ///< [batch, latent_dims, latents]
    [[nodiscard]] torch::Tensor sample() const { return mean + deviation * torch::randn_like(mean); }
    [[nodiscard]] torch::Tensor divergence() const;  ///< from unit normal, summed over dims, mean over the rest
  };
  /// sound [batch, 2, frames] of whole latents
  [[nodiscard]] Latents encode(const torch::Tensor& sound);
  [[nodiscard]] torch::Tensor decode(const torch::Tensor& latents) { return decoder_(latents); }

  /// Divides all latents by `factors` [latent_dims] without a change to what is decoded: into the encoder's last layer
  /// and the decoder's first. Deviations well below 1 follow up to exp's difference from softplus.
  void divide_latents(const torch::Tensor& factors);

  [[nodiscard]] std::map<std::string, torch::Tensor> parameters() const;  ///< encoder.*, decoder.*
  [[nodiscard]] std::map<std::string, torch::Tensor> folded() const;

 private:
  network::OobleckEncoder encoder_;
  network::OobleckDecoder decoder_;
  WeightNorm encoder_norm_, decoder_norm_;
};

}  // namespace photoplayer::train
