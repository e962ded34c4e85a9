// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/network/score_vae.h>

namespace photoplayer::network {

ScoreVaeImpl::ScoreVaeImpl(const ScoreVaeConfig& config) : latent_dims_(config.latent_dims) {
  enc_in = register_module("enc_in", torch::nn::Linear(config.beat_numbers, config.hidden));
  enc_mid = register_module("enc_mid", torch::nn::Linear(config.hidden, config.hidden));
  enc_out = register_module("enc_out", torch::nn::Linear(config.hidden, 2 * config.latent_dims));
  dec_in = register_module("dec_in", torch::nn::Linear(config.latent_dims, config.hidden));
  dec_mid = register_module("dec_mid", torch::nn::Linear(config.hidden, config.hidden));
  dec_out = register_module("dec_out", torch::nn::Linear(config.hidden, config.beat_numbers));
  latent_mean = register_buffer("latent_mean", torch::zeros({config.latent_dims}));
  latent_std = register_buffer("latent_std", torch::ones({config.latent_dims}));
  torch::NoGradGuard guard;
  dec_out->bias.fill_(-4.0);  // almost all of a roll is empty
}

std::pair<torch::Tensor, torch::Tensor> ScoreVaeImpl::encode(const torch::Tensor& beats) {
  auto h = torch::gelu(enc_in(beats));
  h = h + torch::gelu(enc_mid(h));
  const auto out = enc_out(h);
  return {out.narrow(-1, 0, latent_dims_), out.narrow(-1, latent_dims_, latent_dims_).clamp(-12.0, 4.0)};
}

torch::Tensor ScoreVaeImpl::decode(const torch::Tensor& latent) {
  auto h = torch::gelu(dec_in(latent));
  h = h + torch::gelu(dec_mid(h));
  return dec_out(h);
}

}  // namespace photoplayer::network
