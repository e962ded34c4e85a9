// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Weights of an earlier bundle that a run goes on from.
#include <photoplayer/model/bundle.h>
#include <torch/torch.h>

#include <functional>
#include <string>

namespace photoplayer::train {

/// Throws with what is wrong.
[[nodiscard]] model::Bundle open_start(const std::string& path);

/// Parameters and buffers that are `wanted`, all if it is null. Throws with what does not fit.
void read_module(const model::Bundle& bundle, torch::nn::Module& module, const std::string& prefix,
                 const std::function<bool(const std::string& name)>& wanted = nullptr);

}  // namespace photoplayer::train
