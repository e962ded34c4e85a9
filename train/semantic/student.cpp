// SPDX-License-Identifier: Apache-2.0
#include "student.h"

#include <string>

namespace photoplayer::train {
namespace {

model::NamedTensor plain(const std::string& name, const torch::Tensor& tensor) {
  const auto values = tensor.detach().to(torch::kFloat).contiguous();
  const auto* first = values.data_ptr<float>();
  return {"semantic." + name, values.sizes().vec(), {first, first + values.numel()}};
}

std::string dashed(std::string name) {  // a module's name may hold no dot
  for (auto& c : name)
    if (c == '.') c = '_';
  return name;
}

}  // namespace

StudentImpl::StudentImpl(const StudentConfig& config) : blocks_(config.blocks) {
  std::int64_t from = 3;
  for (std::size_t i = 0; i < config.widths.size(); ++i) {
    const auto width = config.widths[i];
    const auto stage = "stage" + std::to_string(i);
    layers_.push_back(add(stage + ".down", from, width, 2));
    for (std::int64_t j = 0; j < config.blocks[i]; ++j) {
      layers_.push_back(add(stage + ".block" + std::to_string(j) + ".a", width, width, 1));
      layers_.push_back(add(stage + ".block" + std::to_string(j) + ".b", width, width, 1));
    }
    from = width;
  }
  head_ = register_module("head", torch::nn::Linear(from, 512));
}

StudentImpl::Layer StudentImpl::add(const std::string& name, std::int64_t from, std::int64_t to, std::int64_t stride) {
  Layer layer;
  layer.name = name;
  const auto options = torch::nn::Conv2dOptions(from, to, 3).stride(stride).padding(1).bias(false);
  layer.conv = register_module(dashed(name), torch::nn::Conv2d(options));
  layer.norm = register_module(dashed(name) + "_norm", torch::nn::BatchNorm2d(to));
  torch::nn::init::kaiming_normal_(layer.conv->weight, 0.0, torch::kFanOut, torch::kReLU);
  return layer;
}

torch::Tensor StudentImpl::forward(const torch::Tensor& rgb) {
  auto x = (rgb / 127.5 - 1.0).contiguous(torch::MemoryFormat::ChannelsLast);
  std::size_t next = 0;
  for (const auto blocks : blocks_) {
    x = torch::relu(layers_[next++](x));
    for (std::int64_t j = 0; j < blocks; ++j) {
      const auto inner = torch::relu(layers_[next++](x));
      x = torch::relu(layers_[next++](inner) + x);
    }
  }
  return torch::nn::functional::normalize(head_(x.mean({2, 3})));
}

std::vector<model::NamedTensor> StudentImpl::folded() const {
  std::vector<model::NamedTensor> tensors;
  for (const auto& layer : layers_) {
    const auto scale = layer.norm->weight / (layer.norm->running_var + layer.norm->options.eps()).sqrt();
    tensors.push_back(plain(layer.name + ".weight", layer.conv->weight * scale.view({-1, 1, 1, 1})));
    tensors.push_back(plain(layer.name + ".bias", layer.norm->bias - layer.norm->running_mean * scale));
  }
  tensors.push_back(plain("head.weight", head_->weight));
  tensors.push_back(plain("head.bias", head_->bias));
  return tensors;
}

}  // namespace photoplayer::train
