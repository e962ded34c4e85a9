// SPDX-License-Identifier: Apache-2.0
#include "published_config.h"

#include "mapped_file.h"

#include <nlohmann/json.hpp>

#include <string_view>

namespace photoplayer::model::detail {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaxBytes = 1U << 20U;
constexpr int kMaxDepth = 32;

/// The value at a path of keys, or null.
const Json* value_at(const Json& json, std::initializer_list<const char*> keys) {
  const Json* at = &json;
  for (const char* key : keys) {
    if (!at->is_object() || !at->contains(key)) return nullptr;
    at = &(*at)[key];
  }
  return at;
}

std::optional<std::int64_t> number(const Json* json) {
  if (json == nullptr || !json->is_number()) return std::nullopt;
  return json->get<std::int64_t>();
}

std::optional<std::vector<std::int64_t>> numbers(const Json* json) {
  if (json == nullptr || !json->is_array()) return std::nullopt;
  std::vector<std::int64_t> values;
  for (const Json& item : *json) {
    if (!item.is_number_integer()) return std::nullopt;
    values.push_back(item.get<std::int64_t>());
  }
  return values;
}

/// Wherever it stands: the file is nested by the parts of the authors' program, which may have moved.
std::optional<std::string> find_text(const Json& json, const char* key, int depth = 0) {
  if (depth > kMaxDepth || !json.is_structured()) return std::nullopt;
  if (json.is_object() && json.contains(key) && json[key].is_string()) return json[key].get<std::string>();
  for (const Json& item : json) {
    if (auto found = find_text(item, key, depth + 1)) return found;
  }
  return std::nullopt;
}

}  // namespace

Result<PublishedConfig> read_published_config(const std::filesystem::path& path) {
  const auto refuse = [&](const std::string& reason) {
    return fail(ErrorCode::kBadInput, "cannot read the model config '" + path.string() + "': " + reason);
  };
  const auto file = MappedFile::open(path);
  if (!file) return refuse(file.error().message);
  if (file->bytes().size() > kMaxBytes) return refuse("it is larger than 1 MiB");
  const std::string_view text(reinterpret_cast<const char*>(file->bytes().data()), file->bytes().size());
  const Json json = Json::parse(text.begin(), text.end(), nullptr, false);
  if (!json.is_object() || value_at(json, {"model"}) == nullptr) {
    return refuse("it is not a stable-audio-tools model config (a JSON object with 'model')");
  }
  PublishedConfig config;
  config.attention_weight_type = find_text(json, "attention_weight_type");
  const auto diffusion = [&](const char* key) { return number(value_at(json, {"model", "diffusion", "config", key})); };
  config.width = diffusion("embed_dim");
  config.depth = diffusion("depth");
  config.heads = diffusion("num_heads");
  config.latent_dims = diffusion("io_channels");
  config.cond_dims = diffusion("cond_token_dim");
  if (!config.cond_dims) config.cond_dims = number(value_at(json, {"model", "conditioning", "cond_dim"}));
  if (const Json* conditioners = value_at(json, {"model", "conditioning", "configs"})) {
    for (const Json& conditioner : *conditioners) {
      const Json* id = value_at(conditioner, {"id"});
      if (id != nullptr && *id == "seconds_total") {
        config.max_seconds = number(value_at(conditioner, {"config", "max_val"}));
      }
    }
  }
  const auto decoder = [&](const char* key) {
    return value_at(json, {"model", "pretransform", "config", "decoder", "config", key});
  };
  config.vae_channels = number(decoder("channels"));
  config.vae_latent_dims = number(decoder("latent_dim"));
  config.vae_c_mults = numbers(decoder("c_mults"));
  config.vae_strides = numbers(decoder("strides"));
  return config;
}

}  // namespace photoplayer::model::detail
