// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Weights by name, in the type in which they are stored. Tensors of a file are views of its mapping and keep it
/// alive; nothing is copied but what lies unaligned.
#include <photoplayer/diffv2m/config.h>
#include <photoplayer/diffv2m/layout.h>
#include <photoplayer/model/bundle.h>
#include <photoplayer/model/safetensors.h>
#include <torch/torch.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace photoplayer::diffv2m {

/// Never written to: they may lie in a read-only mapping.
using Weights = std::map<std::string, torch::Tensor>;

[[nodiscard]] Result<Weights> weights_of(const std::shared_ptr<const model::Bundle>& bundle);
/// Those whose names begin with `prefix`, without it.
[[nodiscard]] Result<Weights> weights_of(const std::shared_ptr<const model::SafetensorsFile>& file,
                                         std::string_view prefix);
/// One tensor, in its own type.
[[nodiscard]] Result<torch::Tensor> tensor_of(const std::shared_ptr<const model::SafetensorsFile>& file,
                                              std::string_view name);

/// `config` with the sizes that only the tensors know. Tensors that are missing or oddly shaped leave the default.
[[nodiscard]] Config sized_by(Config config, const Weights& weights);

/// Fails with kBadBundle and names every tensor that is missing, misshapen or not of a floating-point type.
[[nodiscard]] Result<void> check(const Weights& weights, const std::vector<LayoutEntry>& layout);

/// The same weights with the matrices of products in another type, e.g. bf16.
[[nodiscard]] Weights with_matrices_as(const Weights& weights, torch::ScalarType type);

}  // namespace photoplayer::diffv2m
