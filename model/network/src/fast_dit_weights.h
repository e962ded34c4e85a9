// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A Dit's numbers as its fast form reads them, and what of it depends on time alone.
#include <photoplayer/network/dit.h>
#include <photoplayer/network/products.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace photoplayer::network {

/// A linear layer; dense, `bias` may be undefined.
struct FastLinear {
  torch::Tensor weight;  ///< [out, in], fp16 or bf16 where that is the same numbers
  torch::Tensor bias;

  [[nodiscard]] std::int64_t inputs() const { return weight.size(1); }
  [[nodiscard]] std::int64_t outputs() const { return weight.size(0); }
};

struct FastNorm {
  torch::Tensor gain, shift;
};

/// [0] colour, [1] semantics, [2] rhythm.
struct FastSight {
  torch::Tensor to_kv, to_out;  ///< fp32
};

struct FastBlock {
  FastNorm pre_norm, cross_attend_norm, color_norm, ff_norm;
  FastLinear to_qkv, to_out, ff_in, ff_out;
  FastLinear query0;   ///< of colour
  FastLinear query12;  ///< of semantics, then rhythm
  FastSight sights[3];
};

/// h + semantic · s + rhythm · r + shift: how a block joins what it sees, at one time. Each [width].
struct FastMix {
  torch::Tensor semantic, rhythm, shift;
};

struct FastTime {
  torch::Tensor embedding;  ///< [width]
  std::vector<FastMix> blocks;
};

class FastWeights {
 public:
  explicit FastWeights(Dit& dit);

  DitConfig config;
  FastLinear project_in, project_out;
  std::vector<FastBlock> blocks;

  /// [width] of global [global_numbers]; [tokens, width] of plan [tokens, plan_numbers], zeros if there is no plan.
  [[nodiscard]] torch::Tensor embed_global(const torch::Tensor& global) const;
  [[nodiscard]] torch::Tensor embed_plan(const torch::Tensor& plan) const;

  /// Kept: a schedule comes back to the same times in every window.
  [[nodiscard]] std::shared_ptr<const FastTime> time(double t);

 private:
  [[nodiscard]] const torch::Tensor& at(const std::string& name) const;
  [[nodiscard]] FastNorm norm(const std::string& name) const;
  [[nodiscard]] FastMix mix(const std::string& block, const torch::Tensor& t) const;
  [[nodiscard]] torch::Tensor through(const std::string& step, const torch::Tensor& x) const;

  std::map<std::string, torch::Tensor> named_;
  std::map<float, std::shared_ptr<const FastTime>> times_;
};

}  // namespace photoplayer::network
