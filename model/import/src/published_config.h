// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What the authors' model_config_*.json says about sizes: a stable-audio-tools model config. Only what can be compared
/// with tensors or cannot be seen in them is read; whatever is absent stays unset.
#include <photoplayer/stream/result.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace photoplayer::model::detail {

struct PublishedConfig {
  std::optional<std::string> attention_weight_type;
  std::optional<std::int64_t> width, depth, heads, cond_dims, latent_dims, max_seconds;
  std::optional<std::int64_t> vae_channels, vae_latent_dims;
  std::optional<std::vector<std::int64_t>> vae_c_mults, vae_strides;
};

/// Fails with kBadInput and a line that names the file.
[[nodiscard]] Result<PublishedConfig> read_published_config(const std::filesystem::path& path);

}  // namespace photoplayer::model::detail
