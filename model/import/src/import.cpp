// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/model/import.h>

#include "compat_diagnosis.h"
#include "derived_config.h"
#include "file_digest.h"
#include "gathered_weights.h"
#include "import_work.h"
#include "piece_writer.h"
#include "published_config.h"
#include "weight_file.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <exception>
#include <system_error>
#include <utility>

namespace photoplayer::model {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kLicence =
    "Weights imported by the user, not to be passed on: Stability AI Community License for the autoencoder, no licence "
    "published for Diff-V2M, MIT for OpenAI's CLIP";

struct Sources {
  detail::WeightFile checkpoint, clip;
  std::optional<detail::WeightFile> autoencoder;
  std::optional<detail::PublishedConfig> config;
};

std::vector<std::pair<const char*, std::filesystem::path>> files_of(const ImportRequest& request) {
  std::vector<std::pair<const char*, std::filesystem::path>> files = {{"checkpoint", request.checkpoint},
                                                                      {"clip", request.clip}};
  if (!request.autoencoder.empty()) files.emplace_back("autoencoder", request.autoencoder);
  if (!request.config.empty()) files.emplace_back("config", request.config);
  return files;
}

Result<Sources> open_sources(const ImportRequest& request) {
  std::optional<detail::PublishedConfig> config;
  if (!request.config.empty()) {
    auto read = detail::read_published_config(request.config);
    if (!read) return tl::unexpected(read.error());
    config = std::move(*read);
  }
  auto checkpoint = detail::WeightFile::open(request.checkpoint);
  if (!checkpoint) return tl::unexpected(checkpoint.error());
  auto clip = detail::WeightFile::open(request.clip);
  if (!clip) return tl::unexpected(clip.error());
  Sources sources{std::move(*checkpoint), std::move(*clip), std::nullopt, std::move(config)};
  if (!request.autoencoder.empty()) {
    auto autoencoder = detail::WeightFile::open(request.autoencoder);
    if (!autoencoder) return tl::unexpected(autoencoder.error());
    sources.autoencoder.emplace(std::move(*autoencoder));
  }
  return sources;
}

void say(const ImportWatch& watch, const std::string& line) {
  if (watch.say) watch.say(line);
}

tl::unexpected<Error> refuse(const detail::Misfits& misfits, const ImportRequest& request, const ImportWatch& watch) {
  const auto list = [&](const char* what, const std::vector<std::string>& lines) {
    for (const std::string& line : lines) say(watch, std::string(what) + ": " + line);
  };
  list("missing", misfits.missing);
  list("unknown", misfits.unknown);
  list("misshapen", misfits.misshapen);
  list("contradictory", misfits.contradictions);
  const auto lacks = [&](const char* begin) {
    return std::any_of(misfits.missing.begin(), misfits.missing.end(),
                       [&](const std::string& name) { return name.starts_with(begin); });
  };
  std::string advice;
  if (request.autoencoder.empty() && lacks("pretransform.")) advice = "; give the autoencoder with --vae";
  if (lacks("visual.conv1.weight")) advice += "; '" + request.clip.string() + "' holds no CLIP ViT";
  return fail(ErrorCode::kBadInput, "the weights do not make a Diff-V2M: " + misfits.summary() +
                                        " (all listed on standard output)" + advice + "; nothing was written");
}

/// Online or EMA, as the bundle says it. An exported checkpoint holds one set, which the authors' exporter takes from
/// the EMA.
std::string weight_set(const ImportRequest& request, bool lightning, std::vector<std::string>& warnings) {
  if (lightning) return request.weights == WeightChoice::kEma ? "ema" : "online";
  if (request.weights == WeightChoice::kOnline) {
    warnings.emplace_back(
        "the checkpoint was exported and holds one set of weights, usually the EMA; that one is taken");
  }
  return "ema";
}

Result<std::string> provenance(const ImportRequest& request, const detail::DerivedConfig& derived,
                               const detail::CompatFinding& compat, detail::Work& work) {
  Json sources = Json::array();
  for (const auto& [role, path] : files_of(request)) {
    const auto digest = detail::file_sha256(path, work);
    if (!digest) return tl::unexpected(digest.error());
    sources.push_back({{"role", role}, {"file", path.filename().string()}, {"sha256", *digest}});
  }
  const Json json = {
      {"made_by", "photoplayer import --diffv2m"},
      {"sources", std::move(sources)},
      {"weights", derived.config.weights},
      {"storage", detail::storage_name(request.storage)},
      {"compat", {{"value", compat.compat}, {"why", compat.reason}}},
      {"attention_weight_type", {{"value", derived.config.attention_weight_type}, {"why", derived.fusion_reason}}}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<void> check_request(const ImportRequest& request) {
  if (auto ok = detail::check_output(request.output, request.storage); !ok) return ok;
  for (const auto& [role, path] : files_of(request)) {
    std::error_code ignored;
    if (std::filesystem::equivalent(path, request.output, ignored)) {
      return fail(ErrorCode::kUsage, "the bundle would replace '" + path.string() + "', which it is made from");
    }
  }
  return {};
}

Result<std::vector<std::string>> import_or_throw(const ImportRequest& request, const ImportWatch& watch) {
  if (auto ok = check_request(request); !ok) return tl::unexpected(ok.error());
  const auto sources = open_sources(request);
  if (!sources) return tl::unexpected(sources.error());
  const bool ema = request.weights == WeightChoice::kEma;
  const auto found =
      detail::gather_weights(sources->checkpoint, ema ? detail::WeightSet::kEma : detail::WeightSet::kOnline,
                             sources->autoencoder ? &*sources->autoencoder : nullptr, sources->clip);
  if (!found) return tl::unexpected(found.error());
  detail::DerivedConfig derived = detail::derive_config(*found, sources->config);
  const detail::Misfits misfits = detail::find_misfits(derived.config, *found, sources->config);
  if (!misfits.none()) return refuse(misfits, request, watch);

  detail::CompatFinding compat{"", "asked for", true};
  if (request.compat) {
    compat.compat = *request.compat == Compat::kPaper ? "paper" : "released";
  } else {
    compat = detail::diagnose_compat(*found);
    derived.config.paper_for_colour_only = compat.compat == "paper";
    if (!compat.sure) derived.warnings.push_back(compat.reason + "; --compat paper takes the other");
  }
  derived.config.reading = compat.compat;
  derived.config.weights = weight_set(request, found->lightning, derived.warnings);
  say(watch, "compat " + compat.compat + ": " + compat.reason);
  say(watch, "weights " + derived.config.weights + ", " + detail::storage_name(request.storage) +
                 ", attention_weight_type " + derived.config.attention_weight_type + " (" + derived.fusion_reason +
                 ")");

  auto tensors = detail::plan_tensors(detail::expected_tensors(derived.config), request.storage);
  std::uint64_t total_bytes = 0;
  for (const PlannedTensor& tensor : tensors) total_bytes += detail::size_bytes(tensor);
  for (const auto& [role, path] : files_of(request)) total_bytes += std::filesystem::file_size(path);
  detail::Work work(watch, total_bytes);
  const auto origin = provenance(request, derived, compat, work);
  if (!origin) return tl::unexpected(origin.error());
  const std::string metadata =
      detail::metadata_text({"Diff-V2M, imported", detail::config_json(derived.config), *origin, kLicence});
  const auto written = detail::write_tensors(
      request.output, metadata, std::move(tensors), work, [&](const PlannedTensor& tensor, BundleWriter& writer) {
        return detail::write_piece(found->pieces.find(tensor.name)->second, tensor, writer);
      });
  if (!written) return tl::unexpected(written.error());
  return std::move(derived.warnings);
}

}  // namespace

Result<std::vector<std::string>> import_diffv2m(const ImportRequest& request, const ImportWatch& watch) {
  try {
    return import_or_throw(request, watch);
  } catch (const std::exception& thrown) {  // out of memory, a path that cannot be converted
    return fail(ErrorCode::kInternal, "cannot import '" + request.checkpoint.string() + "': " + thrown.what());
  }
}

}  // namespace photoplayer::model
