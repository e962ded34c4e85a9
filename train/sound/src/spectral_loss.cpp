// SPDX-License-Identifier: Apache-2.0
#include "spectral_loss.h"

namespace photoplayer::train {
namespace {

/// [2, batch, frames]: sum and difference.
torch::Tensor sum_and_difference(const torch::Tensor& sound) {
  const auto left = sound.select(1, 0), right = sound.select(1, 1);
  return torch::stack({left + right, left - right});
}

torch::Tensor magnitudes(const torch::Tensor& sound, std::int64_t window) {
  const auto parts = torch::view_as_real(spectrum(sound, window));
  // The gradient of a magnitude ends at zero.
  return (parts.pow(2).sum(-1) + 1e-8).sqrt();
}

}  // namespace

torch::Tensor spectrum(const torch::Tensor& sound, std::int64_t window) {
  const auto flat = sound.reshape({-1, sound.size(-1)});
  const auto shape = torch::hann_window(window, sound.options());
  const auto spectra = torch::stft(flat, window, window / 4, window, shape, /*center=*/true, "reflect",
                                   /*normalized=*/false, /*onesided=*/true, /*return_complex=*/true);
  auto sizes = sound.sizes().vec();
  sizes.back() = spectra.size(1);
  sizes.push_back(spectra.size(2));
  return spectra.view(sizes);
}

torch::Tensor spectral_loss(const torch::Tensor& made, const torch::Tensor& real,
                            const std::vector<std::int64_t>& windows) {
  const auto made_sides = sum_and_difference(made), real_sides = sum_and_difference(real);
  auto loss = torch::zeros({}, made.options());
  for (const auto window : windows) {
    const auto a = magnitudes(made_sides, window), b = magnitudes(real_sides, window);
    // Per side, or the quiet difference would hardly count.
    const auto convergence = (a - b).flatten(1).norm(2, 1) / b.flatten(1).norm(2, 1).clamp_min(1e-3);
    loss = loss + convergence.mean() + (a.log() - b.log()).abs().mean();
  }
  return loss / static_cast<double>(windows.size());
}

}  // namespace photoplayer::train
