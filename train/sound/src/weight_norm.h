// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Weight normalisation while training: every convolution of a module is w = g · v / |v|, per entry of axis 0 (outputs;
/// inputs of a transposed one). LibTorch's C++ side has none. The module is used as it is, after apply().
#include <torch/torch.h>

#include <map>
#include <string>
#include <vector>

namespace photoplayer::train {

class WeightNorm {
 public:
  /// The module must be where it will stay: on its device.
  explicit WeightNorm(torch::nn::Module& module);

  /// Sets the convolutions' weights, with their gradient, from g and v as they are now.
  void apply();

  /// All that is learned, by name: `….weight_g`, `….weight_v`, and the rest under its own name.
  [[nodiscard]] std::map<std::string, torch::Tensor> parameters() const;
  /// The same with norms folded: what is published and loaded.
  [[nodiscard]] std::map<std::string, torch::Tensor> folded() const;

  /// Multiplies the weight of the first or the last convolution, numbers broadcast over it. The function changes.
  void scale(bool last, const torch::Tensor& factors);
  [[nodiscard]] torch::Tensor last_bias() const { return others_.at(convolutions_.back().name + ".bias"); }

 private:
  struct Convolution {
    std::string name;
    torch::Tensor* weight;  // the module's own handle
    torch::Tensor g, v;
    [[nodiscard]] torch::Tensor folded() const;
  };
  void add(const std::string& name, torch::Tensor& weight);
  std::vector<Convolution> convolutions_;
  std::map<std::string, torch::Tensor> others_;
};

}  // namespace photoplayer::train
