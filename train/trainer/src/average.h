// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Exponential moving average of a module's parameters; what a bundle ships.
#include <torch/torch.h>

#include <algorithm>

namespace photoplayer::train {

class MovingAverage {
 public:
  MovingAverage(torch::nn::Module& averaged, double decay) : averaged_(averaged), decay_(decay) {}

  /// Early on the average follows faster, so that it does not remember the initial weights.
  void update(const torch::nn::Module& model, std::int64_t step) {
    torch::NoGradGuard guard;
    const double decay = std::min(decay_, (1.0 + static_cast<double>(step)) / (10.0 + static_cast<double>(step)));
    auto target = averaged_.parameters();
    const auto source = model.parameters();
    for (std::size_t i = 0; i < target.size(); ++i) target[i].lerp_(source[i], 1.0 - decay);
    auto buffers = averaged_.buffers();
    const auto from = model.buffers();
    for (std::size_t i = 0; i < buffers.size(); ++i) buffers[i].copy_(from[i]);
  }

 private:
  torch::nn::Module& averaged_;
  double decay_;
};

}  // namespace photoplayer::train
