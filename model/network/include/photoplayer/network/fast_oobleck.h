// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Oobleck's decoder for playing on a CPU. Activations lie as [time, channel], so that a convolution, transposed or
/// not, is one product of overlapping rows with the weights; long stretches go in pieces that stay in the second-level
/// cache through a whole residual unit. Equal to OobleckDecoder up to rounding, unless products are made of bf16
/// numbers: those round activations to bf16 as well. Immutable, cheap to copy; one thread at a time, because LibTorch
/// shares its thread pool. Tested in tests/unit/model/fast_oobleck_test.cpp.
#include <photoplayer/network/oobleck.h>
#include <photoplayer/network/products.h>
#include <torch/torch.h>

#include <memory>

namespace photoplayer::network {

/// How a residual unit's convolution of seven taps is computed; the rest is the same product in all but the last.
enum class OobleckProducts {
  kDirect,    ///< as it is written
  kFewer,     ///< in 13 of 28 products where channels are at most kFewerProducts_channels
  kBFloat16,  ///< every convolution in bf16, which rounds activations as well; as kFewer unless weights are bf16
              ///< numbers
};
/// Wider ones see too few rows in a second to pay for their weights, which grow to 3.7 times their size in bf16.
inline constexpr std::int64_t kFewerProducts_channels = 512;

class FastOobleckDecoder {
 public:
  /// Copies the weights, which are fp32 on the CPU: in bf16 if that loses nothing.
  explicit FastOobleckDecoder(const OobleckDecoder& decoder, OobleckProducts products = has_fast_bf16()
                                                                                            ? OobleckProducts::kBFloat16
                                                                                            : OobleckProducts::kFewer);

  [[nodiscard]] const OobleckConfig& config() const;
  /// latents [batch, latent_dims, latents] → [batch, audio_channels, frames]. No gradient.
  [[nodiscard]] torch::Tensor operator()(const torch::Tensor& latents) const;
  /// The same for some of the frames, which costs little more than those: what only context needs is left out at each
  /// rate. Throws c10::Error if the latents do not have them.
  [[nodiscard]] torch::Tensor frames(const torch::Tensor& latents, Span frames) const;

 private:
  struct State;
  std::shared_ptr<const State> state_;
};

}  // namespace photoplayer::network
