// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Conditioner, rhythm predictor and transformer while they learn: leaves by name, and on every step the very network
/// of model/diffv2m over them, its plain way. So what is trained is what plays.
#include <photoplayer/diffv2m/conditioner.h>
#include <photoplayer/diffv2m/network.h>

#include <string>
#include <vector>

#include "checkpoint.h"
#include "sound_config.h"

namespace photoplayer::train {

struct ClipBatch {
  torch::Tensor latents;            ///< [batch, rows, latent_dims]
  std::vector<diffv2m::Clip> seen;  ///< all of one length
  torch::Tensor rhythm;             ///< [batch, 30, rhythm_dims] of the music
  double first_latent_s = 0.0;      ///< the first row's place in the clips
};

struct DiffusionLosses {
  torch::Tensor diffusion;  ///< mean square error of v
  torch::Tensor rhythm;     ///< of the predicted rhythm, over what is seen of every item
};

/// Which conditions an item keeps, [batch] bool each.
struct Kept {
  torch::Tensor semantic, rhythm, colour;
};
/// Each one dropped alone, and all together.
[[nodiscard]] Kept draw_kept(std::int64_t batch, double dropout_each, double dropout_all);

class DiffusionModel {
 public:
  /// Fresh weights, from LibTorch's generator as it stands.
  explicit DiffusionModel(const SoundConfig& config);
  /// The same leaves, other switches of training.
  [[nodiscard]] DiffusionModel with(const SoundConfig& config) const;

  [[nodiscard]] const diffv2m::Config& network() const { return network_; }
  [[nodiscard]] const NamedTensors& weights() const { return weights_; }
  /// What learns now: all, or with separate training the predictor alone or all but it.
  enum class Part { kAll, kPredictor, kGenerator };
  [[nodiscard]] std::vector<torch::Tensor> parameters(Part part) const;

  /// `p_real`: how probably an item is steered by its music's own rhythm. Times, noise, drop-outs and that choice are
  /// drawn from LibTorch's generator.
  [[nodiscard]] DiffusionLosses losses(const ClipBatch& batch, double p_real) const;
  /// The predictor's alone, at a fraction of the cost.
  [[nodiscard]] torch::Tensor rhythm_loss(const ClipBatch& batch) const;

  /// Weights that play as this was trained: what an ablation left out stays silent there whatever is seen.
  [[nodiscard]] NamedTensors playable() const;

 private:
  [[nodiscard]] diffv2m::Conditions conditions(const ClipBatch& batch) const;
  [[nodiscard]] torch::Tensor rhythm_error(const ClipBatch& batch, const torch::Tensor& predicted) const;
  [[nodiscard]] diffv2m::Context rhythm_context(const torch::Tensor& rhythm, const diffv2m::Conditions& seen) const;

  SoundConfig config_;
  diffv2m::Config network_;
  torch::Device device_;
  NamedTensors weights_;
};

}  // namespace photoplayer::train
