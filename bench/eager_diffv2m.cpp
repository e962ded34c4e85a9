// SPDX-License-Identifier: Apache-2.0
#include "eager_diffv2m.h"

#include <photoplayer/network/attention.h>

namespace photoplayer::bench {
namespace {

constexpr std::int64_t kHeadDims = 64;
constexpr double kSwitch_t = 0.2;

torch::Tensor heads_of(const torch::Tensor& x) {
  return x.view({x.size(0), x.size(1), x.size(2) / kHeadDims, kHeadDims}).transpose(1, 2);
}

torch::Tensor rotated(const torch::Tensor& x, const network::RotaryTable& table) {
  const auto turned = x.narrow(-1, 0, 32), rest = x.narrow(-1, 32, kHeadDims - 32);
  const auto halves = turned.chunk(2, -1);
  const auto swapped = torch::cat({-halves[1], halves[0]}, -1);
  return torch::cat({(turned * table.cosine + swapped * table.sine).to(x.scalar_type()), rest}, -1);
}

}  // namespace

EagerBlock::EagerBlock(const diffv2m::Weights& weights, const std::string& prefix, torch::ScalarType type) {
  for (const auto& [name, tensor] : weights) {
    if (name.starts_with(prefix)) weights_[name.substr(prefix.size())] = tensor.to(type);
  }
}

torch::Tensor EagerBlock::linear(const std::string& name, const torch::Tensor& x) const {
  const auto bias = weights_.find(name + ".bias");
  return torch::linear(x, weights_.at(name + ".weight"), bias == weights_.end() ? torch::Tensor() : bias->second);
}

torch::Tensor EagerBlock::norm(const std::string& name, const torch::Tensor& x) const {
  const auto shift = weights_.find(name + ".beta");
  return torch::layer_norm(x, {x.size(-1)}, weights_.at(name + ".gamma"),
                           shift == weights_.end() ? torch::Tensor() : shift->second, 1e-5);
}

torch::Tensor EagerBlock::attention(const torch::Tensor& q, torch::Tensor k, torch::Tensor v) const {
  const auto shared = q.size(1) / k.size(1);
  if (shared > 1) k = k.repeat_interleave(shared, 1), v = v.repeat_interleave(shared, 1);
  const auto y = torch::matmul((torch::matmul(q, k.transpose(-1, -2)) * 0.125).softmax(-1), v);
  return y.transpose(1, 2).reshape({q.size(0), q.size(2), q.size(1) * kHeadDims});
}

torch::Tensor EagerBlock::self(const torch::Tensor& x) const {
  const auto parts = linear("self_attn.to_qkv", x).chunk(3, -1);
  const auto table = network::rotary_table(torch::arange(x.size(1), torch::kFloat));
  const auto y = attention(rotated(heads_of(parts[0]), table), rotated(heads_of(parts[1]), table), heads_of(parts[2]));
  return linear("self_attn.to_out", y);
}

torch::Tensor EagerBlock::cross(const std::string& name, const torch::Tensor& x, const torch::Tensor& context) const {
  const auto parts = linear(name + ".to_kv", context).chunk(2, -1);
  return linear(name + ".to_out",
                attention(heads_of(linear(name + ".to_q", x)), heads_of(parts[0]), heads_of(parts[1])));
}

torch::Tensor EagerBlock::film(const std::string& branch, const torch::Tensor& x, const torch::Tensor& time) const {
  const auto of = [&](const std::string& name) {
    return linear(name + branch + ".2", torch::relu(linear(name + branch + ".0", time))).unsqueeze(1);
  };
  return torch::sigmoid(of("FiLM_gamma_")) * x + of("FiLM_beta_");
}

torch::Tensor EagerBlock::operator()(torch::Tensor h, const torch::Tensor& semantic, const torch::Tensor& rhythm,
                                     const torch::Tensor& third, const torch::Tensor& t) const {
  h = h + self(norm("pre_norm", h));
  h = norm("cross_attend_norm", h);
  h = norm("color_norm", h + cross("cross_attn0", h, third));
  const auto time = linear("t_linear", t.unsqueeze(1));
  const auto s = film("sem", cross("cross_attn1", h, semantic), time);
  const auto r = film("rhy", cross("cross_attn2", h, rhythm), time);
  h = h + torch::where(t.view({-1, 1, 1}) > kSwitch_t, s, r);
  const auto parts = linear("ff.ff.0.proj", norm("ff_norm", h)).chunk(2, -1);
  return h + linear("ff.ff.2", parts[0] * torch::silu(parts[1]));
}

}  // namespace photoplayer::bench
