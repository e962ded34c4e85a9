// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The diffusion transformer of Diff-V2M: a prefix token for time and global conditions, self-attention with rotary
/// positions, hierarchical cross-attention (affective first, then semantic and rhythm in parallel) and a
/// timestep-aware fusion of the latter two. Sized by its config. Predicts v = alpha * noise − sigma * latent.
///
/// Beyond the paper, for bundles that plan a score: one row of plan numbers per latent, added to the input, and
/// condition tokens that know their beat.
#include <photoplayer/network/attention.h>
#include <torch/torch.h>

#include <optional>
#include <string>
#include <vector>

namespace photoplayer::network {

/// How semantic (s) and rhythm (r) branches join, with s', r' = FiLM by timestep after attention.
enum class Fusion {
  kFilmChoose,  ///< s' above switch_t, r' below: the released network (FiLM and feature selection)
  kFilm,        ///< s' + r'
  kGate,        ///< a(t) s + (1 − a(t)) r
  kFilmGate,    ///< a(t) s' + (1 − a(t)) r'
  kChoose,      ///< s above switch_t, r below
  kAverage,     ///< (s + r) / 2
};
[[nodiscard]] std::optional<Fusion> fusion_from_name(const std::string& name);

struct DitConfig {
  std::int64_t latent_dims = 96;
  std::int64_t width = 256;
  std::int64_t depth = 6;
  std::int64_t head_dims = 64;
  std::int64_t cond_dims = 128;
  std::int64_t feed_forward_dims = 1024;
  std::int64_t film_dims = 64;
  std::int64_t plan_numbers = 0;  ///< 0: no plan
  std::int64_t global_numbers = 0;
  std::int64_t semantic_dims = 512;
  std::int64_t colour_dims = 3072;
  std::int64_t colour_hidden = 128;
  std::int64_t rhythm_dims = 4;
  Fusion fusion = Fusion::kFilmGate;
  double switch_t = 0.2;
  bool clean_context = false;  ///< trained on windows whose first latents come without noise, see forward()
};

/// What the picture says. All optional per element through the masks; a fully masked context has no influence.
struct SeenConditions {
  torch::Tensor semantic;          ///< [batch, n, semantic_dims]
  torch::Tensor semantic_visible;  ///< [batch, n] bool
  torch::Tensor colour;            ///< [batch, n, colour_dims]
  torch::Tensor colour_visible;    ///< [batch, n] bool
  torch::Tensor slow_beats;        ///< [n] place of those tokens, in latents from the window's start
  torch::Tensor rhythm;            ///< [batch, tokens, rhythm_dims]
  torch::Tensor rhythm_visible;    ///< [batch, tokens] bool
};

/// The same windows seen, then unseen: both branches of guidance as one batch of twice the size.
[[nodiscard]] SeenConditions seen_and_unseen(const SeenConditions& seen);

/// The conditions as the blocks see them; made once per window, used at every step.
struct Contexts {
  Context affective, semantic, rhythm;
};

class DitBlockImpl : public torch::nn::Module {
 public:
  explicit DitBlockImpl(const DitConfig& config);
  torch::Tensor forward(torch::Tensor h, const torch::Tensor& t, const Contexts& contexts, const RotaryTable& self,
                        const RotaryTable& query);

 private:
  torch::Tensor film(const torch::Tensor& x, const torch::Tensor& time, torch::nn::Sequential& gamma,
                     torch::nn::Sequential& beta);
  DitConfig config_;
  GainNorm pre_norm{nullptr}, cross_attend_norm{nullptr}, color_norm{nullptr}, ff_norm{nullptr};
  SelfAttention self_attn{nullptr};
  CrossAttention cross_attn0{nullptr}, cross_attn1{nullptr}, cross_attn2{nullptr};
  torch::nn::Linear t_linear{nullptr};
  torch::nn::Sequential gamma_sem{nullptr}, beta_sem{nullptr}, gamma_rhy{nullptr}, beta_rhy{nullptr}, gate{nullptr};
  FeedForward ff{nullptr};
};
TORCH_MODULE(DitBlock);

class DitImpl : public torch::nn::Module {
 public:
  explicit DitImpl(const DitConfig& config);
  [[nodiscard]] const DitConfig& config() const { return config_; }

  [[nodiscard]] Contexts contexts(const SeenConditions& seen);

  /// x [batch, tokens, latent], t [batch], plan [batch, tokens, plan], global [batch, global] → v like x.
  /// `clean` [batch, tokens] bool: latents that come without noise whatever `t` is; undefined = none.
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& t, const torch::Tensor& plan,
                        const torch::Tensor& global, const Contexts& contexts, const torch::Tensor& clean = {});

 private:
  torch::Tensor embed_time(const torch::Tensor& t);

  DitConfig config_;
  torch::Tensor fourier_;
  torch::nn::Sequential to_timestep_embed{nullptr}, to_global_embed{nullptr}, to_cond_embed{nullptr};
  torch::nn::Linear project_in{nullptr}, project_out{nullptr}, plan_in{nullptr};
  torch::nn::Linear semantic_proj{nullptr}, colour_proj1{nullptr}, colour_proj2{nullptr}, rhythm_proj1{nullptr},
      rhythm_proj2{nullptr};
  std::vector<DitBlock> layers_;
};
TORCH_MODULE(Dit);

}  // namespace photoplayer::network
