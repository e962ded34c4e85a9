// SPDX-License-Identifier: Apache-2.0
#pragma once
/// One beat of score ↔ one latent. Each part of the beat's numbers (a layer of instruments) has its own MLP on both
/// sides and its own stretch of the latent, so a transformer repeats a groove under a changing melody by copying
/// numbers. Numbers as in score_layout.h.
#include <torch/torch.h>

#include <utility>
#include <vector>

namespace photoplayer::network {

struct ScoreVaePart {
  std::vector<std::int64_t> columns;  ///< of the beat's numbers
  std::int64_t latent_dims = 0;
  std::int64_t hidden = 0;
};

struct ScoreVaeConfig {
  std::vector<ScoreVaePart> parts;  ///< their columns together are all of the beat's numbers, each once
};

class ScoreVaeImpl : public torch::nn::Module {
 public:
  explicit ScoreVaeImpl(const ScoreVaeConfig& config);
  /// beats [n, beat_numbers] in 0…1 → mean and log-variance, each [n, latent], in the VAE's own scale.
  std::pair<torch::Tensor, torch::Tensor> encode(const torch::Tensor& beats);
  /// latent [n, latent] in the VAE's own scale → logits [n, beat_numbers].
  torch::Tensor decode(const torch::Tensor& latent);

  /// Latents as the transformer sees them have zero mean and at most unit deviation per dimension.
  torch::Tensor normalise(const torch::Tensor& latent) { return (latent - latent_mean) / latent_std; }
  torch::Tensor denormalise(const torch::Tensor& latent) { return latent * latent_std + latent_mean; }
  torch::Tensor latent_mean, latent_std;  ///< [latent], buffers measured after training

 private:
  struct Part {
    torch::nn::Linear enc_in{nullptr}, enc_mid{nullptr}, enc_out{nullptr}, dec_in{nullptr}, dec_mid{nullptr},
        dec_out{nullptr};
    std::int64_t numbers = 0, latent_dims = 0;
  };
  std::vector<Part> parts_;
  torch::Tensor by_part_, by_column_;  ///< the beat's numbers in order of parts, and the way back
};
TORCH_MODULE(ScoreVae);

}  // namespace photoplayer::network
