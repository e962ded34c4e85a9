// SPDX-License-Identifier: Apache-2.0
#include "plain_safetensors.h"

#include <fstream>
#include <nlohmann/json.hpp>
#include <system_error>

namespace photoplayer::train {

Result<void> write_plain_safetensors(const std::filesystem::path& path,
                                     const std::map<std::string, std::string>& metadata,
                                     const std::vector<model::NamedTensor>& tensors) {
  nlohmann::ordered_json header;
  header["__metadata__"] = metadata;
  std::uint64_t offset = 0;
  for (const auto& tensor : tensors) {
    const auto end = offset + tensor.values.size() * sizeof(float);
    header[tensor.name] = {{"dtype", "F32"}, {"shape", tensor.shape}, {"data_offsets", {offset, end}}};
    offset = end;
  }
  auto text = header.dump();
  text.append((8 - text.size() % 8) % 8, ' ');
  // Beside the target first: a training run that reads meanwhile sees the old file or the new one.
  auto partial = path;
  partial += ".part";
  std::ofstream file(partial, std::ios::binary);
  const std::uint64_t size = text.size();
  file.write(reinterpret_cast<const char*>(&size), 8);
  file << text;
  for (const auto& tensor : tensors)
    file.write(reinterpret_cast<const char*>(tensor.values.data()),
               static_cast<std::streamsize>(tensor.values.size() * sizeof(float)));
  file.close();
  std::error_code error;
  if (file) std::filesystem::rename(partial, path, error);
  if (!file || error) return fail(ErrorCode::kOutput, "cannot write " + path.string());
  return {};
}

}  // namespace photoplayer::train
