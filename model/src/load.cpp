// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/model/load.h>
#include <photoplayer/model/semantic_encoder.h>
#include <photoplayer/model/synthesiser.h>
#include <torch/torch.h>

#include <nlohmann/json.hpp>
#include <thread>

#include "score_decoder.h"
#include "score_generator.h"
#include "style_follower.h"
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

Result<LoadedModel> load_parlour(const Bundle& bundle, const ModelSettings& settings) {
  const auto config = json::parse(bundle.config());
  const auto dit = dit_config(config);
  if (!dit) return tl::unexpected(dit.error());
  network::ScoreVaeConfig vae_config;
  vae_config.latent_dims = dit->latent_dims;
  vae_config.hidden = config.at("vae_hidden");
  if (vae_config.hidden < 1 || vae_config.hidden > 16384) {
    return fail(ErrorCode::kBadBundle, "the bundle's config has a size out of range");
  }

  ScoreNetworks networks{network::Dit(*dit), network::RhythmPredictor(network::RhythmPredictorConfig{})};
  network::ScoreVae vae(vae_config);
  for (const auto& filled : {fill(*networks.dit, bundle, "dit."), fill(*networks.predictor, bundle, "predictor."),
                             fill(*vae, bundle, "vae.")}) {
    if (!filled) return tl::unexpected(filled.error());
  }

  LoadedModel model;
  auto encoder = make_semantic_encoder(config.at("semantic").dump(), [&](const std::string& name, auto shape) {
    return bundle.read_f32(name, shape);
  });
  if (!encoder) return tl::unexpected(encoder.error());
  model.encoder = std::move(*encoder);

  auto choices = std::make_shared<ScoreChoices>();
  SynthSettings synth;
  synth.seed = settings.seed;
  synth.soundfont = settings.soundfont;
  auto synthesiser = make_fluid_synthesiser(synth);
  if (!synthesiser) return tl::unexpected(synthesiser.error());
  model.warning = (*synthesiser)->warning();
  model.parts.generator = make_score_generator(std::move(networks), settings.seed, choices);
  model.parts.decoder = make_score_decoder(make_roll_decoder(vae), choices);
  model.parts.synthesiser = std::make_unique<StyleFollower>(std::move(*synthesiser), choices);
  model.settings.seed = settings.seed;
  model.settings.steps = config.value("steps", 10);
  model.settings.guidance = config.value("guidance", 1.5F);
  const int window = config.value("window_rows", 32);
  model.settings.look_ahead_rows = 8;
  model.settings.context_rows = std::max(4, window - 8 - 3);  // the longest hop has three beats
  return model;
}

}  // namespace

Result<LoadedModel> load_model(const std::filesystem::path& path, const ModelSettings& settings) {
  auto bundle = Bundle::open(path);
  if (!bundle) return tl::unexpected(bundle.error());
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  at::set_num_threads(settings.threads > 0 ? settings.threads : static_cast<int>(cores));
  const auto blame = [&](const std::string& why) {
    return fail(ErrorCode::kBadBundle, "cannot use the bundle '" + path.string() + "': " + why);
  };
  if (bundle->info().family != "parlour") {
    return blame("family '" + bundle->info().family + "' is not supported by this version; use a 'parlour' bundle");
  }
  try {
    auto model = load_parlour(*bundle, settings);
    if (!model && model.error().code == ErrorCode::kBadBundle) return blame(model.error().message);
    return model;
  } catch (const std::exception& error) {
    return blame(error.what());
  }
}

}  // namespace photoplayer::model
