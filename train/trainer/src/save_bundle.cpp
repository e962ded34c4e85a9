// SPDX-License-Identifier: Apache-2.0
#include "save_bundle.h"

#include <photoplayer/model/bundle.h>
#include <photoplayer/model/bundle_writer.h>
#include <photoplayer/train/sources.h>

#include <nlohmann/json.hpp>

#include "plain_tensors.h"
#include "provenance.h"

namespace photoplayer::train {
namespace {

void collect(const std::string& prefix, const torch::nn::Module& module, std::vector<model::NamedTensor>& out) {
  const auto add = [&](const std::string& name, const torch::Tensor& tensor) {
    const auto flat = tensor.detach().to(torch::kCPU, torch::kFloat).contiguous();
    model::NamedTensor named;
    named.name = prefix + name;
    named.storage = model::DType::kF16;
    named.shape = flat.sizes().vec();
    named.values.assign(flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel());
    out.push_back(std::move(named));
  };
  for (const auto& item : module.named_parameters()) add(item.key(), item.value());
  for (const auto& item : module.named_buffers()) add(item.key(), item.value());
}

nlohmann::json music_of(const std::vector<std::string>& names) {
  const Sources sources = count_sources(names);
  return {{{"what", "pieces by the project's own composer"},
           {"count", sources.composed_pieces},
           {"styles", sources.composed},
           {"licence", "Apache-2.0"}},
          {{"what", "OpenScore Lieder Corpus, segments of the same key and metre"},
           {"url", "https://github.com/OpenScore/Lieder"},
           {"count", sources.lieder_segments},
           {"scores", sources.lieder.size()},
           {"licence", "CC0-1.0"}},
          {{"what", "Tanner Helland (tannerhelland.com), free-music, segments of the same key and metre"},
           {"url", "https://github.com/tannerhelland/free-music"},
           {"count", sources.free_music_segments},
           {"titles", sources.free_music},
           {"licence", "CC-BY-4.0"},
           {"changes", "quantised, cut, transposed, spread over five layers, labelled"}}};
}

}  // namespace

nlohmann::json network_description(const TrainConfig& config, const network::DitConfig& dit) {
  return {{"latent_dims", dit.latent_dims},
          {"width", dit.width},
          {"depth", dit.depth},
          {"head_dims", dit.head_dims},
          {"cond_dims", dit.cond_dims},
          {"feed_forward_dims", dit.feed_forward_dims},
          {"film_dims", dit.film_dims},
          {"colour_hidden", dit.colour_hidden},
          {"plan_numbers", dit.plan_numbers},
          {"global_numbers", dit.global_numbers},
          {"fusion", config.fusion},
          {"compat", "paper"},
          {"context", dit.clean_context ? "clean" : "renoised"},
          {"layer_latents", config.layer_latents}};
}

Result<void> save_bundle(const TrainConfig& config, const std::vector<std::string>& sources, network::ScoreVaeImpl& vae,
                         JointModelImpl& model) {
  std::vector<model::NamedTensor> tensors;
  collect("vae.", vae, tensors);
  collect("dit.", *model.dit, tensors);
  collect("predictor.", *model.predictor, tensors);
  nlohmann::json provenance = {
      {"music", music_of(sources)},
      {"pictures",
       {{"what", "rendered by the project's own picture renderer, seen by the player's own perception"},
        {"pieces", config.pieces_with_pictures},
        {"licence", "Apache-2.0"}}},
      {"seed", config.seed}};
  nlohmann::json semantic_config;
  if (!config.semantic_weights.empty()) {
    auto semantic = read_plain_tensors(config.semantic_weights);
    if (!semantic) return tl::unexpected(semantic.error());
    for (auto& [name, tensor] : semantic->tensors) {
      tensors.push_back({name, tensor.shape, std::move(tensor.values), model::DType::kF16});
    }
    const auto text = [&](const char* key) { return nlohmann::json::parse(semantic->metadata[key], nullptr, false); };
    semantic_config = text("config");
    provenance["semantic"] = text("provenance");
  }
  // Weights of these are in ours, so their data are, too.
  const auto student_from = config.distil_minutes > 0.0 ? config.distil_start : "";
  for (const auto& [name, path] : {std::pair("continued_from", config.start_bundle), {"student_from", student_from}}) {
    if (path.empty()) continue;
    const auto start = model::Bundle::open(path);
    if (!start) return tl::unexpected(start.error());
    const auto earlier = nlohmann::json::parse(start->info().provenance);
    provenance[name] = {{"sha256", start->sha256()}, {"provenance", told_once(earlier, provenance)}};
  }
  auto made = network_description(config, model.dit->config());
  made["window_rows"] = config.window_beats;
  made["semantic"] = semantic_config;
  if (config.distil_minutes > 0.0) {
    made["steps"] = config.distil_steps;
    made["guidance"] = 1.0;
  }
  const nlohmann::json description = {
      {"format", 1},
      {"family", "parlour"},
      {"name", config.name},
      {"licence", "Apache-2.0; trained in part on CC-BY-4.0 music by Tanner Helland (tannerhelland.com)"},
      {"provenance", provenance},
      {"config", made}};
  return model::write_bundle(config.bundle_out, description.dump(), tensors);
}

}  // namespace photoplayer::train
