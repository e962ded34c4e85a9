// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Reads a safetensors file that is not a bundle: the semantic encoder's weights and bank, on their way into one.
/// Numbers of every type come as floats.
#include <photoplayer/stream/result.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace photoplayer::train {

struct PlainTensor {
  std::vector<std::int64_t> shape;
  std::vector<float> values;
};

struct PlainTensors {
  std::map<std::string, PlainTensor> tensors;
  std::map<std::string, std::string> metadata;
};

[[nodiscard]] Result<PlainTensors> read_plain_tensors(const std::string& path);

}  // namespace photoplayer::train
