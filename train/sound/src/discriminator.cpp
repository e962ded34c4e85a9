// SPDX-License-Identifier: Apache-2.0
#include "discriminator.h"

#include <cmath>
#include <string>

#include "spectral_loss.h"

namespace photoplayer::train {
namespace {

torch::nn::Conv2d convolution(std::int64_t in, std::int64_t out, std::int64_t width, std::int64_t stride,
                              std::int64_t dilation) {
  return torch::nn::Conv2d(torch::nn::Conv2dOptions(in, out, {3, width})
                               .stride({1, stride})
                               .dilation({dilation, 1})
                               .padding({dilation, width / 2}));
}

}  // namespace

SpectrumJudgeImpl::SpectrumJudgeImpl(std::int64_t window, std::int64_t filters) : window_(window) {
  layers_ = {convolution(4, filters, 9, 1, 1),       convolution(filters, filters, 9, 2, 1),
             convolution(filters, filters, 9, 2, 2), convolution(filters, filters, 9, 2, 4),
             convolution(filters, filters, 3, 1, 1), convolution(filters, 1, 3, 1, 1)};
  for (std::size_t i = 0; i < layers_.size(); ++i) register_module("layer" + std::to_string(i), layers_[i]);
}

std::vector<torch::Tensor> SpectrumJudgeImpl::forward(const torch::Tensor& sound) {
  // [batch, 2 channels · (real, imaginary), frames, bins], at a loudness that does not depend on the window.
  const auto parts = torch::view_as_real(spectrum(sound, window_)) / std::sqrt(static_cast<double>(window_));
  auto h = parts.permute({0, 1, 4, 3, 2}).flatten(1, 2);
  std::vector<torch::Tensor> outputs;
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    h = layers_[i](h);
    if (i + 1 < layers_.size()) h = torch::leaky_relu(h, 0.2);
    outputs.push_back(h);
  }
  return outputs;
}

DiscriminatorImpl::DiscriminatorImpl(const std::vector<std::int64_t>& windows, std::int64_t filters) {
  for (const auto window : windows) {
    judges_.push_back(register_module("window" + std::to_string(window), SpectrumJudge(window, filters)));
  }
}

std::vector<std::vector<torch::Tensor>> DiscriminatorImpl::forward(const torch::Tensor& sound) {
  std::vector<std::vector<torch::Tensor>> all;
  for (auto& judge : judges_) all.push_back(judge(sound));
  return all;
}

torch::Tensor judging_loss(DiscriminatorImpl& judge, const torch::Tensor& real, const torch::Tensor& made) {
  const auto of_real = judge.forward(real), of_made = judge.forward(made.detach());
  auto loss = torch::zeros({}, real.options());
  for (std::size_t i = 0; i < of_real.size(); ++i) {
    loss = loss + torch::relu(1.0 - of_real[i].back()).mean() + torch::relu(1.0 + of_made[i].back()).mean();
  }
  return loss / static_cast<double>(of_real.size());
}

FoolingLosses fooling_losses(DiscriminatorImpl& judge, const torch::Tensor& real, const torch::Tensor& made) {
  std::vector<std::vector<torch::Tensor>> of_real;
  {
    const torch::NoGradGuard guard;
    of_real = judge.forward(real);
  }
  const auto of_made = judge.forward(made);
  FoolingLosses losses{torch::zeros({}, real.options()), torch::zeros({}, real.options())};
  double layers = 0.0;
  for (std::size_t i = 0; i < of_real.size(); ++i) {
    losses.adversarial = losses.adversarial - of_made[i].back().mean();
    for (std::size_t k = 0; k + 1 < of_real[i].size(); ++k, ++layers) {
      losses.features = losses.features + (of_real[i][k] - of_made[i][k]).abs().mean() / of_real[i][k].abs().mean();
    }
  }
  return {losses.adversarial / static_cast<double>(of_real.size()), losses.features / layers};
}

}  // namespace photoplayer::train
