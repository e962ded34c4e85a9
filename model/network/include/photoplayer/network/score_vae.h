// SPDX-License-Identifier: Apache-2.0
#pragma once
/// One beat of score ↔ one latent. An MLP on both sides; numbers as in score_layout.h.
#include <torch/torch.h>

namespace photoplayer::network {

struct ScoreVaeConfig {
  std::int64_t beat_numbers = 1220;
  std::int64_t hidden = 640;
  std::int64_t latent_dims = 96;
};

class ScoreVaeImpl : public torch::nn::Module {
 public:
  explicit ScoreVaeImpl(const ScoreVaeConfig& config);
  /// beats [n, beat_numbers] in 0…1 → mean and log-variance, each [n, latent], in the VAE's own scale.
  std::pair<torch::Tensor, torch::Tensor> encode(const torch::Tensor& beats);
  /// latent [n, latent] in the VAE's own scale → logits [n, beat_numbers].
  torch::Tensor decode(const torch::Tensor& latent);

  /// Latents as the transformer sees them have zero mean and unit deviation per dimension.
  torch::Tensor normalise(const torch::Tensor& latent) { return (latent - latent_mean) / latent_std; }
  torch::Tensor denormalise(const torch::Tensor& latent) { return latent * latent_std + latent_mean; }
  torch::Tensor latent_mean, latent_std;  ///< [latent], buffers measured after training

 private:
  torch::nn::Linear enc_in{nullptr}, enc_mid{nullptr}, enc_out{nullptr}, dec_in{nullptr}, dec_mid{nullptr},
      dec_out{nullptr};
  std::int64_t latent_dims_;
};
TORCH_MODULE(ScoreVae);

}  // namespace photoplayer::network
