// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A network before training, as PyTorch and the authors initialise it: the transformer halved, its branches' last
/// projections zero.
#include <photoplayer/diffv2m/layout.h>
#include <photoplayer/diffv2m/weights.h>

#include <vector>

namespace photoplayer::train {

/// What is read of transformer, conditioner and predictor: dead tensors and zero buffers are left out.
[[nodiscard]] std::vector<diffv2m::LayoutEntry> trained_layout(const diffv2m::Config& config);

/// fp32, on the CPU, from LibTorch's generator as it stands.
[[nodiscard]] diffv2m::Weights initial_weights(const std::vector<diffv2m::LayoutEntry>& layout);

/// A tower that nobody trained, for trying things out; what it says of a picture is the same each time, and no more.
[[nodiscard]] diffv2m::Weights random_tower(const diffv2m::Config& config);

}  // namespace photoplayer::train
