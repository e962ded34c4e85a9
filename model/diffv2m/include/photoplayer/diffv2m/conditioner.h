// SPDX-License-Identifier: Apache-2.0
#pragma once
/// From what is seen to condition tokens: semantic, colour, timing and class projections, and the rhythm predictor.
/// Immutable; any one thread at a time, because LibTorch shares its thread pool.
#include <photoplayer/diffv2m/config.h>
#include <photoplayer/diffv2m/weights.h>
#include <torch/torch.h>

#include <memory>
#include <vector>

namespace photoplayer::diffv2m {

/// Up to max_seconds of picture, one row a second; the rest is padding. On the CPU, wherever the
/// weights are.
struct Clip {
  torch::Tensor semantic;     ///< [seconds, semantic_dims]
  torch::Tensor colour;       ///< [seconds, colour_dims]; longer ones are cropped; undefined: nothing seen
  torch::Tensor scene_cut;    ///< [seconds] 0 or 1; zeros behind its end, like pseudo_beat
  torch::Tensor pseudo_beat;  ///< [seconds]
  std::int64_t class_label = 2;
  double seconds_start = 0.0;
  double seconds_total = 30.0;
};

struct Context {
  torch::Tensor tokens;   ///< [batch, n, cond_dims]
  torch::Tensor visible;  ///< [batch, n] bool
};

struct Conditions {
  Context semantic;             ///< max_seconds tokens, then seconds_start and seconds_total
  Context rhythm;               ///< likewise, of the predicted rhythm
  Context colour;               ///< max_seconds tokens
  torch::Tensor timing;         ///< [batch, 2, cond_dims] the two timing tokens
  torch::Tensor global;         ///< [batch, 3 · cond_dims] seconds_start, seconds_total, class
  torch::Tensor predicted_odf;  ///< [batch, max_seconds, rhythm_dims] onset density, in deviations of the clip
};

class Conditioner {
 public:
  [[nodiscard]] static Result<Conditioner> make(const Config& config, const Weights& weights);
  Conditioner(Conditioner&&) noexcept;
  Conditioner& operator=(Conditioner&&) noexcept;
  ~Conditioner();

  /// Fails with kBadInput: no clip, or one of other sizes than the configuration's.
  [[nodiscard]] Result<Conditions> see(const std::vector<Clip>& clips) const;

  /// The context of a rhythm that is known, as in training: one [seconds, rhythm_dims] per clip.
  [[nodiscard]] Result<Context> known_rhythm(const std::vector<torch::Tensor>& rhythms,
                                             const torch::Tensor& timing) const;

 private:
  struct State;
  explicit Conditioner(std::unique_ptr<State> state) noexcept;
  std::unique_ptr<State> state_;
};

}  // namespace photoplayer::diffv2m
