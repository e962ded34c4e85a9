// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/diffv2m/products.h>
#include <photoplayer/network/products.h>

#include <cmath>

namespace photoplayer::diffv2m {

namespace {

bool wants_gradient(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias) {
  return torch::GradMode::is_enabled() &&
         (x.requires_grad() || weight.requires_grad() || (bias.defined() && bias.requires_grad()));
}

}  // namespace

torch::Tensor project(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias) {
  const auto type = weight.scalar_type();
  const bool ours = x.is_cpu() && x.scalar_type() == torch::kFloat && !wants_gradient(x, weight, bias);
  if (ours && !(type == torch::kBFloat16 && network::has_fast_bf16())) {
    return network::linear_on_cpu(x, weight, bias);
  }
  if (type == x.scalar_type()) return torch::linear(x, weight, bias);
  auto y = torch::linear(x.to(type), weight).to(x.scalar_type());
  return bias.defined() ? y.add_(bias) : y;
}

torch::Tensor attend(const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& v,
                     const torch::Tensor& hidden) {
  const auto batch = q.size(0), heads = q.size(1), rows = q.size(2), dims = q.size(3), kv_heads = k.size(1);
  // The query heads that share a key head are folded into its rows.
  const auto folded = q.reshape({batch, kv_heads, heads / kv_heads * rows, dims});
  auto scores = torch::matmul(folded, k.transpose(-1, -2)).mul_(1.0 / std::sqrt(static_cast<double>(dims)));
  if (hidden.defined()) scores.add_(hidden);
  return torch::matmul(scores.softmax(-1), v).view({batch, heads, rows, dims});
}

}  // namespace photoplayer::diffv2m
