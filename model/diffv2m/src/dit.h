// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The diffusion transformer's weights in their places, and what both ways through it share.
#include "block.h"

#include <photoplayer/diffv2m/network.h>

#include <optional>
#include <vector>

namespace photoplayer::diffv2m {

/// The keys of one context in one block. [batch, kv_heads, n, head_dims]
struct Keys {
  torch::Tensor k, v;
};

/// What all blocks' attention to one context needs to know about its tokens.
struct Sight {
  torch::Tensor hidden;         ///< [batch, 1, 1, n] 0 or −∞
  torch::Tensor nothing;        ///< [batch, 1, 1, 1] bool: no token at all is visible; the values become zero
  network::RotaryTable rotary;  ///< of the tokens' places; without tensors: no positions
};
/// `places` [n] in latents, or undefined.
[[nodiscard]] Sight sight_of(const torch::Tensor& visible, const torch::Tensor& places, std::int64_t head_dims);

struct CrossAttention {
  Linear to_q, to_kv, to_out;
  std::int64_t head_dims = 64;
  CrossAttention(const Source& source, std::int64_t head_dims);
  [[nodiscard]] Keys keys(const torch::Tensor& context, const Sight& sight) const;
  [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x, const Keys& keys, const Sight& sight,
                                         const network::RotaryTable& query) const;
};

/// x → scale ⊙ x + shift
struct Modulation {
  torch::Tensor scale, shift;
};

struct Film {
  Linear gamma0, gamma2, beta0, beta2;
  Film(const Source& block, const std::string& branch);
  [[nodiscard]] Modulation operator()(const torch::Tensor& time) const;  ///< time [batch, film_dims]
};

struct Gate {
  Linear in, out;
  [[nodiscard]] torch::Tensor operator()(const torch::Tensor& t) const;  ///< [batch, 1] → [batch, 1], 0…1
};

struct DitBlock {
  Norm pre_norm, cross_attend_norm, ff_norm;
  SelfAttention self_attention;
  FeedForward feed_forward;
  std::optional<Norm> color_norm;
  std::optional<CrossAttention> affective, semantic, rhythm;
  Linear t_linear;
  std::optional<Film> film_semantic, film_rhythm;
  std::optional<Gate> gate;
  DitBlock(const Source& source, const Config& config);
};

struct Dit {
  Config config;
  Fusion fusion;
  torch::Tensor fourier;  // [fourier_dims]
  Linear time_in, time_out, cond_in, cond_out, global_in, global_out, preprocess, postprocess, project_in, project_out;
  std::vector<DitBlock> blocks;
  Dit(const Config& config, const Weights& weights);

  [[nodiscard]] torch::Tensor embed_time(const torch::Tensor& t) const;          ///< [batch] → [batch, width]
  [[nodiscard]] torch::Tensor embed_global(const torch::Tensor& global) const;   ///< → [batch, width]
  [[nodiscard]] torch::Tensor embed_context(const torch::Tensor& tokens) const;  ///< of the width it has
  [[nodiscard]] torch::Tensor enter(const torch::Tensor& x) const;               ///< latents → rows
  [[nodiscard]] torch::Tensor leave(const torch::Tensor& h) const;               ///< rows → latents
  [[nodiscard]] const Context& third(const Conditions& conditions) const;        ///< what cross_attn0 sees
  [[nodiscard]] torch::Tensor places(std::int64_t tokens, double first) const;   ///< of condition tokens, in latents
  [[nodiscard]] network::RotaryTable query_table(std::int64_t latents) const;    ///< of prefix and latents
  /// Also the authors' test, made in fp32.
  [[nodiscard]] bool is_semantic(double t) const { return static_cast<float>(t) > static_cast<float>(config.switch_t); }
};

}  // namespace photoplayer::diffv2m
