// SPDX-License-Identifier: Apache-2.0
#include "sound_bundle.h"

#include <photoplayer/diffv2m/layout.h>
#include <photoplayer/model/bundle_writer.h>
#include <photoplayer/model/synthesiser.h>
#include <photoplayer/train/sources.h>

#include <filesystem>

namespace photoplayer::train {
namespace {

model::DType storage_of(const std::string& name) {
  return name == "f32" ? model::DType::kF32 : name == "bf16" ? model::DType::kBF16 : model::DType::kF16;
}

void add(std::vector<model::NamedTensor>& out, const std::string& name, const torch::Tensor& tensor,
         model::DType storage) {
  const auto flat = tensor.detach().cpu().to(torch::kFloat).contiguous();
  model::NamedTensor named;
  named.name = name;
  named.shape = flat.sizes().vec();
  named.storage = diffv2m::is_product_matrix(name, named.shape) ? storage : model::DType::kF32;
  named.values.assign(flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel());
  out.push_back(std::move(named));
}

nlohmann::json tower_of(const SoundConfig& config) {
  if (config.tower.bundle.empty()) {
    return {{"what", "random weights: what the tower says of a picture is the same each time, and no more"},
            {"licence", "Apache-2.0"}};
  }
  const auto bundle = model::Bundle::open(config.tower.bundle);
  if (!bundle) throw std::runtime_error(bundle.error().message);
  return {{"what", "the tower of another bundle"},
          {"name", bundle->info().name},
          {"sha256", bundle->sha256()},
          {"licence", bundle->info().licence},
          {"provenance", nlohmann::json::parse(bundle->info().provenance)}};
}

nlohmann::json provenance_of(const SoundConfig& config, const ClipSet& clips, const nlohmann::json& results) {
  const auto sources = count_sources(clips.sources);
  const auto soundfont = model::find_soundfont(config.data.soundfont);
  return {{"made_by", "photoplayer train"},
          {"music",
           {{"what", "half minutes by the project's own composer"},
            {"count", clips.clips()},
            {"held_out", config.data.held_out},
            {"styles", sources.composed},
            {"licence", "Apache-2.0"}}},
          {"sound",
           {{"what", "the project's own synthesiser, FluidSynth with a General MIDI soundfont"},
            {"soundfont", soundfont ? std::filesystem::path(soundfont->path).filename().string() : "unknown"}}},
          {"pictures",
           {{"what", "rendered by the project's own picture renderer, seen by the player's own perception"},
            {"licence", "Apache-2.0"}}},
          {"tower", tower_of(config)},
          {"seed", config.seed},
          {"results", results},
          {"config", nlohmann::json::parse(text_of(config))}};
}

nlohmann::json network_of(const SoundConfig& config, const diffv2m::Config& network) {
  auto json = nlohmann::json::parse(diffv2m::sizes_to_json(network));
  json["compat"] = config.dit.compat;
  json["rhythm"] = config.data.rhythm;
  json["weights"] = "ema";
  return json;
}

}  // namespace

Result<void> save_sound_bundle(const SoundConfig& config, const ClipSet& clips, const Autoencoder& autoencoder,
                               const DiffusionModel& model, const nlohmann::json& results) {
  const auto storage = storage_of(config.storage);
  std::vector<model::NamedTensor> tensors;
  for (const auto& [name, tensor] : autoencoder.folded()) add(tensors, "pretransform.model." + name, tensor, storage);
  for (const auto& [name, tensor] : model.playable()) add(tensors, name, tensor, storage);
  for (const auto& [name, tensor] : clips.tower) add(tensors, name, tensor, storage);
  const nlohmann::json description = {{"format", 1},
                                      {"family", "diffv2m"},
                                      {"name", config.name},
                                      {"licence", "Apache-2.0; trained on the sound of a soundfont, see provenance"},
                                      {"provenance", provenance_of(config, clips, results)},
                                      {"config", network_of(config, model.network())}};
  return model::write_bundle(config.bundle_out, description.dump(), tensors);
}

}  // namespace photoplayer::train
