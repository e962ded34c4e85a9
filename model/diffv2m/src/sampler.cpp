// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/diffv2m/sampler.h>
#include <photoplayer/network/diffusion.h>

namespace photoplayer::diffv2m {

std::vector<double> ddim_times(int steps) {
  const auto grid = torch::linspace(1, 0, steps + 1, torch::kFloat);
  std::vector<double> times;
  for (int i = 0; i < steps; ++i) times.push_back(static_cast<double>(grid[i].item<float>()));
  return times;
}

torch::Tensor ddim(const torch::Tensor& noise, int steps,
                   const std::function<torch::Tensor(const torch::Tensor&, double)>& velocity) {
  torch::NoGradGuard guard;
  // fp32 all through, as there: at t = 1 the cosine is −4e-8 and not 0.
  const auto times = ddim_times(steps);
  const auto grid = torch::tensor(times, torch::kFloat);
  const auto alphas = network::alpha_of(grid), sigmas = network::sigma_of(grid);
  auto x = noise;
  torch::Tensor latents;
  for (int i = 0; i < steps; ++i) {
    const auto v = velocity(x, times[static_cast<std::size_t>(i)]);
    latents = x * alphas[i] - v * sigmas[i];
    if (i + 1 < steps) x = latents * alphas[i + 1] + (x * sigmas[i] + v * alphas[i]) * sigmas[i + 1];
  }
  return latents;
}

}  // namespace photoplayer::diffv2m
