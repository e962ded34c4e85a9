// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/network/rhythm_predictor.h>

namespace photoplayer::network {

RhythmPredictorImpl::RhythmPredictorImpl(const RhythmPredictorConfig& config) {
  const auto width = config.width;
  glance_in = register_module("glance_in", torch::nn::Linear(config.glance_numbers, width));
  glance_mid = register_module("glance_mid", torch::nn::Linear(width, width));
  place_in = register_module("place_in", torch::nn::Linear(config.place_numbers, width));
  semantic_in = register_module("semantic_in", torch::nn::Linear(config.semantic_dims, width));
  project_out = register_module("project_out", torch::nn::Linear(width, config.out_dims));
  for (std::int64_t i = 0; i < config.depth; ++i) {
    const auto name = "layer" + std::to_string(i) + "_";
    Block block;
    block.pre_norm = register_module(name + "pre_norm", GainNorm(width));
    block.self_attn = register_module(name + "self_attn", SelfAttention(width, config.head_dims));
    block.ff_norm = register_module(name + "ff_norm", GainNorm(width));
    block.ff = register_module(name + "ff", FeedForward(width, 2 * width));
    layers_.push_back(block);
  }
}

torch::Tensor RhythmPredictorImpl::forward(const torch::Tensor& glances, const torch::Tensor& place,
                                           const torch::Tensor& semantic) {
  auto h = glance_mid(torch::relu(glance_in(glances))) + place_in(place) + semantic_in(semantic * 4.0);
  const auto rotary = rotary_table(torch::arange(glances.size(1), glances.options()));
  for (auto& block : layers_) {
    h = h + block.self_attn(block.pre_norm(h), rotary, /*causal=*/true);
    h = h + block.ff(block.ff_norm(h));
  }
  return project_out(h);
}

}  // namespace photoplayer::network
