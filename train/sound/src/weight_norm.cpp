// SPDX-License-Identifier: Apache-2.0
#include "weight_norm.h"

namespace photoplayer::train {
namespace {

torch::Tensor norm_of(const torch::Tensor& v) {
  auto shape = std::vector<std::int64_t>(static_cast<std::size_t>(v.dim()), 1);
  shape[0] = v.size(0);
  return v.flatten(1).norm(2, 1).view(shape);
}

}  // namespace

torch::Tensor WeightNorm::Convolution::folded() const {
  return g * v / norm_of(v);
}

WeightNorm::WeightNorm(torch::nn::Module& module) {
  for (const auto& item : module.named_modules("", /*include_self=*/false)) {
    auto* child = item.value().get();
    if (auto* conv = child->as<torch::nn::Conv1dImpl>()) add(item.key(), conv->weight);
    if (auto* conv = child->as<torch::nn::Conv2dImpl>()) add(item.key(), conv->weight);
    if (auto* conv = child->as<torch::nn::ConvTranspose1dImpl>()) add(item.key(), conv->weight);
  }
  for (const auto& item : module.named_parameters()) {
    const bool normed = std::any_of(convolutions_.begin(), convolutions_.end(),
                                    [&](const Convolution& conv) { return conv.name + ".weight" == item.key(); });
    if (!normed) others_.emplace(item.key(), item.value());
  }
}

void WeightNorm::add(const std::string& name, torch::Tensor& weight) {
  const auto v = weight.detach().clone();
  convolutions_.push_back({name, &weight, norm_of(v).requires_grad_(), v.requires_grad_()});
}

void WeightNorm::apply() {
  for (auto& conv : convolutions_) *conv.weight = conv.folded();
}

std::map<std::string, torch::Tensor> WeightNorm::parameters() const {
  auto all = others_;
  for (const auto& conv : convolutions_) {
    all.emplace(conv.name + ".weight_g", conv.g);
    all.emplace(conv.name + ".weight_v", conv.v);
  }
  return all;
}

std::map<std::string, torch::Tensor> WeightNorm::folded() const {
  const torch::NoGradGuard guard;
  std::map<std::string, torch::Tensor> all;
  for (const auto& [name, tensor] : others_) all.emplace(name, tensor.detach().clone());
  for (const auto& conv : convolutions_) all.emplace(conv.name + ".weight", conv.folded());
  return all;
}

void WeightNorm::scale(bool last, const torch::Tensor& factors) {
  const torch::NoGradGuard guard;
  auto& conv = last ? convolutions_.back() : convolutions_.front();
  const auto weight = conv.folded() * factors;
  conv.v.copy_(weight);
  conv.g.copy_(norm_of(weight));
}

}  // namespace photoplayer::train
