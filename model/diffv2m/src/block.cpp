// SPDX-License-Identifier: Apache-2.0
#include "block.h"

#include <algorithm>

namespace photoplayer::diffv2m {

Linear Source::linear(const std::string& step) const {
  return {matrix(step + ".weight"), has(step + ".bias") ? numbers(step + ".bias") : torch::Tensor()};
}

Linear Source::small_linear(const std::string& step) const {
  return {numbers(step + ".weight"), has(step + ".bias") ? numbers(step + ".bias") : torch::Tensor()};
}

Norm Source::norm(const std::string& step) const {
  return {numbers(step + ".gamma"), has(step + ".beta") ? numbers(step + ".beta") : torch::Tensor()};
}

torch::Tensor split_heads(const torch::Tensor& x, std::int64_t head_dims) {
  return x.view({x.size(0), x.size(1), x.size(2) / head_dims, head_dims}).transpose(1, 2);
}

torch::Tensor join_heads(const torch::Tensor& x) {
  return x.transpose(1, 2).reshape({x.size(0), x.size(2), x.size(1) * x.size(3)});
}

torch::Tensor rotate(const torch::Tensor& x, const network::RotaryTable& table) {
  if (!table.cosine.defined()) return x;
  const auto dims = table.cosine.size(-1), half = dims / 2;
  const auto turned = x.narrow(-1, 0, dims);
  const auto swapped = torch::cat({-turned.narrow(-1, half, half), turned.narrow(-1, 0, half)}, -1);
  return torch::cat({turned * table.cosine + swapped * table.sine, x.narrow(-1, dims, x.size(-1) - dims)}, -1);
}

network::RotaryTable rotary_of(const torch::Tensor& positions, std::int64_t head_dims) {
  return network::rotary_table(positions, std::max<std::int64_t>(head_dims / 2, 32));
}

SelfAttention::SelfAttention(const Source& source, std::int64_t dims)
    : to_qkv(source.linear("to_qkv")), to_out(source.linear("to_out")), head_dims(dims) {}

torch::Tensor SelfAttention::operator()(const torch::Tensor& x, const network::RotaryTable& rotary,
                                        const torch::Tensor& hidden) const {
  const auto parts = to_qkv(x).chunk(3, -1);
  const auto q = rotate(split_heads(parts[0], head_dims), rotary);
  const auto k = rotate(split_heads(parts[1], head_dims), rotary);
  return to_out(join_heads(attend(q, k, split_heads(parts[2], head_dims), hidden)));
}

torch::Tensor FeedForward::operator()(const torch::Tensor& x) const {
  const auto parts = in(x).chunk(2, -1);
  return out(parts[0] * torch::silu(parts[1]));
}

}  // namespace photoplayer::diffv2m
