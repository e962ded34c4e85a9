// SPDX-License-Identifier: Apache-2.0
#include "plain_tensors.h"

#include <cstring>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

namespace photoplayer::train {

Result<PlainTensors> read_plain_tensors(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(ErrorCode::kBadInput, "cannot read '" + path + "'");
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  const auto bad = [&](const std::string& why) { return fail(ErrorCode::kBadInput, "'" + path + "': " + why); };
  std::uint64_t header = 0;
  if (bytes.size() < 8) return bad("too short for a safetensors file");
  std::memcpy(&header, bytes.data(), 8);
  if (header > bytes.size() - 8) return bad("its header is longer than the file");
  PlainTensors result;
  try {
    const auto json = nlohmann::json::parse(bytes.begin() + 8, bytes.begin() + 8 + static_cast<std::ptrdiff_t>(header));
    const std::size_t data = 8 + header;
    for (const auto& [name, entry] : json.items()) {
      if (name == "__metadata__") {
        result.metadata = entry.get<std::map<std::string, std::string>>();
        continue;
      }
      if (entry.at("dtype") != "F32") return bad("tensor '" + name + "' is not F32");
      PlainTensor tensor;
      tensor.shape = entry.at("shape").get<std::vector<std::int64_t>>();
      const auto offsets = entry.at("data_offsets").get<std::vector<std::uint64_t>>();
      if (offsets.size() != 2 || offsets[1] < offsets[0] || offsets[1] > bytes.size() - data) {
        return bad("tensor '" + name + "' lies outside the file");
      }
      tensor.values.resize((offsets[1] - offsets[0]) / sizeof(float));
      std::memcpy(tensor.values.data(), bytes.data() + data + offsets[0], tensor.values.size() * sizeof(float));
      result.tensors.emplace(name, std::move(tensor));
    }
  } catch (const nlohmann::json::exception& error) {
    return bad(error.what());
  }
  return result;
}

}  // namespace photoplayer::train
