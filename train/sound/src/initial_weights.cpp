// SPDX-License-Identifier: Apache-2.0
#include "initial_weights.h"

#include <cmath>
#include <map>
#include <string_view>

namespace photoplayer::train {
namespace {

double inputs_of(const std::vector<std::int64_t>& weight_shape) {
  double inputs = 1.0;
  for (std::size_t axis = 1; axis < weight_shape.size(); ++axis) inputs *= static_cast<double>(weight_shape[axis]);
  return inputs;
}

bool ends_branch(std::string_view name) {
  for (const char* end : {".to_out.weight", ".ff.ff.2.weight", ".ff.ff.2.bias", "process_conv.weight"}) {
    if (name.ends_with(end)) return true;
  }
  return false;
}

bool is_gain(std::string_view name) {
  return name.ends_with(".gamma") || (name.find(".ln_") != std::string_view::npos && name.ends_with(".weight"));
}

/// Of a Linear, within 1/√inputs, its bias too; embeddings and frequencies are normal.
torch::Tensor initial(const diffv2m::LayoutEntry& entry,
                      const std::map<std::string, std::vector<std::int64_t>>& shapes) {
  const std::string_view name = entry.name;
  if (is_gain(name)) return torch::ones(entry.shape);
  if (ends_branch(name) || (name.find(".ln_") != std::string_view::npos)) return torch::zeros(entry.shape);
  if (name.ends_with("_embedding.weight") || name.ends_with("int_embedder.weight") || name.ends_with(".weights") ||
      name.ends_with("timestep_features.weight")) {
    return torch::randn(entry.shape);
  }
  if (name == "visual.class_embedding" || name == "visual.positional_embedding" || name == "visual.proj") {
    const auto width = name == "visual.positional_embedding" ? entry.shape[1] : entry.shape[0];
    return torch::randn(entry.shape) / std::sqrt(static_cast<double>(width));
  }
  auto weight = entry.name;
  if (name.ends_with("bias")) weight.replace(weight.size() - 4, 4, "weight");
  const auto shape = shapes.find(weight);
  const double bound = 1.0 / std::sqrt(inputs_of(shape == shapes.end() ? entry.shape : shape->second));
  return torch::rand(entry.shape) * (2.0 * bound) - bound;
}

}  // namespace

std::vector<diffv2m::LayoutEntry> trained_layout(const diffv2m::Config& config) {
  std::vector<diffv2m::LayoutEntry> live;
  for (auto& layout : {dit_layout(config), conditioner_layout(config), predictor_layout(config)}) {
    for (const auto& entry : layout) {
      if (entry.need == diffv2m::Need::kParameter) live.push_back(entry);
    }
  }
  return live;
}

diffv2m::Weights initial_weights(const std::vector<diffv2m::LayoutEntry>& layout) {
  std::map<std::string, std::vector<std::int64_t>> shapes;
  for (const auto& entry : layout) shapes.emplace(entry.name, entry.shape);
  diffv2m::Weights weights;
  for (const auto& entry : layout) {
    const double scale = entry.name.starts_with("model.model.") ? 0.5 : 1.0;
    weights.emplace(entry.name, initial(entry, shapes) * scale);
  }
  return weights;
}

diffv2m::Weights random_tower(const diffv2m::Config& config) {
  return initial_weights(clip_layout(config));
}

}  // namespace photoplayer::train
