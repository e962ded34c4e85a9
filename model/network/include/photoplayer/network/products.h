// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Our kernels on LibTorch's threads.
#include <photoplayer/kernels/gemm.h>
#include <torch/torch.h>

#include <cstdint>
#include <functional>

namespace photoplayer::network {

/// `work(i)` for each of [0, count), each thread taking the next one when it is free: a core that others use as well
/// does not hold up the rest.
void share_out(std::int64_t count, const std::function<void(std::int64_t)>& work);

/// Throws c10::Error if the arguments are refused.
void gemm(const kernels::GemmArgs& args);

/// x [..., in] · weightᵀ [out, in] + bias, all in fp32; weight in fp32, bf16 or fp16, on the CPU. No gradient.
[[nodiscard]] torch::Tensor linear_on_cpu(const torch::Tensor& x, const torch::Tensor& weight,
                                          const torch::Tensor& bias);

/// Whether the CPU multiplies bf16 in hardware. There oneDNN's product of bf16 with bf16 is the fastest; elsewhere it
/// goes number by number, at a hundredth of the speed of fp32.
[[nodiscard]] bool has_fast_bf16();

[[nodiscard]] kernels::WeightType weight_type_of(torch::ScalarType type);

}  // namespace photoplayer::network
