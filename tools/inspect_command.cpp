// SPDX-License-Identifier: Apache-2.0
#include "inspect_command.h"

#include <photoplayer/model/bundle.h>

#include <nlohmann/json.hpp>

#include <cstdint>
#include <cstdio>

namespace photoplayer::tools {
namespace {

using Json = nlohmann::ordered_json;

std::string plain_text(const Json& json) {
  const auto text = [](const Json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); };
  char sizes[120];
  std::snprintf(sizes, sizeof sizes, "%.1f MB, %zu tensors, %.2f million parameters",
                static_cast<double>(json["file_bytes"].get<std::uint64_t>()) / 1e6, json["tensors"].size(),
                static_cast<double>(json["parameters"].get<std::uint64_t>()) / 1e6);
  std::string out;
  for (const char* key : {"name", "family", "format", "licence", "provenance", "config", "sha256"}) {
    std::string label = std::string(key) + ":";
    label.resize(12, ' ');
    out += label + text(json[key]) + "\n";
  }
  out += "size:       " + std::string(sizes) + "\n";
  for (const Json& tensor : json["tensors"]) {
    out += "  " + tensor["dtype"].get<std::string>() + " " + tensor["shape"].dump() + " " +
           tensor["name"].get<std::string>() + "\n";
  }
  return out;
}

}  // namespace

Result<std::string> inspect(const InspectOptions& options) {
  const auto bundle = model::Bundle::open(options.bundle);
  if (!bundle) return tl::unexpected(bundle.error());
  const model::BundleInfo& info = bundle->info();
  Json json;
  json["path"] = options.bundle.string();
  json["name"] = info.name;
  json["family"] = info.family;
  json["format"] = info.format;
  json["licence"] = info.licence;
  json["provenance"] = Json::parse(info.provenance, nullptr, false);
  json["config"] = Json::parse(info.config, nullptr, false);
  json["sha256"] = bundle->sha256();
  json["file_bytes"] = bundle->file_bytes();
  std::uint64_t parameters = 0;
  Json tensors = Json::array();
  for (const std::string& name : bundle->names()) {
    const auto tensor = bundle->tensor(name);
    if (!tensor) return tl::unexpected(tensor.error());
    parameters += tensor->bytes.size() / model::dtype_size_bytes(tensor->dtype);
    tensors.push_back({{"name", name},
                       {"dtype", model::dtype_name(tensor->dtype)},
                       {"shape", tensor->shape},
                       {"bytes", tensor->bytes.size()}});
  }
  json["parameters"] = parameters;
  json["tensors"] = std::move(tensors);
  if (options.json) return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
  return plain_text(json);
}

}  // namespace photoplayer::tools
