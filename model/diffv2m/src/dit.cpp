// SPDX-License-Identifier: Apache-2.0
#include "dit.h"

#include <limits>
#include <numbers>

namespace photoplayer::diffv2m {
namespace {

/// A 1×1 convolution as a product.
Linear pointwise(const Source& source, const std::string& name) {
  return {source.matrix(name + ".weight").squeeze(-1), {}};
}

}  // namespace

Sight sight_of(const torch::Tensor& visible, const torch::Tensor& places, std::int64_t head_dims) {
  Sight sight;
  const auto nothing = visible.logical_not().all(1, /*keepdim=*/true);
  const auto shown = visible.logical_or(nothing);  // a row of −∞ alone would be NaN
  sight.hidden = torch::zeros(visible.sizes(), torch::TensorOptions(torch::kFloat).device(visible.device()))
                     .masked_fill_(shown.logical_not(), -std::numeric_limits<float>::infinity())
                     .unsqueeze(1)
                     .unsqueeze(1);
  sight.nothing = nothing.unsqueeze(-1).unsqueeze(-1);
  if (places.defined()) sight.rotary = rotary_of(places, head_dims);
  return sight;
}

CrossAttention::CrossAttention(const Source& source, std::int64_t dims)
    : to_q(source.linear("to_q")), to_kv(source.linear("to_kv")), to_out(source.linear("to_out")), head_dims(dims) {}

Keys CrossAttention::keys(const torch::Tensor& context, const Sight& sight) const {
  const auto parts = to_kv(context).chunk(2, -1);
  return {rotate(split_heads(parts[0], head_dims), sight.rotary).contiguous(),
          split_heads(parts[1], head_dims).masked_fill(sight.nothing, 0.0)};
}

torch::Tensor CrossAttention::operator()(const torch::Tensor& x, const Keys& keys, const Sight& sight,
                                         const network::RotaryTable& query) const {
  const auto q = split_heads(to_q(x), head_dims);
  return to_out(join_heads(attend(sight.rotary.cosine.defined() ? rotate(q, query) : q, keys.k, keys.v, sight.hidden)));
}

Film::Film(const Source& block, const std::string& branch)
    : gamma0(block.at("FiLM_gamma_" + branch).small_linear("0")),
      gamma2(block.at("FiLM_gamma_" + branch).small_linear("2")),
      beta0(block.at("FiLM_beta_" + branch).small_linear("0")),
      beta2(block.at("FiLM_beta_" + branch).small_linear("2")) {}

Modulation Film::operator()(const torch::Tensor& time) const {
  return {torch::sigmoid(gamma2(torch::relu(gamma0(time)))), beta2(torch::relu(beta0(time)))};
}

torch::Tensor Gate::operator()(const torch::Tensor& t) const {
  return torch::sigmoid(out(torch::silu(in(t))));
}

DitBlock::DitBlock(const Source& source, const Config& config)
    : pre_norm(source.norm("pre_norm")),
      cross_attend_norm(source.norm("cross_attend_norm")),
      ff_norm(source.norm("ff_norm")),
      self_attention(source.at("self_attn"), config.head_dims),
      feed_forward(source.at("ff")) {
  const Fusion fusion = config.fusion();
  semantic.emplace(source.at("cross_attn1"), config.head_dims);
  if (fusion.uses_rhythm()) rhythm.emplace(source.at("cross_attn2"), config.head_dims);
  if (fusion.affective) {
    affective.emplace(source.at("cross_attn0"), config.head_dims);
    color_norm = source.norm("color_norm");
  }
  if (fusion.film != Fusion::Film::kNone) {
    t_linear = source.small_linear("t_linear");
    film_semantic.emplace(source, "sem");
    film_rhythm.emplace(source, "rhy");
  }
  if (fusion.mix == Fusion::Mix::kGate) {
    gate = Gate{source.at("gate").small_linear("0"), source.at("gate").small_linear("2")};
  }
}

Dit::Dit(const Config& sized, const Weights& weights) : config(sized), fusion(sized.fusion()) {
  const Source dit(weights, "model.model.");
  fourier = dit.numbers("timestep_features.weight").view({-1});
  time_in = dit.at("to_timestep_embed").small_linear("0");
  time_out = dit.at("to_timestep_embed").small_linear("2");
  cond_in = dit.at("to_cond_embed").linear("0");
  cond_out = dit.at("to_cond_embed").linear("2");
  global_in = dit.at("to_global_embed").linear("0");
  global_out = dit.at("to_global_embed").linear("2");
  preprocess = pointwise(dit, "preprocess_conv");
  postprocess = pointwise(dit, "postprocess_conv");
  project_in = dit.at("transformer").linear("project_in");
  project_out = dit.at("transformer").linear("project_out");
  for (std::int64_t i = 0; i < config.depth; ++i) blocks.emplace_back(dit.at("transformer").layer(i), config);
}

torch::Tensor Dit::embed_time(const torch::Tensor& t) const {
  const auto angles = t.unsqueeze(1) * fourier.unsqueeze(0) * (2.0 * std::numbers::pi);
  return time_out(torch::silu(time_in(torch::cat({angles.cos(), angles.sin()}, -1))));
}

torch::Tensor Dit::embed_global(const torch::Tensor& global) const {
  return global_out(torch::silu(global_in(global)));
}

torch::Tensor Dit::embed_context(const torch::Tensor& tokens) const {
  return cond_out(torch::silu(cond_in(tokens)));
}

torch::Tensor Dit::enter(const torch::Tensor& x) const {
  return project_in(x + preprocess(x));
}

torch::Tensor Dit::leave(const torch::Tensor& h) const {
  const auto y = project_out(h.narrow(1, 1, h.size(1) - 1));
  return y + postprocess(y);
}

const Context& Dit::third(const Conditions& conditions) const {
  return config.compat.affective_source == Compat::Affective::kRhythm ? conditions.rhythm : conditions.colour;
}

torch::Tensor Dit::places(std::int64_t tokens, double first) const {
  if (config.compat.cond_positions == Compat::Positions::kNone) return {};
  // A second's token lies in its middle; the timing tokens behind the seconds lie at the window's beginning.
  const auto second = torch::arange(tokens, fourier.options());
  const auto place = (second + 0.5 - first) * config.latents_per_second;
  return torch::where(second < static_cast<double>(config.max_seconds), place, torch::zeros_like(place));
}

network::RotaryTable Dit::query_table(std::int64_t latents) const {
  return rotary_of(torch::arange(-1, latents, fourier.options()).clamp_min(0), config.head_dims);
}

}  // namespace photoplayer::diffv2m
