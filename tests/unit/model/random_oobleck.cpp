// SPDX-License-Identifier: Apache-2.0
#include "random_oobleck.h"

#include <cmath>

namespace photoplayer::tests {

network::OobleckDecoder make_random_oobleck(const network::OobleckConfig& config, std::uint64_t seed) {
  torch::NoGradGuard guard;
  network::OobleckDecoder decoder(config);
  auto random = at::detail::createCPUGenerator(seed);
  const auto normal = [&](torch::IntArrayRef sizes) { return torch::empty(sizes).normal_(0.0, 1.0, random); };
  auto& layers = *decoder->children().front()->as<torch::nn::SequentialImpl>();

  double rate_hz = 44100.0 / static_cast<double>(config.frames_per_latent());
  for (auto& module : decoder->modules(/*include_self=*/false)) {
    if (auto* snake = module->as<network::SnakeBetaImpl>()) {
      for (auto& item : snake->named_parameters()) {
        item.value().copy_(0.1 * normal(item.value().sizes()) + (item.key() == "beta" ? 1.0 : 0.0));
      }
    } else if (auto* up = module->as<torch::nn::ConvTranspose1dImpl>()) {
      const auto from = up->weight.size(0), to = up->weight.size(1), taps = up->weight.size(2);
      rate_hz *= static_cast<double>(taps / 2);
      // Taps of their own add partials above the band that came in; a window over the taps only interpolates.
      const double partials = rate_hz < 2000.0 ? 1.0 : 0.3;
      const auto interpolate = std::sqrt(1.0 - partials * partials) * normal({from, to, 1}) * torch::hann_window(taps);
      const auto add = partials / std::sqrt(2.0) * normal({from, to, taps});
      up->weight.copy_((interpolate + add) / std::sqrt(static_cast<double>(from)));
      up->bias.copy_(0.1 * normal({to}));
    } else if (auto* conv = module->as<torch::nn::Conv1dImpl>()) {
      const bool ends_residual_unit = conv->weight.size(2) == 1;
      const auto inputs = static_cast<double>(conv->weight.size(1) * conv->weight.size(2));
      conv->weight.copy_((ends_residual_unit ? 0.2 : 1.0) / std::sqrt(inputs) * normal(conv->weight.sizes()));
      if (conv->bias.defined()) conv->bias.copy_(0.1 * normal(conv->bias.sizes()));
    }
  }

  auto h = normal({1, config.latent_dims, 64});
  const auto last = layers.end() - (config.final_tanh ? 2 : 1);
  for (auto layer = layers.begin(); layer != last; ++layer) h = layer->forward(h);
  auto& out = last->get<torch::nn::Conv1dImpl>().weight;
  // Across channels at right angles to their means: no constant part. Along time a low-pass.
  const auto mean = h.mean(-1).flatten();
  auto across = normal({config.audio_channels, config.channels});
  across -= torch::outer(across.mv(mean), mean) / mean.dot(mean);
  out.copy_(across.unsqueeze(-1) * torch::tensor({1.0, 6.0, 15.0, 20.0, 15.0, 6.0, 1.0}));
  out *= 0.1 / torch::conv1d(h, out).std();
  return decoder;
}

}  // namespace photoplayer::tests
