// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The diffusion transformer, from noise and conditions to v. Two ways to the same numbers: velocity(), which does
/// nothing twice and nothing in vain, for playing; forward(), as the authors wrote it, for tests and comparison.
/// What velocity() leaves out: the keys and values of the conditions are made once per window; time embedding, FiLM and
/// gates once per diffusion time; the null branch has no cross-attention (zero contexts have zero keys and values);
/// a branch that the fusion does not select is not computed; both guidance branches share one pass over the weights.
///
/// One thread at a time per network (the sampler's).
#include <photoplayer/diffv2m/conditioner.h>
#include <photoplayer/diffv2m/config.h>
#include <photoplayer/diffv2m/weights.h>
#include <torch/torch.h>

#include <memory>
#include <vector>

namespace photoplayer::diffv2m {

/// The conditions as the blocks see them. Made by Network::prepare(), for that network only; cheap to copy.
class Window {
 public:
  struct State;
  explicit Window(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  [[nodiscard]] const State& state() const { return *state_; }

 private:
  std::shared_ptr<const State> state_;
};

class Network {
 public:
  /// Fails with kBadBundle and names all that does not fit.
  [[nodiscard]] static Result<Network> make(const Config& config, const Weights& weights);
  Network(Network&&) noexcept;
  Network& operator=(Network&&) noexcept;
  ~Network();

  [[nodiscard]] const Config& config() const noexcept;

  /// `first_latent_seconds`: when the window's first latent lies, counted from the first condition token; matters only
  /// with Compat::Positions::kSeconds.
  [[nodiscard]] Window prepare(const Conditions& conditions, double first_latent_seconds = 0.0) const;

  /// Makes the tables of these diffusion times now instead of at their first step.
  void tabulate(const std::vector<double>& times) const;

  /// v for x [batch, latents, latent_dims], or [latents, latent_dims] with a window of one clip; any number of latents.
  /// v_null + guidance · (v_seen − v_null); a guidance of 1 costs no null branch.
  [[nodiscard]] torch::Tensor velocity(const Window& window, const torch::Tensor& x, double t, double guidance) const;

  /// Plain, one branch. x [batch, latents, latent_dims], t [batch] fp32. Null: every condition token is zero.
  enum class Branch { kSeen, kNull };
  [[nodiscard]] torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& t, const Conditions& conditions,
                                      Branch branch, double first_latent_seconds = 0.0) const;

 private:
  struct State;
  explicit Network(std::unique_ptr<State> state) noexcept;
  std::unique_ptr<State> state_;
};

}  // namespace photoplayer::diffv2m
