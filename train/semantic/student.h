// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The semantic encoder while it learns: batch-normalised convolutions, folded into plain ones for shipping.
#include <photoplayer/model/bundle_writer.h>

#include <torch/torch.h>

#include <vector>

namespace photoplayer::train {

struct StudentConfig {
  std::int64_t side = 128;
  std::vector<std::int64_t> widths = {16, 32, 64, 128, 192};
  std::vector<std::int64_t> blocks = {0, 0, 1, 1, 1};
};

class StudentImpl : public torch::nn::Module {
 public:
  explicit StudentImpl(const StudentConfig& config);
  /// `rgb` float 0…255 [batch, 3, side, side]; unit vectors [batch, 512].
  torch::Tensor forward(const torch::Tensor& rgb);
  /// As photoplayer/model/semantic_encoder.h names them.
  [[nodiscard]] std::vector<model::NamedTensor> folded() const;

 private:
  struct Layer {
    std::string name;
    torch::nn::Conv2d conv{nullptr};
    torch::nn::BatchNorm2d norm{nullptr};
    torch::Tensor operator()(const torch::Tensor& x) { return norm->forward(conv->forward(x)); }
  };
  Layer add(const std::string& name, std::int64_t from, std::int64_t to, std::int64_t stride);

  std::vector<Layer> layers_;  ///< in order: down, then its blocks' a and b
  std::vector<std::int64_t> blocks_;
  torch::nn::Linear head_{nullptr};
};
TORCH_MODULE(Student);

}  // namespace photoplayer::train
