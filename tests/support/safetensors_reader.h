// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Reads F32 tensors of a safetensors file that we trust (parity data). Not for files from outside.
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace photoplayer::tests {

struct Tensor {
  std::vector<std::int64_t> shape;
  std::vector<float> values;
};

inline std::map<std::string, Tensor> read_safetensors(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  std::uint64_t header_bytes = 0;
  std::memcpy(&header_bytes, bytes.data(), sizeof(header_bytes));
  const auto header = nlohmann::json::parse(bytes.substr(8, header_bytes));
  std::map<std::string, Tensor> tensors;
  for (const auto& [name, entry] : header.items()) {
    if (name == "__metadata__") continue;
    Tensor tensor;
    tensor.shape = entry.at("shape").get<std::vector<std::int64_t>>();
    const auto offsets = entry.at("data_offsets").get<std::vector<std::size_t>>();
    tensor.values.resize((offsets[1] - offsets[0]) / sizeof(float));
    std::memcpy(tensor.values.data(), bytes.data() + 8 + header_bytes + offsets[0], offsets[1] - offsets[0]);
    tensors.emplace(name, std::move(tensor));
  }
  return tensors;
}

}  // namespace photoplayer::tests
