// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/network/attention.h>

namespace photoplayer::network {
namespace {

torch::nn::Linear linear(std::int64_t in, std::int64_t out, bool bias) {
  return torch::nn::Linear(torch::nn::LinearOptions(in, out).bias(bias));
}

/// [batch, tokens, heads * dims] → [batch, heads, tokens, dims]
torch::Tensor split_heads(const torch::Tensor& x, std::int64_t heads, std::int64_t dims) {
  return x.view({x.size(0), x.size(1), heads, dims}).transpose(1, 2);
}

torch::Tensor join_heads(const torch::Tensor& x) {
  return x.transpose(1, 2).reshape({x.size(0), x.size(2), x.size(1) * x.size(3)});
}

/// Rotates the first dims of each head, pairing i with i + half; the rest passes.
torch::Tensor rotate(const torch::Tensor& x, const RotaryTable& table) {
  if (!table.cosine.defined()) return x;
  const auto dims = table.cosine.size(-1);
  const auto half = dims / 2;
  const auto rotated = x.narrow(-1, 0, dims);
  const auto swapped = torch::cat({-rotated.narrow(-1, half, half), rotated.narrow(-1, 0, half)}, -1);
  return torch::cat({rotated * table.cosine + swapped * table.sine, x.narrow(-1, dims, x.size(-1) - dims)}, -1);
}

}  // namespace

GainNormImpl::GainNormImpl(std::int64_t width) : width_(width) {
  gamma = register_parameter("gamma", torch::ones({width}));
  beta = register_buffer("beta", torch::zeros({width}));
}

RotaryTable rotary_table(const torch::Tensor& positions, std::int64_t rotary_dims) {
  const auto half = rotary_dims / 2;
  const auto options = positions.options().dtype(torch::kFloat);
  const auto inverse = torch::pow(10000.0, -torch::arange(half, options) / static_cast<double>(half));
  auto angles = positions.to(torch::kFloat).unsqueeze(-1) * inverse;
  angles = torch::cat({angles, angles}, -1);
  if (angles.dim() == 2) angles = angles.unsqueeze(0);
  angles = angles.unsqueeze(1);
  return {angles.cos(), angles.sin()};
}

SelfAttentionImpl::SelfAttentionImpl(std::int64_t width, std::int64_t head_dims)
    : heads_(width / head_dims), head_dims_(head_dims) {
  to_qkv = register_module("to_qkv", linear(width, 3 * width, false));
  to_out = register_module("to_out", linear(width, width, false));
}

torch::Tensor SelfAttentionImpl::forward(const torch::Tensor& x, const RotaryTable& rotary, bool causal) {
  const auto parts = to_qkv(x).chunk(3, -1);
  const auto q = rotate(split_heads(parts[0], heads_, head_dims_), rotary);
  const auto k = rotate(split_heads(parts[1], heads_, head_dims_), rotary);
  const auto v = split_heads(parts[2], heads_, head_dims_);
  auto scores = torch::matmul(q, k.transpose(-1, -2)) * (1.0 / std::sqrt(static_cast<double>(head_dims_)));
  if (causal) {
    const auto n = x.size(1);
    const auto future = torch::ones({n, n}, torch::TensorOptions(torch::kBool).device(x.device())).triu(1);
    scores = scores.masked_fill(future, -1e9);
  }
  return to_out(join_heads(torch::matmul(scores.softmax(-1), v)));
}

CrossAttentionImpl::CrossAttentionImpl(std::int64_t width, std::int64_t cond_dims, std::int64_t head_dims)
    : heads_(width / head_dims), kv_heads_(cond_dims / head_dims), head_dims_(head_dims) {
  to_q = register_module("to_q", linear(width, width, false));
  to_kv = register_module("to_kv", linear(cond_dims, 2 * cond_dims, false));
  to_out = register_module("to_out", linear(width, width, false));
}

torch::Tensor CrossAttentionImpl::forward(const torch::Tensor& x, const Context& context,
                                          const RotaryTable& query_rotary) {
  const auto parts = to_kv(context.tokens).chunk(2, -1);
  auto k = split_heads(parts[0], kv_heads_, head_dims_);
  auto v = split_heads(parts[1], kv_heads_, head_dims_);
  auto q = split_heads(to_q(x), heads_, head_dims_);
  if (context.rotary.cosine.defined()) {
    k = rotate(k, context.rotary);
    q = rotate(q, query_rotary);
  }
  // Query head h uses kv head h / shared: the heads that share one are folded into its query rows.
  const auto batch = x.size(0), tokens = x.size(1);
  const auto shared = heads_ / kv_heads_;
  q = q.reshape({batch, kv_heads_, shared * tokens, head_dims_});
  const auto unfold = [&](const torch::Tensor& y) { return y.view({batch, heads_, tokens, head_dims_}); };
  const double scale = 1.0 / std::sqrt(static_cast<double>(head_dims_));
  if (!context.visible.defined()) {
    const auto weights = (torch::matmul(q, k.transpose(-1, -2)) * scale).softmax(-1);
    return to_out(join_heads(unfold(torch::matmul(weights, v))));
  }
  const auto nothing = torch::zeros({batch, kv_heads_, 1, head_dims_}, k.options());
  k = torch::cat({k, nothing}, 2);
  v = torch::cat({v, nothing}, 2);
  const auto hidden =
      torch::zeros(context.visible.sizes(), k.options()).masked_fill(context.visible.logical_not(), -1e9);
  const auto bias = torch::constant_pad_nd(hidden, {0, 1}).unsqueeze(1).unsqueeze(1);
  const auto scores = torch::matmul(q, k.transpose(-1, -2)) * scale + bias;
  return to_out(join_heads(unfold(torch::matmul(scores.softmax(-1), v))));
}

FeedForwardImpl::FeedForwardImpl(std::int64_t width, std::int64_t inner) {
  proj_in = register_module("proj_in", linear(width, 2 * inner, true));
  proj_out = register_module("proj_out", linear(inner, width, true));
}

torch::Tensor FeedForwardImpl::forward(const torch::Tensor& x) {
  const auto parts = proj_in(x).chunk(2, -1);
  return proj_out(parts[0] * torch::silu(parts[1]));
}

}  // namespace photoplayer::network
