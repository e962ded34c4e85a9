// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/diffv2m/products.h>

#include <cmath>

namespace photoplayer::diffv2m {

torch::Tensor project(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias) {
  if (weight.scalar_type() == x.scalar_type()) return torch::linear(x, weight, bias);
  // LibTorch has no fp16 product on a CPU.
  const bool as_stored = weight.scalar_type() == torch::kBFloat16 || weight.is_cuda();
  if (!as_stored) return torch::linear(x, weight.to(x.scalar_type()), bias);
  auto y = torch::linear(x.to(weight.scalar_type()), weight).to(x.scalar_type());
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
