// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The v-objective's schedule, z_t = cos(pi t / 2) z_0 + sin(pi t / 2) noise, and deterministic DDIM over it.
#include <torch/torch.h>

#include <functional>
#include <numbers>

namespace photoplayer::network {

inline torch::Tensor alpha_of(const torch::Tensor& t) {
  return torch::cos(t * (std::numbers::pi / 2.0));
}
inline torch::Tensor sigma_of(const torch::Tensor& t) {
  return torch::sin(t * (std::numbers::pi / 2.0));
}

struct OutpaintJob {
  torch::Tensor noise;         ///< [tokens, dims]
  torch::Tensor known;         ///< [context, dims] final latents, pasted at every step; may have 0 rows
  bool clean_context = false;  ///< paste them as they are; else re-noised to the step's time
  torch::Tensor warm;          ///< [n, dims] estimates of the first n new rows, or undefined
  double release = 1.0;        ///< warm rows are pasted like context down to this diffusion time, then set free; so
                               ///< rows without an estimate still come from pure noise, in view of the warm ones
  int steps = 12;
  std::function<int(int)> steps_that_fit;  ///< may shorten what is left; empty: never
};

struct OutpaintResult {
  torch::Tensor latents;  ///< [tokens, dims]
  int steps_taken = 0;
};

/// `velocity(x [tokens, dims], t)` answers v for the whole window, guidance included.
[[nodiscard]] OutpaintResult outpaint(const OutpaintJob& job,
                                      const std::function<torch::Tensor(const torch::Tensor&, double)>& velocity);

}  // namespace photoplayer::network
