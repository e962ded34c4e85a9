// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The network behind semantic_encoder.h on LibTorch tensors; the trainer measures exactly what is shipped.
#include <photoplayer/model/semantic_encoder.h>

#include <torch/torch.h>

namespace photoplayer::model {

struct SemanticConfig {
  std::int64_t side = stream::kStillSide;
  std::vector<std::int64_t> widths;
  std::vector<std::int64_t> blocks;
};

[[nodiscard]] Result<SemanticConfig> parse_semantic_config(std::string_view config_json);

class SemanticNet {
 public:
  [[nodiscard]] static Result<SemanticNet> load(const SemanticConfig& config, const TensorSource& tensors);
  /// `rgb` is uint8 or float 0…255, [batch, 3, side, side]; gives unit vectors [batch, 512].
  [[nodiscard]] torch::Tensor operator()(const torch::Tensor& rgb) const;

 private:
  struct Layer {
    torch::Tensor weight, bias;
  };
  struct Stage {
    Layer down;
    std::vector<std::pair<Layer, Layer>> blocks;
  };
  std::vector<Stage> stages_;
  Layer head_;
};

}  // namespace photoplayer::model
