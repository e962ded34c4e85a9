// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The transformer's parts, as in the published network: bias-free projections, LayerNorm with a gain only, rotary
/// positions on the first half of each head, SwiGLU.
#include <torch/torch.h>

namespace photoplayer::network {

/// LayerNorm with learned gain and a zero bias buffer (the published checkpoint stores both).
class GainNormImpl : public torch::nn::Module {
 public:
  explicit GainNormImpl(std::int64_t width);
  torch::Tensor forward(const torch::Tensor& x) { return torch::layer_norm(x, {width_}, gamma, beta, 1e-5); }
  torch::Tensor gamma, beta;

 private:
  std::int64_t width_;
};
TORCH_MODULE(GainNorm);

/// Cosine and sine of rotary angles for `positions` [tokens] or [batch, tokens]; each [1 or batch, 1, tokens, 32].
struct RotaryTable {
  torch::Tensor cosine, sine;
};
[[nodiscard]] RotaryTable rotary_table(const torch::Tensor& positions, std::int64_t rotary_dims = 32);

class SelfAttentionImpl : public torch::nn::Module {
 public:
  SelfAttentionImpl(std::int64_t width, std::int64_t head_dims);
  /// x [batch, tokens, width]; `causal` masks the future.
  torch::Tensor forward(const torch::Tensor& x, const RotaryTable& rotary, bool causal = false);

 private:
  std::int64_t heads_, head_dims_;
  torch::nn::Linear to_qkv{nullptr}, to_out{nullptr};
};
TORCH_MODULE(SelfAttention);

/// A condition's tokens with their place in time.
struct Context {
  torch::Tensor tokens;   ///< [batch, n, cond_dims]
  torch::Tensor visible;  ///< [batch, n] bool; undefined = all
  RotaryTable rotary;     ///< of the tokens' beats; undefined tensors = no positions
};

class CrossAttentionImpl : public torch::nn::Module {
 public:
  /// kv heads = cond_dims / head_dims, each shared by several query heads.
  CrossAttentionImpl(std::int64_t width, std::int64_t cond_dims, std::int64_t head_dims);
  /// A row that sees no token gives exactly 0 (an additional key of zeros with a value of zeros is always visible
  /// when the context has a mask), so the null branch equals the network without cross-attention.
  torch::Tensor forward(const torch::Tensor& x, const Context& context, const RotaryTable& query_rotary);

 private:
  std::int64_t heads_, kv_heads_, head_dims_;
  torch::nn::Linear to_q{nullptr}, to_kv{nullptr}, to_out{nullptr};
};
TORCH_MODULE(CrossAttention);

class FeedForwardImpl : public torch::nn::Module {
 public:
  FeedForwardImpl(std::int64_t width, std::int64_t inner);
  torch::Tensor forward(const torch::Tensor& x);

 private:
  // Not `in`: LibTorch's archives cannot be read back with a module of that name.
  torch::nn::Linear proj_in{nullptr}, proj_out{nullptr};
};
TORCH_MODULE(FeedForward);

}  // namespace photoplayer::network
