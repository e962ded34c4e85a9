// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/network/dit.h>

#include <numbers>

namespace photoplayer::network {
namespace {

torch::nn::Linear linear(std::int64_t in, std::int64_t out, bool bias = false) {
  return torch::nn::Linear(torch::nn::LinearOptions(in, out).bias(bias));
}

torch::nn::Sequential film_mlp(std::int64_t film_dims, std::int64_t width) {
  return torch::nn::Sequential(linear(film_dims, film_dims, true), torch::nn::ReLU(), linear(film_dims, width, true));
}

}  // namespace

std::optional<Fusion> fusion_from_name(const std::string& name) {
  if (name == "FiLM_choose") return Fusion::kFilmChoose;
  if (name == "FiLM") return Fusion::kFilm;
  if (name == "gate") return Fusion::kGate;
  if (name == "FiLM_gate") return Fusion::kFilmGate;
  if (name == "choose") return Fusion::kChoose;
  if (name == "average") return Fusion::kAverage;
  return std::nullopt;
}

SeenConditions seen_and_unseen(const SeenConditions& seen) {
  const auto twice = [](const torch::Tensor& x) { return torch::cat({x, x}); };
  const auto unseen = [](const torch::Tensor& x) { return torch::cat({x, torch::zeros_like(x)}); };
  auto both = seen;
  both.semantic = twice(seen.semantic), both.colour = twice(seen.colour), both.rhythm = twice(seen.rhythm);
  both.semantic_visible = unseen(seen.semantic_visible);
  both.colour_visible = unseen(seen.colour_visible);
  both.rhythm_visible = unseen(seen.rhythm_visible);
  return both;
}

DitBlockImpl::DitBlockImpl(const DitConfig& config) : config_(config) {
  const auto width = config.width;
  pre_norm = register_module("pre_norm", GainNorm(width));
  cross_attend_norm = register_module("cross_attend_norm", GainNorm(width));
  color_norm = register_module("color_norm", GainNorm(width));
  ff_norm = register_module("ff_norm", GainNorm(width));
  self_attn = register_module("self_attn", SelfAttention(width, config.head_dims));
  cross_attn0 = register_module("cross_attn0", CrossAttention(width, config.cond_dims, config.head_dims));
  cross_attn1 = register_module("cross_attn1", CrossAttention(width, config.cond_dims, config.head_dims));
  cross_attn2 = register_module("cross_attn2", CrossAttention(width, config.cond_dims, config.head_dims));
  t_linear = register_module("t_linear", linear(1, config.film_dims, true));
  gamma_sem = register_module("FiLM_gamma_sem", film_mlp(config.film_dims, width));
  beta_sem = register_module("FiLM_beta_sem", film_mlp(config.film_dims, width));
  gamma_rhy = register_module("FiLM_gamma_rhy", film_mlp(config.film_dims, width));
  beta_rhy = register_module("FiLM_beta_rhy", film_mlp(config.film_dims, width));
  if (config.fusion == Fusion::kGate || config.fusion == Fusion::kFilmGate) {
    gate = register_module("gate", torch::nn::Sequential(linear(1, config.film_dims, true), torch::nn::SiLU(),
                                                         linear(config.film_dims, 1, true)));
  }
  ff = register_module("ff", FeedForward(width, config.feed_forward_dims));
}

torch::Tensor DitBlockImpl::film(const torch::Tensor& x, const torch::Tensor& time, torch::nn::Sequential& gamma,
                                 torch::nn::Sequential& beta) {
  return torch::sigmoid(gamma->forward(time)) * x + beta->forward(time);
}

torch::Tensor DitBlockImpl::forward(torch::Tensor h, const torch::Tensor& t, const Contexts& contexts,
                                    const RotaryTable& self, const RotaryTable& query) {
  h = h + self_attn(pre_norm(h), self);
  h = h + cross_attn0(cross_attend_norm(h), contexts.affective, query);

  const auto normed = color_norm(h);
  auto s = cross_attn1(normed, contexts.semantic, query);
  auto r = cross_attn2(normed, contexts.rhythm, query);
  const auto t_column = t.view({-1, 1, 1});
  const auto fusion = config_.fusion;
  if (fusion == Fusion::kFilmChoose || fusion == Fusion::kFilm || fusion == Fusion::kFilmGate) {
    const auto time = t_linear(t_column);
    s = film(s, time, gamma_sem, beta_sem);
    r = film(r, time, gamma_rhy, beta_rhy);
  }
  switch (fusion) {
    case Fusion::kFilmChoose:
    case Fusion::kChoose:
      h = h + torch::where(t_column > config_.switch_t, s, r);
      break;
    case Fusion::kFilm:
      h = h + s + r;
      break;
    case Fusion::kGate:
    case Fusion::kFilmGate: {
      const auto a = torch::sigmoid(gate->forward(t_column));
      h = h + a * s + (1.0 - a) * r;
      break;
    }
    case Fusion::kAverage:
      h = h + 0.5 * (s + r);
      break;
  }
  return h + ff(ff_norm(h));
}

DitImpl::DitImpl(const DitConfig& config) : config_(config) {
  const auto width = config.width;
  const auto cond = config.cond_dims;
  fourier_ = register_buffer("timestep_features", torch::randn({width / 2, 1}));
  to_timestep_embed = register_module(
      "to_timestep_embed",
      torch::nn::Sequential(linear(2 * (width / 2), width, true), torch::nn::SiLU(), linear(width, width, true)));
  to_global_embed = register_module("to_global_embed", torch::nn::Sequential(linear(config.global_numbers, width),
                                                                             torch::nn::SiLU(), linear(width, width)));
  to_cond_embed = register_module("to_cond_embed",
                                  torch::nn::Sequential(linear(cond, cond), torch::nn::SiLU(), linear(cond, cond)));
  project_in = register_module("project_in", linear(config.latent_dims, width));
  project_out = register_module("project_out", linear(width, config.latent_dims));
  if (config.plan_numbers > 0) plan_in = register_module("plan_in", linear(config.plan_numbers, width, true));
  semantic_proj = register_module("semantic_proj", linear(config.semantic_dims, cond, true));
  colour_proj1 = register_module("colour_proj1", linear(config.colour_dims, config.colour_hidden, true));
  colour_proj2 = register_module("colour_proj2", linear(config.colour_hidden, cond, true));
  rhythm_proj1 = register_module("rhythm_proj1", linear(config.rhythm_dims, cond, true));
  rhythm_proj2 = register_module("rhythm_proj2", linear(cond, cond, true));
  for (std::int64_t i = 0; i < config.depth; ++i) {
    layers_.push_back(register_module("layer" + std::to_string(i), DitBlock(config)));
  }
  torch::NoGradGuard guard;
  project_out->weight.zero_();  // starts by predicting nothing, so early steps do not shake the rest
}

Contexts DitImpl::contexts(const SeenConditions& seen) {
  // The histogram sums to 1 over 3072 bins; its root, scaled, has entries of order 1.
  const auto colour = colour_proj2(colour_proj1(torch::sqrt(seen.colour * static_cast<double>(config_.colour_dims))));
  const auto semantic = semantic_proj(seen.semantic * std::sqrt(static_cast<double>(config_.semantic_dims)));
  const auto rhythm = rhythm_proj2(rhythm_proj1(seen.rhythm));
  const auto slow = rotary_table(seen.slow_beats);
  const auto beats = rotary_table(torch::arange(seen.rhythm.size(1), seen.rhythm.options()));
  return {{to_cond_embed->forward(colour), seen.colour_visible, slow},
          {to_cond_embed->forward(semantic), seen.semantic_visible, slow},
          {to_cond_embed->forward(rhythm), seen.rhythm_visible, beats}};
}

torch::Tensor DitImpl::embed_time(const torch::Tensor& t) {
  const auto angle = 2.0 * std::numbers::pi * torch::matmul(t.unsqueeze(1), fourier_.t());
  return to_timestep_embed->forward(torch::cat({angle.cos(), angle.sin()}, -1));
}

torch::Tensor DitImpl::forward(const torch::Tensor& x, const torch::Tensor& t, const torch::Tensor& plan,
                               const torch::Tensor& global, const Contexts& contexts, const torch::Tensor& clean) {
  const auto tokens = x.size(1);
  const auto time = embed_time(t);
  const auto prefix = (time + to_global_embed->forward(global)).unsqueeze(1);

  auto h = project_in(x);
  if (!plan_in.is_empty()) h = h + plan_in(plan);
  // Time also reaches every token directly: with windows this short one prefix token is a thin channel.
  auto row_time = time.unsqueeze(1);
  if (clean.defined())
    row_time = torch::where(clean.unsqueeze(-1), embed_time(torch::zeros_like(t)).unsqueeze(1), row_time);
  h = torch::cat({prefix, h + row_time}, 1);

  const auto place = torch::arange(tokens + 1, x.options());
  const auto self = rotary_table(place), query = rotary_table(place - 1.0);
  for (auto& layer : layers_) h = layer(h, t, contexts, self, query);
  return project_out(h.narrow(1, 1, tokens));
}

}  // namespace photoplayer::network
