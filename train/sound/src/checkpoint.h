// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Where a stage stands, in one file that is replaced whole: numbers by name, optimisers, and a note.
#include <photoplayer/stream/result.h>
#include <torch/torch.h>

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace photoplayer::train {

using NamedTensors = std::map<std::string, torch::Tensor>;

struct Checkpoint {
  NamedTensors tensors;  ///< load: copied into, where they are
  std::vector<torch::optim::Optimizer*> optimisers;
  nlohmann::json note;
};

/// Throws if the disk refuses.
void save_checkpoint(const std::string& path, const Checkpoint& checkpoint);
/// Fills `checkpoint` and answers true; false without a file. Throws if it is one of another network.
[[nodiscard]] bool load_checkpoint(const std::string& path, Checkpoint& checkpoint);

}  // namespace photoplayer::train
