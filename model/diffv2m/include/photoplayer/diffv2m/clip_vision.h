// SPDX-License-Identifier: Apache-2.0
#pragma once
/// OpenAI CLIP's vision transformer: one picture to one embedding, from `visual.*` weights.
#include <photoplayer/diffv2m/config.h>
#include <photoplayer/diffv2m/weights.h>
#include <torch/torch.h>

#include <memory>

namespace photoplayer::diffv2m {

class ClipVision {
 public:
  /// Fails with kBadBundle and names all that does not fit.
  [[nodiscard]] static Result<ClipVision> make(const ClipConfig& config, const Weights& weights);
  ClipVision(ClipVision&&) noexcept;
  ClipVision& operator=(ClipVision&&) noexcept;
  ~ClipVision();

  [[nodiscard]] const ClipConfig& config() const noexcept;

  /// RGB [..., side, side, 3] in 0…255 → [..., 3, side, side], with CLIP's mean and deviation taken out.
  [[nodiscard]] static torch::Tensor normalise(const torch::Tensor& rgb);

  /// Normalised pictures [batch, 3, side, side] → [batch, out], not of unit length.
  [[nodiscard]] torch::Tensor embed(const torch::Tensor& pictures) const;

 private:
  struct State;
  explicit ClipVision(std::unique_ptr<State> state) noexcept;
  std::unique_ptr<State> state_;
};

}  // namespace photoplayer::diffv2m
