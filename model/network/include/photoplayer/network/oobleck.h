// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Oobleck, the waveform autoencoder of Stable Audio Open and Diff-V2M: strided convolutions and residual units with
/// snake activations. Parameters carry the authors' names (`layers.1.layers.2.layers.0.alpha`); weight norm is folded
/// when weights are loaded. Tested in tests/unit/model/oobleck_test.cpp.
#include <photoplayer/stream/result.h>
#include <torch/torch.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace photoplayer::network {

struct OobleckConfig {
  std::int64_t audio_channels = 2;
  std::int64_t channels = 128;
  std::vector<std::int64_t> c_mults = {1, 2, 4, 8, 16};  ///< of `channels`, from the waveform to the latent
  std::vector<std::int64_t> strides = {2, 4, 4, 8, 8};   ///< even; one per entry of c_mults
  std::int64_t latent_dims = 64;
  bool final_tanh = false;
  bool snake = true;  ///< else ELU

  [[nodiscard]] std::int64_t frames_per_latent() const;
};

/// First and last of consecutive latents or audio frames; the last is inside.
struct Span {
  std::int64_t first = 0, last = 0;
};
/// The rows at the entrance of a decoder's block of this stride that these rows at its exit depend on.
[[nodiscard]] Span rows_behind_block(std::int64_t stride, Span rows);
/// What the first and the last convolution of a decoder look at.
[[nodiscard]] Span rows_behind_end(Span rows);
/// The latents that these frames of the decoder's output depend on. Frame 0 is the first of latent 0.
[[nodiscard]] Span latents_behind(const OobleckConfig& config, Span frames);
/// So many latents of context on both sides make the decoding of a latent exact: 10 for the published config.
[[nodiscard]] std::int64_t decoder_context(const OobleckConfig& config);

/// x + sin²(exp(alpha) x) / exp(beta), per channel.
class SnakeBetaImpl : public torch::nn::Module {
 public:
  explicit SnakeBetaImpl(std::int64_t channels);
  torch::Tensor forward(const torch::Tensor& x);  // [batch, channel, time]

 private:
  torch::Tensor alpha_, beta_;
};
TORCH_MODULE(SnakeBeta);

class OobleckEncoderImpl : public torch::nn::Module {
 public:
  explicit OobleckEncoderImpl(const OobleckConfig& config);
  /// audio [batch, audio_channels, frames], whole latents → [batch, 2 · latent_dims, latents]: means, then scales.
  torch::Tensor forward(const torch::Tensor& audio) { return layers->forward(audio); }

 private:
  torch::nn::Sequential layers;
};
TORCH_MODULE(OobleckEncoder);

class OobleckDecoderImpl : public torch::nn::Module {
 public:
  explicit OobleckDecoderImpl(const OobleckConfig& config);
  [[nodiscard]] const OobleckConfig& config() const { return config_; }
  /// latents [batch, latent_dims, latents] → [batch, audio_channels, frames].
  torch::Tensor forward(const torch::Tensor& latents) { return layers->forward(latents); }

 private:
  OobleckConfig config_;
  torch::nn::Sequential layers;
};
TORCH_MODULE(OobleckDecoder);

/// Fills an encoder or a decoder from the tensors whose names begin with `prefix`. A weight comes plain or as
/// weight_g and weight_v, also under torch's parametrised names. All that is missing, misshapen or left over is named
/// at once.
[[nodiscard]] Result<void> load_oobleck(torch::nn::Module& module, const std::map<std::string, torch::Tensor>& tensors,
                                        const std::string& prefix);

}  // namespace photoplayer::network
