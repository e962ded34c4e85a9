// SPDX-License-Identifier: Apache-2.0
#pragma once
/// MobileNetV2 run in float from its TFLite graph. Trainer only: the shipped encoder never sees it.
#include <photoplayer/train/tflite_reader.h>

#include <torch/torch.h>

#include <filesystem>

namespace photoplayer::train {

struct Taught {
  torch::Tensor pooled;  ///< [batch, 1280]
  torch::Tensor logits;  ///< [batch, 1001]
};

class Teacher {
 public:
  [[nodiscard]] static Result<Teacher> load(const std::filesystem::path& path);
  /// `rgb` is uint8 [batch, 224, 224, 3].
  [[nodiscard]] Taught operator()(const torch::Tensor& rgb) const;
  /// Weights [1001, 1280] and bias [1001] of the last layer.
  [[nodiscard]] std::pair<torch::Tensor, torch::Tensor> head() const;

  Teacher(Teacher&&) = default;

 private:
  Teacher() = default;
  TfliteModel model_;
  const TfliteOperator* last_ = nullptr;  ///< the classifier (a 1 x 1 convolution here), inside model_
  std::vector<torch::Tensor> constants_;  ///< by tensor index, in LibTorch's layout; undefined if computed
};

}  // namespace photoplayer::train
