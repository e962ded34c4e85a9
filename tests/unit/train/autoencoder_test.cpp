// SPDX-License-Identifier: Apache-2.0
#include <set>

#include "discriminator.h"
#include "spectral_loss.h"
#include "support/catch.h"
#include "toy_run.h"

using namespace photoplayer;
using namespace photoplayer::train;

namespace {

double largest(const torch::Tensor& x) {
  return x.abs().max().item<double>();
}

torch::Tensor deviations(const torch::Tensor& latents) {
  return latents.std(at::IntArrayRef{0, 2}, /*unbiased=*/true);
}

}  // namespace

TEST_CASE("the spectral loss hears level, width and nothing else", "[train][vae]") {
  torch::manual_seed(1);
  const auto sound = torch::randn({2, 2, 2048}) * 0.1;
  const std::vector<std::int64_t> windows = {512, 128};
  CHECK(spectral_loss(sound, sound, windows).item<double>() == 0.0);
  CHECK(spectral_loss(-sound, sound, windows).item<double>() < 1e-6);
  CHECK(spectral_loss(sound * 0.5, sound, windows).item<double>() > 0.5);
  // Both channels have the spectra they had, only their difference has not.
  const auto turned = torch::stack({sound.select(1, 0), -sound.select(1, 1)}, 1);
  CHECK(spectral_loss(turned, sound, windows).item<double>() > 0.3);
  const auto silence = torch::zeros({1, 2, 2048}).requires_grad_();
  spectral_loss(silence, sound.narrow(0, 0, 1), windows).backward();
  CHECK(silence.grad().isfinite().all().item<bool>());
}

TEST_CASE("g and v are what loading makes of them, folded or not", "[train][vae]") {
  tests::ToyRun toy;
  const auto oobleck = oobleck_config(network_config(toy.config).vae);
  Autoencoder autoencoder(oobleck, torch::kCPU);
  {
    const torch::NoGradGuard guard;
    for (auto& [name, tensor] : autoencoder.parameters()) tensor.add_(0.1 * torch::randn(tensor.sizes()));
  }
  autoencoder.refresh();
  const auto latents = torch::randn({1, 8, 5});
  const auto expected = autoencoder.decode(latents).detach();
  for (const auto& published : {autoencoder.folded(), autoencoder.parameters()}) {
    network::OobleckDecoder decoder(oobleck);
    const auto loaded = network::load_oobleck(*decoder, published, "decoder.");
    REQUIRE(loaded);
    CHECK(largest(decoder(latents) - expected) < 1e-5 * largest(expected));
  }
}

TEST_CASE("latents come to deviation 1 and the sound stays as it is", "[train][vae]") {
  tests::ToyRun toy;
  torch::manual_seed(2);
  Autoencoder autoencoder(oobleck_config(network_config(toy.config).vae), torch::kCPU);
  const auto sound = random_sound(toy.clips(), 3, 2, 2048);
  const torch::NoGradGuard guard;
  const auto before = autoencoder.encode(sound);
  const auto heard = autoencoder.decode(before.mean);
  const auto factors = deviations(before.mean);
  autoencoder.divide_latents(factors);
  const auto after = autoencoder.encode(sound);
  CHECK(largest(deviations(after.mean) - 1.0) < 1e-3);
  CHECK(largest(autoencoder.decode(after.mean) - heard) < 1e-4 * largest(heard));
  CHECK(largest(before.mean / factors.view({1, -1, 1}) - after.mean) < 1e-3);
}

TEST_CASE("before any training, sound passes the autoencoder about as loud as it is", "[train][vae]") {
  auto config = oobleck_config(network_config({}).vae);
  const torch::NoGradGuard guard;
  torch::manual_seed(4);
  Autoencoder autoencoder(config, torch::kCPU);
  const auto one = 0.1 * torch::randn({1, 2, 16 * 2048}), other = 0.1 * torch::randn(one.sizes());
  const auto latents = autoencoder.encode(one);
  const auto size = [](const torch::Tensor& x) { return x.pow(2).mean().sqrt().item<double>(); };
  CHECK(size(latents.mean) > 10.0 * size(latents.deviation));
  const auto made = autoencoder.decode(latents.mean);
  CHECK(size(made) > 0.02);
  CHECK(size(made) < 0.5);
  CHECK(size(made - autoencoder.decode(autoencoder.encode(other).mean)) > 0.5 * size(made));
}

TEST_CASE("the autoencoder learns, first by waveform, then by spectrum, then against the discriminator",
          "[train][vae]") {
  tests::ToyRun toy;
  toy.config.vae.steps = 120;
  toy.config.vae.rate = 3e-3;
  toy.config.vae.discriminator_rate = 1e-2;
  torch::manual_seed(toy.config.seed);
  Autoencoder autoencoder(oobleck_config(network_config(toy.config).vae), torch::kCPU);
  RunLog log(toy.config.run_folder + "/log.jsonl");
  const auto clips = toy.clips();
  const auto before = train::measure(toy.config, clips, autoencoder);
  REQUIRE(train_autoencoder(toy.config, clips, autoencoder, log, tests::watch_until()));
  const auto after = train::measure(toy.config, clips, autoencoder);
  CHECK(after.spectral_loss < 0.7 * before.spectral_loss);
  const auto lines = tests::log_of(toy.folder(), "vae");
  REQUIRE(lines.size() == 12);
  CHECK(lines.back().at("spectral").get<double>() < 0.7 * lines.front().at("spectral").get<double>());
  const auto& vae = toy.config.vae;
  const auto by_waveform = [&](const nlohmann::json& line) {
    return vae.waveform_weight * line.at("waveform").get<double>() +
           vae.kl_weight * line.at("divergence").get<double>();
  };
  CHECK(lines[1].at("loss").get<double>() == Approx(by_waveform(lines[1])));
  CHECK(lines[3].at("loss").get<double>() ==
        Approx(by_waveform(lines[3]) + vae.stft_weight * lines[3].at("spectral").get<double>()));
  CHECK_FALSE(lines[5].contains("judging"));
  REQUIRE(lines[8].contains("judging"));
  CHECK(lines.back().at("judging").get<double>() < 1.98);  // 2 is what a judge pays who cannot tell
}

TEST_CASE("only a decoder that listens to its latents hears that they are swapped", "[train][vae]") {
  tests::ToyRun toy;
  torch::manual_seed(2);
  Autoencoder autoencoder(oobleck_config(network_config(toy.config).vae), torch::kCPU);
  const auto listening = train::measure(toy.config, toy.clips(), autoencoder);
  CHECK(std::abs(listening.swapped_loss - listening.spectral_loss) > 0.05);
  torch::NoGradGuard guard;
  autoencoder.parameters().at("decoder.layers.0.weight_g").zero_();
  autoencoder.refresh();
  const auto deaf = train::measure(toy.config, toy.clips(), autoencoder);
  CHECK(deaf.swapped_loss == Approx(deaf.spectral_loss).epsilon(1e-6));
}

TEST_CASE("every weight of autoencoder and discriminator is reached by a loss", "[train][vae]") {
  tests::ToyRun toy;
  torch::manual_seed(3);
  Autoencoder autoencoder(oobleck_config(network_config(toy.config).vae), torch::kCPU);
  Discriminator judge(toy.config.vae.discriminator_windows, 4);
  WeightNorm judge_norm(*judge);
  {
    // Loud verdicts: while all hinges are open, those of real and decoded sound cancel out in the biases.
    const torch::NoGradGuard guard;
    for (auto& [name, tensor] : judge_norm.parameters()) {
      if (name.ends_with("_g")) tensor.mul_(4.0);
    }
  }
  judge_norm.apply();
  const auto real = random_sound(toy.clips(), 3, 2, 2048);
  const auto latents = autoencoder.encode(real);
  const auto made = autoencoder.decode(latents.sample());
  const auto fooling = fooling_losses(*judge, real, made);
  (fooling.adversarial + fooling.features + 1e-4 * latents.divergence()).backward();
  for (const auto& [name, tensor] : autoencoder.parameters()) {
    INFO(name);
    REQUIRE(tensor.grad().defined());
    CHECK(largest(tensor.grad()) > 0.0);
  }
  for (const auto& [name, tensor] : judge_norm.parameters()) tensor.mutable_grad() = torch::Tensor();
  judge_norm.apply();
  judging_loss(*judge, real, made).backward();
  for (const auto& [name, tensor] : judge_norm.parameters()) {
    INFO(name);
    REQUIRE(tensor.grad().defined());
    CHECK(largest(tensor.grad()) > 0.0);
  }
}

TEST_CASE("an autoencoder whose training was interrupted is the one it would have been", "[train][vae]") {
  const auto trained = [](int first_stop) {
    tests::ToyRun toy;
    toy.config.vae.steps = 24;
    toy.config.vae.warm_up = 0.3;
    RunLog log(toy.config.run_folder + "/log.jsonl");
    const auto clips = toy.clips();
    for (const int stop : {first_stop, 1 << 30}) {
      torch::manual_seed(toy.config.seed);
      Autoencoder autoencoder(oobleck_config(network_config(toy.config).vae), torch::kCPU);
      if (train_autoencoder(toy.config, clips, autoencoder, log, tests::watch_until(stop))) return autoencoder.folded();
    }
    throw std::logic_error("never done");
  };
  const auto whole = trained(1 << 30), pieces = trained(13);
  for (const auto& [name, tensor] : whole) {
    INFO(name);
    CHECK(torch::equal(tensor, pieces.at(name)));
  }
}
