// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What a `diffv2m` bundle's config says, and the tensors that follow from it. The defaults are the released model.
#include <cstdint>
#include <string>
#include <vector>

namespace photoplayer::model::detail {

struct Diffv2mConfig {
  std::string compat = "released";
  /// Of the paper's reading, only what a checkpoint can show: that its colours were heard. All else is as released.
  bool paper_for_colour_only = false;
  std::string attention_weight_type = "FiLM_choose";
  std::string weights = "online";
  std::int64_t width = 1536, depth = 24, head_dims = 64;
  std::int64_t cond_dims = 768, latent_dims = 64, semantic_dims = 512, colour_dims = 3072, max_seconds = 30;
  struct Predictor {
    std::int64_t width = 512, depth = 12, head_dims = 64;
  } predictor;
  struct Clip {
    std::int64_t width = 768, depth = 12, heads = 12, out = 512, patch = 32, side = 224;
  } clip;
  struct Vae {
    std::int64_t channels = 128;
    std::vector<std::int64_t> c_mults = {1, 2, 4, 8, 16}, strides = {2, 4, 4, 8, 8};
    std::int64_t latent_dims = 64;
  } vae;
};

/// How the branches are joined decides which tensors a layer has.
struct FusionTensors {
  bool film = false;         ///< t_linear and FiLM_*
  bool film_before = false;  ///< FiLM acts on the conditions, so it has their width
  bool gate = false;
};
[[nodiscard]] FusionTensors fusion_tensors(const std::string& attention_weight_type);

/// A JSON object as text, with every key of the bundle's contract.
[[nodiscard]] std::string config_json(const Diffv2mConfig& config);

/// Sizes that a small machine runs in a moment; every part is there, the clock is the released one.
[[nodiscard]] Diffv2mConfig toy_config();

struct ExpectedTensor {
  std::string name;
  std::vector<std::int64_t> shape;
};
/// Every tensor of the bundle, in no particular order.
[[nodiscard]] std::vector<ExpectedTensor> expected_tensors(const Diffv2mConfig& config);

}  // namespace photoplayer::model::detail
