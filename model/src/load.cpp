// SPDX-License-Identifier: Apache-2.0
#include <dlfcn.h>
#include <photoplayer/model/load.h>
#include <photoplayer/model/semantic_encoder.h>
#include <photoplayer/model/synthesiser.h>
#include <torch/torch.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <thread>

#include "diffv2m_model.h"
#include "parlour_network.h"
#include "score_decoder.h"
#include "style_follower.h"

namespace photoplayer::model {
namespace {

using nlohmann::json;

/// A window is some thirty rows: too little to share, and on a busy machine the second thread's turn is what the first
/// one waits for. OpenBLAS keeps its own count, which LibTorch does not reach.
void use_threads(int threads) {
  at::set_num_threads(threads);
  using Setter = void (*)(int);
  if (auto* set = reinterpret_cast<Setter>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads"))) set(threads);
}

/// Checked before it becomes an int: a JSON number can be 1e300.
Result<double> number_in(const json& config, const char* key, double usual, double lowest, double highest) {
  const double value = config.value(key, usual);
  if (value >= lowest && value <= highest) return value;
  char text[120];
  std::snprintf(text, sizeof text, "its config says %s %g; allowed is %g to %g", key, value, lowest, highest);
  return fail(ErrorCode::kBadBundle, text);
}

Result<LoadedModel> load_parlour(const Bundle& bundle, const ModelSettings& settings) {
  const auto config = json::parse(bundle.config());
  const auto steps = number_in(config, "steps", 8, 1, 1000);
  const auto guidance = number_in(config, "guidance", 1.5, 0, 20);
  const auto window = number_in(config, "window_rows", 32, 12, 59);
  for (const auto* number : {&steps, &guidance, &window}) {
    if (!*number) return tl::unexpected(number->error());
  }
  auto networks = load_parlour_networks(bundle);
  if (!networks) return tl::unexpected(networks.error());

  LoadedModel model;
  auto encoder = make_semantic_encoder(
      config.at("semantic").dump(), [&](const std::string& name, auto shape) { return bundle.read_f32(name, shape); });
  if (!encoder) return tl::unexpected(encoder.error());
  model.encoder = std::move(*encoder);

  auto choices = std::make_shared<ScoreChoices>();
  SynthSettings synth;
  synth.seed = settings.seed;
  synth.soundfont = settings.soundfont;
  auto synthesiser = make_fluid_synthesiser(synth);
  if (!synthesiser) return tl::unexpected(synthesiser.error());
  model.warning = (*synthesiser)->warning();
  model.parts.generator = make_score_generator(std::move(networks->score), settings.seed, choices);
  model.parts.decoder = make_score_decoder(make_roll_decoder(networks->vae), choices);
  model.parts.synthesiser = std::make_unique<StyleFollower>(std::move(*synthesiser), choices);
  model.settings.seed = settings.seed;
  model.settings.steps = static_cast<int>(*steps);
  model.settings.guidance = static_cast<float>(*guidance);
  model.settings.look_ahead_rows = 8;
  model.settings.context_rows = std::max(4, static_cast<int>(*window) - 8 - 3);  // the longest hop has three beats
  return model;
}

Result<LoadedModel> load_family(const std::shared_ptr<const Bundle>& bundle, const ModelSettings& settings) {
  const std::string& family = bundle->info().family;
  if (family == "parlour") {
    use_threads(settings.threads > 0 ? settings.threads : 1);
    return load_parlour(*bundle, settings);
  }
  if (family == "diffv2m") {
    const auto cores = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    use_threads(settings.threads > 0 ? settings.threads : cores);
    return load_diffv2m(bundle);
  }
  return fail(ErrorCode::kBadBundle,
              "family '" + family + "' is not supported by this version; 'parlour' and 'diffv2m' are");
}

}  // namespace

Result<LoadedModel> load_model(const std::shared_ptr<const Bundle>& bundle, const ModelSettings& settings) {
  const auto blame = [&](const std::string& why) {
    return fail(ErrorCode::kBadBundle, "cannot use the bundle '" + bundle->path().string() + "': " + why);
  };
  try {
    auto model = load_family(bundle, settings);
    if (!model && model.error().code == ErrorCode::kBadBundle) return blame(model.error().message);
    return model;
  } catch (const std::exception& error) {
    return blame(error.what());
  }
}

Result<LoadedModel> load_model(const std::filesystem::path& path, const ModelSettings& settings) {
  auto bundle = Bundle::open(path);
  if (!bundle) return tl::unexpected(bundle.error());
  return load_model(std::make_shared<const Bundle>(std::move(*bundle)), settings);
}

}  // namespace photoplayer::model
