// SPDX-License-Identifier: Apache-2.0
#pragma once
/// One block of the published network as PyTorch's eager mode runs it: LibTorch's operators one after the other, both
/// branches, keys and values and FiLM at each call. What the bench compares with; none of our products.
#include <photoplayer/diffv2m/weights.h>
#include <torch/torch.h>

#include <string>

namespace photoplayer::bench {

class EagerBlock {
 public:
  /// Of one block's weights, `prefix` ends in the block's number and a dot.
  EagerBlock(const diffv2m::Weights& weights, const std::string& prefix, torch::ScalarType type);

  /// h [batch, rows, 1536]; contexts [batch, tokens, 768] embedded; t [batch].
  [[nodiscard]] torch::Tensor operator()(torch::Tensor h, const torch::Tensor& semantic, const torch::Tensor& rhythm,
                                         const torch::Tensor& third, const torch::Tensor& t) const;

 private:
  [[nodiscard]] torch::Tensor linear(const std::string& name, const torch::Tensor& x) const;
  [[nodiscard]] torch::Tensor norm(const std::string& name, const torch::Tensor& x) const;
  [[nodiscard]] torch::Tensor attention(const torch::Tensor& q, torch::Tensor k, torch::Tensor v) const;
  [[nodiscard]] torch::Tensor self(const torch::Tensor& x) const;
  [[nodiscard]] torch::Tensor cross(const std::string& name, const torch::Tensor& x,
                                    const torch::Tensor& context) const;
  [[nodiscard]] torch::Tensor film(const std::string& branch, const torch::Tensor& x, const torch::Tensor& time) const;

  diffv2m::Weights weights_;
};

}  // namespace photoplayer::bench
