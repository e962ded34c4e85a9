// SPDX-License-Identifier: Apache-2.0
#pragma once
/// How far two sounds are apart to the ear: magnitudes at several resolutions, of the sum and of the difference of the
/// channels, so that neither loudness nor width is bought with the other. Spectral convergence plus mean absolute
/// difference of log magnitudes, hop a quarter of the window (Yamamoto 2020, Steinmetz 2020).
#include <torch/torch.h>

#include <cstdint>
#include <vector>

namespace photoplayer::train {

/// Complex [..., bins, frames] of [..., frames of sound], periodic Hann.
[[nodiscard]] torch::Tensor spectrum(const torch::Tensor& sound, std::int64_t window);

/// Both [batch, 2, frames] → scalar; 0 only for equal magnitudes.
[[nodiscard]] torch::Tensor spectral_loss(const torch::Tensor& made, const torch::Tensor& real,
                                          const std::vector<std::int64_t>& windows);

}  // namespace photoplayer::train
