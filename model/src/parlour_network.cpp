// SPDX-License-Identifier: Apache-2.0
#include "parlour_network.h"

#include <nlohmann/json.hpp>

#include "weights.h"

namespace photoplayer::model {
namespace {

using nlohmann::json;

Result<network::DitConfig> dit_config(const json& config) {
  network::DitConfig dit;
  dit.latent_dims = config.at("latent_dims");
  dit.width = config.at("width");
  dit.depth = config.at("depth");
  dit.head_dims = config.at("head_dims");
  dit.cond_dims = config.at("cond_dims");
  dit.feed_forward_dims = config.at("feed_forward_dims");
  dit.film_dims = config.at("film_dims");
  dit.colour_hidden = config.at("colour_hidden");
  dit.plan_numbers = config.at("plan_numbers");
  dit.global_numbers = config.at("global_numbers");
  const std::string fusion = config.at("fusion");
  const auto known = network::fusion_from_name(fusion);
  if (!known) return fail(ErrorCode::kBadBundle, "unknown fusion '" + fusion + "' in the bundle's config");
  dit.fusion = *known;
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

}  // namespace

Result<ParlourNetworks> load_parlour_networks(const Bundle& bundle) {
  const auto config = json::parse(bundle.config());
  const auto dit = dit_config(config);
  if (!dit) return tl::unexpected(dit.error());
  network::ScoreVaeConfig vae_config;
  vae_config.latent_dims = dit->latent_dims;
  vae_config.hidden = config.at("vae_hidden");
  if (vae_config.hidden < 1 || vae_config.hidden > 16384) {
    return fail(ErrorCode::kBadBundle, "the bundle's config has a size out of range");
  }

  ParlourNetworks result;
  result.score = {network::Dit(*dit), network::RhythmPredictor(network::RhythmPredictorConfig{})};
  result.vae = network::ScoreVae(vae_config);
  for (const auto& filled : {fill(*result.score.dit, bundle, "dit."), fill(*result.score.predictor, bundle, "predictor."),
                             fill(*result.vae, bundle, "vae.")}) {
    if (!filled) return tl::unexpected(filled.error());
  }
  return result;
}

}  // namespace photoplayer::model
