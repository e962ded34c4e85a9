// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The authors' sampler: deterministic DDIM on an even grid of diffusion times, from 1 down.
#include <torch/torch.h>

#include <functional>
#include <vector>

namespace photoplayer::diffv2m {

/// 1 − i / steps for i < steps, rounded to fp32 as the authors' grid is: with 250 steps exactly 50 are at or below 0.2.
[[nodiscard]] std::vector<double> ddim_times(int steps);

/// `noise` of any shape, `velocity(x, t)` like it → the last step's estimate of the latents.
[[nodiscard]] torch::Tensor ddim(const torch::Tensor& noise, int steps,
                                 const std::function<torch::Tensor(const torch::Tensor&, double)>& velocity);

}  // namespace photoplayer::diffv2m
