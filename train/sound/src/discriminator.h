// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Tells real sound from decoded: one stack of 2-D convolutions per window length over the complex spectrum of both
/// channels (Défossez 2022), with weight norm, hinge losses and feature matching.
#include <torch/torch.h>

#include <cstdint>
#include <vector>

#include "weight_norm.h"

namespace photoplayer::train {

class SpectrumJudgeImpl : public torch::nn::Module {
 public:
  SpectrumJudgeImpl(std::int64_t window, std::int64_t filters);
  /// sound [batch, 2, frames] → the layers' outputs, the verdict last.
  std::vector<torch::Tensor> forward(const torch::Tensor& sound);

 private:
  std::int64_t window_;
  std::vector<torch::nn::Conv2d> layers_;
};
TORCH_MODULE(SpectrumJudge);

class DiscriminatorImpl : public torch::nn::Module {
 public:
  DiscriminatorImpl(const std::vector<std::int64_t>& windows, std::int64_t filters);
  /// One list of layers' outputs per window.
  std::vector<std::vector<torch::Tensor>> forward(const torch::Tensor& sound);

 private:
  std::vector<SpectrumJudge> judges_;
};
TORCH_MODULE(Discriminator);

/// What the discriminator minimises; `made` without gradient.
[[nodiscard]] torch::Tensor judging_loss(DiscriminatorImpl& judge, const torch::Tensor& real,
                                         const torch::Tensor& made);

/// What the generator minimises, unweighted.
struct FoolingLosses {
  torch::Tensor adversarial, features;
};
[[nodiscard]] FoolingLosses fooling_losses(DiscriminatorImpl& judge, const torch::Tensor& real,
                                           const torch::Tensor& made);

}  // namespace photoplayer::train
