// SPDX-License-Identifier: Apache-2.0
#include "parlour_network.h"

#include <photoplayer/network/layered_vae.h>

#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "weights.h"

namespace photoplayer::model {
namespace {

using nlohmann::json;

/// -1, which no check lets pass, for what is not a whole number.
std::int64_t size_in(const json& config, const char* key) {
  const json& value = config.at(key);
  return value.is_number_integer() ? value.get<std::int64_t>() : -1;
}

Result<network::DitConfig> dit_config(const json& config) {
  network::DitConfig dit;
  dit.latent_dims = size_in(config, "latent_dims");
  dit.width = size_in(config, "width");
  dit.depth = size_in(config, "depth");
  dit.head_dims = size_in(config, "head_dims");
  dit.cond_dims = size_in(config, "cond_dims");
  dit.feed_forward_dims = size_in(config, "feed_forward_dims");
  dit.film_dims = size_in(config, "film_dims");
  dit.colour_hidden = size_in(config, "colour_hidden");
  dit.plan_numbers = size_in(config, "plan_numbers");
  dit.global_numbers = size_in(config, "global_numbers");
  const std::string fusion = config.at("fusion");
  const auto known = network::fusion_from_name(fusion);
  if (!known) return fail(ErrorCode::kBadBundle, "unknown fusion '" + fusion + "' in the bundle's config");
  dit.fusion = *known;
  dit.clean_context = config.value("context", "renoised") == "clean";
  if (dit.plan_numbers != network::kPlanNumbers || dit.global_numbers != network::kGlobalNumbers) {
    return fail(ErrorCode::kBadBundle, "the bundle plans with " + std::to_string(dit.plan_numbers) + "+" +
                                           std::to_string(dit.global_numbers) + " numbers, this build with " +
                                           std::to_string(network::kPlanNumbers) + "+" +
                                           std::to_string(network::kGlobalNumbers) + "; train it again");
  }
  // A config is as hostile as any other part of the file: refuse sizes that no bundle of this kind has.
  for (auto size : {dit.latent_dims, dit.width, dit.head_dims, dit.cond_dims, dit.feed_forward_dims, dit.film_dims,
                    dit.colour_hidden}) {
    if (size < 1 || size > 16384) return fail(ErrorCode::kBadBundle, "the bundle's config has a size out of range");
  }
  if (dit.depth < 1 || dit.depth > 64 || dit.width % dit.head_dims != 0 || dit.cond_dims % dit.head_dims != 0 ||
      (dit.width / dit.head_dims) % (dit.cond_dims / dit.head_dims) != 0 || dit.head_dims < 32) {
    return fail(ErrorCode::kBadBundle, "the bundle's config has sizes that do not fit together");
  }
  return dit;
}

Result<network::ScoreVaeConfig> vae_config_in(const json& config, std::int64_t latent_dims) {
  const auto bad = [](const std::string& what) { return fail(ErrorCode::kBadBundle, "the bundle's config " + what); };
  const auto found = config.find("layer_latents");
  if (found == config.end()) {
    const auto hidden = size_in(config, "vae_hidden");
    if (hidden < 1 || hidden > 16384) return bad("has a size out of range");
    return network::whole_vae(latent_dims, hidden);
  }
  if (!found->is_array() || found->size() != stream::kLayers) return bad("has 'layer_latents' that are no such list");
  network::LayerLatents dims{};
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < dims.size(); ++i) {
    const json& value = (*found)[i];
    dims[i] = value.is_number_integer() ? value.get<std::int64_t>() : -1;
    if (dims[i] < 1 || dims[i] > 1024) return bad("has a size in 'layer_latents' out of range");
    sum += dims[i];
  }
  if (sum != latent_dims) return bad("has 'layer_latents' that are not " + std::to_string(latent_dims) + " in sum");
  return network::layered_vae(dims);
}

/// A network is allocated before its tensors are read. So that a few bytes of config cannot ask for more memory than
/// there is, the tensors that decide its size are looked up first.
Result<void> check_sizes(const Bundle& bundle, const network::DitConfig& dit, const network::ScoreVaeConfig& vae) {
  using Shape = std::vector<std::int64_t>;
  std::vector<std::pair<std::string, Shape>> expected = {
      {"dit.project_in.weight", {dit.width, dit.latent_dims}},
      {"dit.to_cond_embed.0.weight", {dit.cond_dims, dit.cond_dims}},
      {"dit.colour_proj1.weight", {dit.colour_hidden, dit.colour_dims}}};
  for (std::size_t i = 0; i < vae.parts.size(); ++i) {
    const auto hidden = vae.parts[i].hidden;
    const std::string part = vae.parts.size() > 1 ? "part" + std::to_string(i) + "_" : "";
    expected.push_back({"vae." + part + "enc_mid.weight", {hidden, hidden}});
  }
  for (std::int64_t i = 0; i < dit.depth; ++i) {
    const std::string layer = "dit.layer" + std::to_string(i) + ".";
    expected.push_back({layer + "self_attn.to_qkv.weight", {3 * dit.width, dit.width}});
    expected.push_back({layer + "cross_attn0.to_kv.weight", {2 * dit.cond_dims, dit.cond_dims}});
    expected.push_back({layer + "ff.proj_out.weight", {dit.width, dit.feed_forward_dims}});
    expected.push_back({layer + "FiLM_gamma_sem.0.weight", {dit.film_dims, dit.film_dims}});
  }
  for (const auto& [name, shape] : expected) {
    const auto tensor = bundle.tensor(name);
    if (!tensor) return tl::unexpected(tensor.error());
    if (tensor->shape != shape) {
      return fail(ErrorCode::kBadBundle, "the shape of '" + name + "' does not fit the bundle's config");
    }
  }
  return {};
}

}  // namespace

Result<ParlourNetworks> load_parlour_networks(const Bundle& bundle) {
  const auto config = json::parse(bundle.config());
  const auto dit = dit_config(config);
  if (!dit) return tl::unexpected(dit.error());
  const auto vae_config = vae_config_in(config, dit->latent_dims);
  if (!vae_config) return tl::unexpected(vae_config.error());
  if (auto fits = check_sizes(bundle, *dit, *vae_config); !fits) return tl::unexpected(fits.error());

  ParlourNetworks result;
  result.score = {network::Dit(*dit), network::RhythmPredictor(network::RhythmPredictorConfig{})};
  result.vae = network::ScoreVae(*vae_config);
  for (const auto& filled : {fill(*result.score.dit, bundle, "dit."),
                             fill(*result.score.predictor, bundle, "predictor."), fill(*result.vae, bundle, "vae.")}) {
    if (!filled) return tl::unexpected(filled.error());
  }
  return result;
}

}  // namespace photoplayer::model
