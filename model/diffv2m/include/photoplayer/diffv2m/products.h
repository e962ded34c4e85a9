// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The two places where the networks multiply matrices. Activations are fp32 between them. Which product computes is
/// decided here and nowhere else, by the weight's type and by the CPU, once per run: on a CPU our own kernel, which
/// widens bf16 and fp16 weights and rounds no activation; where the CPU multiplies bf16 in hardware, oneDNN's for bf16
/// weights, which rounds activations to bf16 on the way in; on a GPU LibTorch's, in the weight's type.
#include <torch/torch.h>

namespace photoplayer::diffv2m {

/// x [..., in] · weightᵀ [in, out] + bias [out], in x's type. `weight` may be fp32, bf16 or fp16; `bias` is fp32 or
/// undefined.
[[nodiscard]] torch::Tensor project(const torch::Tensor& x, const torch::Tensor& weight,
                                    const torch::Tensor& bias = {});

/// softmax(q kᵀ / √dims + hidden) v. q [batch, heads, n, dims]; k, v [batch, kv_heads, m, dims], query head h reads kv
/// head h · kv_heads / heads; `hidden` is undefined or broadcasts to [batch, 1, 1, m], or to [batch, 1, n, m] where
/// each has its own key head, with −∞ at keys out of sight.
[[nodiscard]] torch::Tensor attend(const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& v,
                                   const torch::Tensor& hidden = {});

}  // namespace photoplayer::diffv2m
