// SPDX-License-Identifier: Apache-2.0
#include "sound_bundle.h"

#include <photoplayer/diffv2m/clip_vision.h>
#include <photoplayer/diffv2m/sampler.h>
#include <photoplayer/train/train_sound.h>

#include <fstream>

#include "played_piece.h"
#include "support/catch.h"
#include "toy_run.h"

using namespace photoplayer;
using namespace photoplayer::train;

namespace {

double largest(const torch::Tensor& x) {
  return x.abs().max().item<double>();
}

}  // namespace

TEST_CASE("a bundle samples what the trained network samples", "[train][bundle]") {
  tests::ToyRun toy;
  toy.config.storage = "f32";
  toy.config.bundle_out = (toy.folder() / "toy.bundle").string();
  toy.config.dit.steps = 12;
  const auto clips = toy.clips();
  RunLog log(toy.config.run_folder + "/log.jsonl");
  torch::manual_seed(1);
  Autoencoder autoencoder(oobleck_config(network_config(toy.config).vae), torch::kCPU);
  DiffusionModel model(toy.config);
  REQUIRE(train_diffusion(toy.config, clips, toy.latents(), model, log, tests::watch_until()));
  REQUIRE(save_sound_bundle(toy.config, clips, autoencoder, model, {{"vae", 1}}));

  const auto opened = model::Bundle::open(toy.config.bundle_out);
  REQUIRE(opened);
  CHECK(opened->info().family == "diffv2m");
  const auto provenance = nlohmann::json::parse(opened->info().provenance);
  CHECK(provenance.at("music").at("styles").at("piano") == 4);
  CHECK(provenance.at("config").at("dit").at("steps") == 12);
  const auto bundle = std::make_shared<const model::Bundle>(model::Bundle::open(toy.config.bundle_out).value());
  const auto weights = diffv2m::weights_of(bundle).value();
  auto config = diffv2m::config_from_json(bundle->config()).value();
  config = diffv2m::sized_by(config, weights);
  config.latents_per_second = model.network().latents_per_second;  // a toy's hop, which no player takes
  CHECK(config.attention_weight_type == model.network().attention_weight_type);

  const torch::NoGradGuard guard;
  const auto played = [&](const diffv2m::Weights& from, bool fast) {
    const auto network = diffv2m::Network::make(config, from).value();
    const auto seen = diffv2m::Conditioner::make(config, from).value().see({clips.seen(1, 30)}).value();
    const auto window = network.prepare(seen, 2.0);
    torch::manual_seed(8);
    return diffv2m::ddim(torch::randn({1, 12, 8}), 10, [&](const torch::Tensor& x, double t) {
      if (fast) return network.velocity(window, x, t, 3.0);
      const auto times = torch::full({1}, t);
      const auto null = network.forward(x, times, seen, diffv2m::Network::Branch::kNull, 2.0);
      return null + 3.0 * (network.forward(x, times, seen, diffv2m::Network::Branch::kSeen, 2.0) - null);
    });
  };
  const auto learnt = played(model.weights(), /*fast=*/false), loaded = played(weights, /*fast=*/true);
  CHECK(largest(learnt - loaded) < 1e-3 * largest(learnt));
  CHECK(largest(learnt) > 0.1);

  network::OobleckDecoder decoder(oobleck_config(config.vae));
  std::map<std::string, torch::Tensor> tensors;
  const std::string prefix = "pretransform.model.decoder.";
  for (const auto& [name, tensor] : weights) {
    if (name.starts_with(prefix)) tensors.emplace(name, tensor);
  }
  REQUIRE(network::load_oobleck(*decoder, tensors, prefix));
  const auto latents = learnt.transpose(1, 2).contiguous();
  CHECK(largest(decoder(latents) - autoencoder.decode(latents)) < 1e-5);
  CHECK(diffv2m::ClipVision::make(config.clip, weights));
}

TEST_CASE("from a config to a bundle, with clips that are made once", "[train][clips]") {
  tests::ToyRun toy;
  toy.config.data.clips = 2;
  toy.config.vae.steps = toy.config.dit.steps = 2;
  toy.config.bundle_out = (toy.folder() / "toy.bundle").string();
  const auto path = (toy.folder() / "config.json").string();
  std::ofstream(path) << text_of(toy.config);
  const auto stopped = train_sound(
      path, [](const TrainProgress&) {}, [] { return true; });
  REQUIRE_FALSE(stopped);
  CHECK(stopped.error().code == ErrorCode::kCancelled);
  const auto done = train_sound(
      path, [](const TrainProgress&) {}, [] { return false; });
  if (!done) FAIL(done.error().message);
  CHECK(model::Bundle::open(toy.config.bundle_out));

  const auto set = make_or_load_clips(toy.config, {{}, [] { return true; }});  // not made again, or it would stop
  REQUIRE(set);
  CHECK(set->sources == std::vector<std::string>{clip_piece(0, toy.config.seed * 1'000'003).source,
                                                 clip_piece(1, toy.config.seed * 1'000'003 + 1).source});
  for (std::int64_t clip = 0; clip < 2; ++clip) {
    const auto sound = set->heard(clip, 0, kClip_frames);
    CHECK(sound.pow(2).mean().sqrt().item<double>() > 0.02);
    CHECK(largest(sound) <= 1.0);
    CHECK(std::abs(set->rhythm[clip].mean().item<double>()) < 1e-4);
    CHECK(set->rhythm[clip].std().item<double>() == Approx(1.0).margin(0.01));
    CHECK(set->colour[clip].sum(-1).mean().item<double>() == Approx(1.0).margin(1e-3));
    CHECK(set->semantic[clip].std(0).mean().item<double>() > 0.0);
  }
  CHECK_FALSE(torch::equal(set->sound[0], set->sound[1]));
  auto other = toy.config;
  other.seed = 2;
  const auto remade = make_or_load_clips(other, {{}, [] { return true; }});
  CHECK_FALSE(remade);  // it had to make them, and was stopped
}
