// SPDX-License-Identifier: Apache-2.0
#include "save_bundle.h"

#include <photoplayer/model/bundle.h>
#include <photoplayer/model/bundle_writer.h>

#include <map>
#include <nlohmann/json.hpp>

#include "plain_tensors.h"

namespace photoplayer::train {
namespace {

void collect(const std::string& prefix, const torch::nn::Module& module, std::vector<model::NamedTensor>& out) {
  const auto add = [&](const std::string& name, const torch::Tensor& tensor) {
    const auto flat = tensor.detach().to(torch::kFloat).contiguous();
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

/// How many pieces came from where: "composer", "free-music", "openscore-lieder".
nlohmann::json count_sources(const std::vector<std::string>& sources) {
  int composed = 0, lieder = 0, other = 0;
  for (const auto& source : sources) {
    if (source.rfind("composer:", 0) == 0)
      ++composed;
    else if (source.find("lc") != std::string::npos)
      ++lieder;
    else
      ++other;
  }
  return {{{"what", "pieces by the project's own composer"}, {"count", composed}, {"licence", "Apache-2.0"}},
          {{"what", "OpenScore Lieder Corpus, segments"}, {"count", lieder}, {"licence", "CC0-1.0"}},
          {{"what", "Tanner Helland (tannerhelland.com), free-music, segments"},
           {"count", other},
           {"licence", "CC-BY-4.0"}}};
}

}  // namespace

Result<void> save_bundle(const TrainConfig& config, const std::vector<std::string>& sources, network::ScoreVaeImpl& vae,
                         JointModelImpl& model) {
  std::vector<model::NamedTensor> tensors;
  collect("vae.", vae, tensors);
  collect("dit.", *model.dit, tensors);
  collect("predictor.", *model.predictor, tensors);
  nlohmann::json provenance = {{"music", count_sources(sources)},
                               {"pictures", "rendered by the project's own picture renderer"}};
  if (!config.start_bundle.empty()) {  // its weights are in these, so its data are, too
    const auto start = model::Bundle::open(config.start_bundle);
    if (!start) return tl::unexpected(start.error());
    provenance["continued_from"] = {{"sha256", start->sha256()},
                                    {"provenance", nlohmann::json::parse(start->info().provenance)}};
  }
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
  const auto& dit = model.dit->config();
  nlohmann::json description = {
      {"format", 1},
      {"family", "parlour"},
      {"name", config.name},
      {"licence", "Apache-2.0; trained in part on CC-BY-4.0 music by Tanner Helland (tannerhelland.com)"},
      {"provenance", provenance},
      {"config",
       {{"latent_dims", dit.latent_dims},
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
        {"layer_latents", config.layer_latents},
        {"window_rows", config.window_beats},
        {"semantic", semantic_config}}}};
  if (config.distil_minutes > 0.0) {
    description["config"]["steps"] = config.distil_steps;
    description["config"]["guidance"] = 1.0;
  }
  return model::write_bundle(config.bundle_out, description.dump(), tensors);
}

}  // namespace photoplayer::train
