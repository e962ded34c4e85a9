// SPDX-License-Identifier: Apache-2.0
#include "autoencoder.h"

#include <cmath>

namespace photoplayer::train {
namespace {

constexpr double kQuiet = 0.1;  // how loud music is, about

/// Weights that keep a signal's size; residual units begin as little more than what enters them. As PyTorch begins, a
/// signal fades to a hundredth through either side, and a short training gets no further than the decoder's biases.
template <typename Module>
Module fresh(Module module, const torch::Device& device) {
  constexpr double kAfterSnake = 0.85, kResidual = 0.2;  // a snake makes a signal larger
  const torch::NoGradGuard guard;
  const auto begin = [](auto& convolution, double inputs, double size) {
    convolution.weight.normal_(0.0, size / std::sqrt(inputs));
    if (convolution.bias.defined()) convolution.bias.zero_();
  };
  for (const auto& child : module->modules(/*include_self=*/false)) {
    if (auto* conv = child->template as<torch::nn::Conv1dImpl>()) {
      const auto inputs = static_cast<double>(conv->weight[0].numel());
      begin(*conv, inputs, conv->weight.size(2) == 1 ? kResidual : kAfterSnake);
    } else if (auto* up = child->template as<torch::nn::ConvTranspose1dImpl>()) {
      begin(*up, static_cast<double>(2 * up->weight.size(0)), kAfterSnake);  // kernels are two strides long
    }
  }
  module->to(device);
  return module;
}

std::map<std::string, torch::Tensor> both(const std::map<std::string, torch::Tensor>& encoder,
                                          const std::map<std::string, torch::Tensor>& decoder) {
  std::map<std::string, torch::Tensor> all;
  for (const auto& [name, tensor] : encoder) all.emplace("encoder." + name, tensor);
  for (const auto& [name, tensor] : decoder) all.emplace("decoder." + name, tensor);
  return all;
}

}  // namespace

network::OobleckConfig oobleck_config(const diffv2m::VaeConfig& config) {
  network::OobleckConfig oobleck;
  oobleck.channels = config.channels;
  oobleck.c_mults = config.c_mults;
  oobleck.strides = config.strides;
  oobleck.latent_dims = config.latent_dims;
  return oobleck;
}

Autoencoder::Autoencoder(const network::OobleckConfig& config, const torch::Device& device)
    : encoder_(fresh(network::OobleckEncoder(config), device)),
      decoder_(fresh(network::OobleckDecoder(config), device)),
      encoder_norm_(*encoder_),
      decoder_norm_(*decoder_) {
  // Under noise of 0.7, softplus of nothing, the decoder would learn to live without the means.
  constexpr double kFirstDeviation = -4.0;
  const auto ones = torch::ones({config.latent_dims, 1, 1}, device);
  encoder_norm_.scale(/*last=*/true, torch::cat({ones, 0.1 * ones}));
  {
    const torch::NoGradGuard guard;
    encoder_norm_.last_bias().narrow(0, config.latent_dims, config.latent_dims).fill_(kFirstDeviation);
  }
  // Inside, music is of deviation 1.
  encoder_norm_.scale(/*last=*/false, torch::full({1}, kQuiet, device).reciprocal());
  decoder_norm_.scale(/*last=*/true, torch::full({1}, kQuiet, device));
  refresh();
}

void Autoencoder::refresh() {
  encoder_norm_.apply();
  decoder_norm_.apply();
}

torch::Tensor Autoencoder::Latents::divergence() const {
  const auto variance = deviation.pow(2);
  return (0.5 * (mean.pow(2) + variance - variance.log() - 1.0)).sum(1).mean();
}

Autoencoder::Latents Autoencoder::encode(const torch::Tensor& sound) {
  const auto parts = encoder_(sound).chunk(2, 1);
  return {parts[0], torch::softplus(parts[1]) + 1e-4};
}

void Autoencoder::divide_latents(const torch::Tensor& factors) {
  const torch::NoGradGuard guard;
  const auto dims = factors.size(0);
  const auto rows = torch::cat({1.0 / factors, torch::ones_like(factors)});
  encoder_norm_.scale(/*last=*/true, rows.view({-1, 1, 1}));
  auto bias = encoder_norm_.last_bias();
  bias.narrow(0, 0, dims).div_(factors);
  bias.narrow(0, dims, dims).sub_(factors.log());
  decoder_norm_.scale(/*last=*/false, factors.view({1, -1, 1}));
  refresh();
}

std::map<std::string, torch::Tensor> Autoencoder::parameters() const {
  return both(encoder_norm_.parameters(), decoder_norm_.parameters());
}

std::map<std::string, torch::Tensor> Autoencoder::folded() const {
  return both(encoder_norm_.folded(), decoder_norm_.folded());
}

}  // namespace photoplayer::train
