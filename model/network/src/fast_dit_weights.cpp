// SPDX-License-Identifier: Apache-2.0
#include "fast_dit_weights.h"

#include <numbers>

namespace photoplayer::network {
namespace {

/// Half the width is half the memory to read in every step.
torch::Tensor narrowed(const torch::Tensor& weight) {
  for (const auto type : {torch::kHalf, torch::kBFloat16}) {
    const auto half = weight.to(type);
    if (torch::equal(half.to(torch::kFloat), weight)) return half.contiguous();
  }
  return weight.to(torch::kFloat).contiguous();
}

}  // namespace

FastWeights::FastWeights(Dit& dit) : config(dit->config()) {
  const torch::NoGradGuard no_gradients;
  const auto keep = [&](const auto& items) {
    for (const auto& item : items) named_[item.key()] = item.value().detach().to(torch::kFloat).contiguous();
  };
  keep(dit->named_parameters()), keep(dit->named_buffers());

  const auto linear = [&](const std::string& name) {
    const auto bias = named_.find(name + ".bias");
    return FastLinear{narrowed(at(name + ".weight")), bias == named_.end() ? torch::Tensor() : bias->second};
  };
  project_in = linear("project_in"), project_out = linear("project_out");
  for (std::int64_t i = 0; i < config.depth; ++i) {
    const auto name = "layer" + std::to_string(i) + ".";
    FastBlock block;
    block.pre_norm = norm(name + "pre_norm"), block.ff_norm = norm(name + "ff_norm");
    block.cross_attend_norm = norm(name + "cross_attend_norm"), block.color_norm = norm(name + "color_norm");
    block.to_qkv = linear(name + "self_attn.to_qkv"), block.to_out = linear(name + "self_attn.to_out");
    block.ff_in = linear(name + "ff.proj_in"), block.ff_out = linear(name + "ff.proj_out");
    const auto query = [&](const char* which) { return at(name + which + ".to_q.weight"); };
    block.query0.weight = narrowed(query("cross_attn0"));
    block.query12.weight = narrowed(torch::cat({query("cross_attn1"), query("cross_attn2")}));
    for (int sight = 0; sight < 3; ++sight) {
      const auto attention = name + "cross_attn" + std::to_string(sight);
      block.sights[sight] = {at(attention + ".to_kv.weight"), at(attention + ".to_out.weight")};
    }
    blocks.push_back(std::move(block));
  }
}

const torch::Tensor& FastWeights::at(const std::string& name) const {
  const auto found = named_.find(name);
  TORCH_CHECK(found != named_.end(), "FastDit: the network has no '", name, "'");
  return found->second;
}

FastNorm FastWeights::norm(const std::string& name) const {
  return {at(name + ".gamma"), at(name + ".beta")};
}

torch::Tensor FastWeights::through(const std::string& step, const torch::Tensor& x) const {
  const auto bias = named_.find(step + ".bias");
  return torch::linear(x, at(step + ".weight"), bias == named_.end() ? torch::Tensor() : bias->second);
}

torch::Tensor FastWeights::embed_global(const torch::Tensor& global) const {
  return through("to_global_embed.2", torch::silu(through("to_global_embed.0", global))).contiguous();
}

torch::Tensor FastWeights::embed_plan(const torch::Tensor& plan) const {
  if (config.plan_numbers == 0) return torch::zeros({plan.size(0), config.width});
  return through("plan_in", plan).contiguous();
}

FastMix FastWeights::mix(const std::string& block, const torch::Tensor& t) const {
  const auto ones = torch::ones({config.width}), zeros = torch::zeros({config.width});
  auto semantic_scale = ones, rhythm_scale = ones, semantic_shift = zeros, rhythm_shift = zeros;
  const auto fusion = config.fusion;
  if (fusion == Fusion::kFilmChoose || fusion == Fusion::kFilm || fusion == Fusion::kFilmGate) {
    const auto time = through(block + "t_linear", t);
    const auto film = [&](const char* which) {
      return through(block + which + ".2", torch::relu(through(block + which + ".0", time)));
    };
    semantic_scale = torch::sigmoid(film("FiLM_gamma_sem")), semantic_shift = film("FiLM_beta_sem");
    rhythm_scale = torch::sigmoid(film("FiLM_gamma_rhy")), rhythm_shift = film("FiLM_beta_rhy");
  }
  auto share = ones, rest = ones;  // of semantics, of rhythm
  switch (fusion) {
    case Fusion::kFilm:
      break;
    case Fusion::kFilmChoose:
    case Fusion::kChoose:
      share = t.item<float>() > static_cast<float>(config.switch_t) ? ones : zeros;
      rest = 1.0 - share;
      break;
    case Fusion::kGate:
    case Fusion::kFilmGate:
      share = torch::sigmoid(through(block + "gate.2", torch::silu(through(block + "gate.0", t))));
      rest = 1.0 - share;
      break;
    case Fusion::kAverage:
      share = rest = 0.5 * ones;
      break;
  }
  return {(share * semantic_scale).contiguous(), (rest * rhythm_scale).contiguous(),
          (share * semantic_shift + rest * rhythm_shift).contiguous()};
}

std::shared_ptr<const FastTime> FastWeights::time(double t) {
  constexpr std::size_t kMost = 64;  // shortened runs have times of their own
  const auto key = static_cast<float>(t);
  if (const auto found = times_.find(key); found != times_.end()) return found->second;
  if (times_.size() >= kMost) times_.clear();

  const auto column = torch::full({1}, key);
  const auto angle = 2.0 * std::numbers::pi * torch::matmul(at("timestep_features"), column);
  FastTime made;
  made.embedding = through("to_timestep_embed.2",
                           torch::silu(through("to_timestep_embed.0", torch::cat({angle.cos(), angle.sin()}))))
                       .contiguous();
  for (std::int64_t i = 0; i < config.depth; ++i) {
    made.blocks.push_back(mix("layer" + std::to_string(i) + ".", column));
  }
  return times_.emplace(key, std::make_shared<const FastTime>(std::move(made))).first->second;
}

}  // namespace photoplayer::network
