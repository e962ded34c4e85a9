// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/diffv2m/products.h>
#include <photoplayer/network/products.h>

#include <algorithm>
#include <cmath>

namespace photoplayer::diffv2m {
namespace {

/// Our kernels are for fp32 activations on a CPU, and for playing only.
bool is_for_our_kernels(const torch::Tensor& x, const torch::Tensor& a, const torch::Tensor& b) {
  const bool wants_gradient =
      torch::GradMode::is_enabled() && (x.requires_grad() || a.requires_grad() || (b.defined() && b.requires_grad()));
  return x.is_cpu() && x.scalar_type() == torch::kFloat && !wants_gradient;
}

/// softmax(q kᵀ + hidden) v, each batch of two axes, in pieces of which the scores stay in the second-level cache. The
/// batched products of LibTorch write all scores to memory, four times over.
/// q [batch, heads, rows, dims] scaled, k [batch, heads, keys, dims], vt [batch, heads, dims, keys]; all dense.
torch::Tensor attend_in_pieces(const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& vt,
                               const torch::Tensor& hidden) {
  constexpr std::int64_t kPieceRows = 96;
  const auto heads = q.size(1), rows = q.size(2), dims = q.size(3), keys = k.size(2);
  auto y = torch::empty_like(q);
  const auto pieces = (rows + kPieceRows - 1) / kPieceRows;
  network::share_out(q.size(0) * heads * pieces, [&](std::int64_t index) {
    const torch::NoGradGuard guard;  // a thread of its own has its own mode
    const auto head = index / pieces, first = index % pieces * kPieceRows;
    auto scores = torch::empty({std::min(kPieceRows, rows - first), keys});
    kernels::GemmArgs args;
    args.rows = scores.size(0), args.columns = args.y_stride = keys, args.depth = args.x_stride = dims;
    args.x = q.data_ptr<float>() + (head * rows + first) * dims;
    args.weight = k.data_ptr<float>() + head * keys * dims;
    args.bias = hidden.defined() ? hidden.data_ptr<float>() + head / heads * keys : nullptr;
    args.y = scores.data_ptr<float>();
    network::gemm(args);
    scores = scores.softmax(-1);
    args.columns = args.y_stride = dims, args.depth = args.x_stride = keys, args.bias = nullptr;
    args.x = scores.data_ptr<float>();
    args.weight = vt.data_ptr<float>() + head * keys * dims;
    args.y = y.data_ptr<float>() + (head * rows + first) * dims;
    network::gemm(args);
  });
  return y;
}

}  // namespace

torch::Tensor project(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias) {
  const auto type = weight.scalar_type();
  if (is_for_our_kernels(x, weight, bias) && !(type == torch::kBFloat16 && network::has_fast_bf16())) {
    return network::linear_on_cpu(x, weight, bias);
  }
  if (type == x.scalar_type()) return torch::linear(x, weight, bias);
  // LibTorch has no fp16 product on a CPU.
  if (x.is_cpu() && type == torch::kHalf) return torch::linear(x, weight.to(x.scalar_type()), bias);
  auto y = torch::linear(x.to(type), weight).to(x.scalar_type());
  return bias.defined() ? y.add_(bias) : y;
}

torch::Tensor attend(const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& v,
                     const torch::Tensor& hidden) {
  const auto batch = q.size(0), heads = q.size(1), rows = q.size(2), dims = q.size(3), kv_heads = k.size(1);
  // The query heads that share a key head are folded into its rows.
  const auto folded = q.reshape({batch, kv_heads, heads / kv_heads * rows, dims});
  const double scale = 1.0 / std::sqrt(static_cast<double>(dims));
  const bool same_for_all_rows = !hidden.defined() || (hidden.dim() == 4 && hidden.size(1) == 1 && hidden.size(2) == 1);
  if (same_for_all_rows && is_for_our_kernels(q, k, v)) {
    const auto shown = hidden.defined() ? hidden.expand({batch, 1, 1, k.size(2)}).contiguous() : hidden;
    return attend_in_pieces((folded * scale).contiguous(), k.contiguous(), v.transpose(-1, -2).contiguous(), shown)
        .view({batch, heads, rows, dims});
  }
  auto scores = torch::matmul(folded, k.transpose(-1, -2)).mul_(scale);
  if (hidden.defined()) scores.add_(hidden);
  return torch::matmul(scores.softmax(-1), v).view({batch, heads, rows, dims});
}

}  // namespace photoplayer::diffv2m
