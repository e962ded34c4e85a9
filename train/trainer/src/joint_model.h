// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Transformer and rhythm predictor under one roof, as they are trained and shipped together.
#include <photoplayer/network/dit.h>
#include <photoplayer/network/rhythm_predictor.h>

#include "dataset.h"

namespace photoplayer::train {

/// `wrong` [batch, beats], without the beats that were given.
inline torch::Tensor mean_over_asked(const torch::Tensor& wrong, const torch::Tensor& clean) {
  if (!clean.defined()) return wrong.mean();
  const auto asked = clean.logical_not();
  return (wrong * asked).sum() / asked.sum();
}

class JointModelImpl : public torch::nn::Module {
 public:
  explicit JointModelImpl(const network::DitConfig& config) {
    dit = register_module("dit", network::Dit(config));
    predictor = register_module("predictor", network::RhythmPredictor(network::RhythmPredictorConfig{}));
  }

  struct Losses {
    torch::Tensor diffusion, rhythm;
  };

  /// Scheduled conditioning: each item is steered by the music's own rhythm with probability `p_real`, else by the
  /// predicted one; the predictor then also learns from the generator's loss.
  Losses losses(const Window& window, double p_real) {
    const auto batch = window.latents.size(0);
    const auto predicted = predictor(window.glances, window.place, window.beat_semantic);
    const auto rhythm_loss = torch::mse_loss(predicted, window.onset_density);

    auto seen = window.seen;
    const auto options = window.latents.options();
    const auto real = torch::rand({batch, 1, 1}, options) < p_real;
    seen.rhythm = torch::where(real, window.onset_density, predicted);

    const auto t = torch::rand({batch}, options);
    const auto noise = torch::randn_like(window.latents);
    const auto angle = (t * (std::numbers::pi / 2.0)).view({-1, 1, 1});
    auto noisy = angle.cos() * window.latents + angle.sin() * noise;
    const auto target = angle.cos() * noise - angle.sin() * window.latents;
    const auto clean = dit->config().clean_context ? random_context(window.latents) : torch::Tensor();
    if (clean.defined()) noisy = torch::where(clean.unsqueeze(-1), as_played(window.latents), noisy);
    const auto v = dit(noisy, t, window.plan, window.global, dit->contexts(seen), clean);
    return {mean_over_asked((v - target).pow(2).mean(-1), clean), rhythm_loss};
  }

  /// [batch, beats]: how many first beats are given, from none to all but a bar and a half; a window at play has
  /// sixteen or more.
  static torch::Tensor random_context(const torch::Tensor& latents) {
    const auto batch = latents.size(0), beats = latents.size(1);
    const auto longest = static_cast<double>(beats - 6);
    const auto length = (torch::rand({batch, 1}, latents.options()) * 1.15 - 0.15).clamp_min(0.0) * longest;
    return torch::arange(beats, latents.options()).unsqueeze(0) < length.floor();
  }

  /// At play the context is the network's own work: a little off. So it is in training, or errors would add up.
  static torch::Tensor as_played(const torch::Tensor& latents) {
    return latents +
           torch::rand({latents.size(0), 1, 1}, latents.options()) * kContextNoise * torch::randn_like(latents);
  }

  static constexpr double kContextNoise = 0.2;
  network::Dit dit{nullptr};
  network::RhythmPredictor predictor{nullptr};
};
TORCH_MODULE(JointModel);

}  // namespace photoplayer::train
