// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What rhythm would suit what is seen: a causal, decoder-only transformer from the picture's glances and semantics to
/// an onset density function on the sixteenth grid. One token per beat.
#include <photoplayer/network/attention.h>
#include <torch/torch.h>

#include <vector>

namespace photoplayer::network {

struct RhythmPredictorConfig {
  std::int64_t glance_numbers = 32;  ///< four sixteenths of stream::Glance
  std::int64_t place_numbers = 5;    ///< beat in the bar (one-hot of 4), tempo
  std::int64_t semantic_dims = 512;
  std::int64_t width = 192;
  std::int64_t depth = 4;
  std::int64_t head_dims = 64;
  std::int64_t out_dims = 4;
};

class RhythmPredictorImpl : public torch::nn::Module {
 public:
  explicit RhythmPredictorImpl(const RhythmPredictorConfig& config);
  /// glances [batch, beats, 32], place [batch, beats, 5], semantic [batch, beats, 512] (zeros where unseen)
  /// → onset density [batch, beats, 4], about 0…1. Beat k depends on beats ≤ k only.
  torch::Tensor forward(const torch::Tensor& glances, const torch::Tensor& place, const torch::Tensor& semantic);

 private:
  struct Block {
    GainNorm pre_norm{nullptr}, ff_norm{nullptr};
    SelfAttention self_attn{nullptr};
    FeedForward ff{nullptr};
  };
  torch::nn::Linear glance_in{nullptr}, glance_mid{nullptr}, place_in{nullptr}, semantic_in{nullptr},
      project_out{nullptr};
  std::vector<Block> layers_;
};
TORCH_MODULE(RhythmPredictor);

}  // namespace photoplayer::network
