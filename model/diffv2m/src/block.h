// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What the predictor, the diffusion transformer and CLIP are built from, over weights that were checked before. The
/// structs hold handles of tensors, never copies, but for small ones in half precision: those become fp32 here.
#include <photoplayer/diffv2m/products.h>
#include <photoplayer/diffv2m/weights.h>
#include <photoplayer/network/attention.h>
#include <torch/torch.h>

#include <string>

namespace photoplayer::diffv2m {

struct Linear {
  torch::Tensor weight, bias;
  [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const { return project(x, weight, bias); }
};

struct Norm {
  torch::Tensor gain, shift;
  [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
    return torch::layer_norm(x.to(gain.scalar_type()), {gain.size(0)}, gain, shift, 1e-5);
  }
};

/// A place in the tree of names.
class Source {
 public:
  Source(const Weights& weights, std::string prefix) : weights_(weights), prefix_(std::move(prefix)) {}
  [[nodiscard]] Source at(const std::string& step) const { return {weights_, prefix_ + step + "."}; }
  [[nodiscard]] Source layer(std::int64_t index) const { return at("layers." + std::to_string(index)); }
  [[nodiscard]] bool has(const std::string& name) const { return weights_.contains(prefix_ + name); }
  [[nodiscard]] torch::Tensor matrix(const std::string& name) const { return weights_.at(prefix_ + name); }
  [[nodiscard]] torch::Tensor numbers(const std::string& name) const { return matrix(name).to(torch::kFloat); }
  /// `step`.weight and, if it is there, `step`.bias.
  [[nodiscard]] Linear linear(const std::string& step) const;
  [[nodiscard]] Linear small_linear(const std::string& step) const;  ///< fp32 whatever it is stored in
  [[nodiscard]] Norm norm(const std::string& step) const;            ///< gamma and, if it is there, beta

 private:
  const Weights& weights_;
  std::string prefix_;
};

/// [batch, tokens, heads · dims] → [batch, heads, tokens, dims], and back
[[nodiscard]] torch::Tensor split_heads(const torch::Tensor& x, std::int64_t head_dims);
[[nodiscard]] torch::Tensor join_heads(const torch::Tensor& x);
/// The first dims of each head, i paired with i + half; a table without tensors turns nothing.
[[nodiscard]] torch::Tensor rotate(const torch::Tensor& x, const network::RotaryTable& table);
/// Of positions 0, 1, … on half of each head, but at least on 32 dims.
[[nodiscard]] network::RotaryTable rotary_of(const torch::Tensor& positions, std::int64_t head_dims);

struct SelfAttention {
  Linear to_qkv, to_out;
  std::int64_t head_dims = 64;
  SelfAttention(const Source& source, std::int64_t head_dims);
  [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x, const network::RotaryTable& rotary,
                                         const torch::Tensor& hidden = {}) const;
};

/// SwiGLU.
struct FeedForward {
  Linear in, out;
  explicit FeedForward(const Source& source) : in(source.linear("ff.0.proj")), out(source.linear("ff.2")) {}
  [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const;
};

}  // namespace photoplayer::diffv2m
