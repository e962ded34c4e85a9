// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Writes safetensors that are not bundles: the encoder and its bank on their way to the trainer.
#include <photoplayer/model/bundle_writer.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace photoplayer::train {

[[nodiscard]] Result<void> write_plain_safetensors(const std::filesystem::path& path,
                                                   const std::map<std::string, std::string>& metadata,
                                                   const std::vector<model::NamedTensor>& tensors);

}  // namespace photoplayer::train
