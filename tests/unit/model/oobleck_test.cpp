// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/network/oobleck.h>

#include <cstdlib>
#include <filesystem>

#include "random_oobleck.h"
#include "support/catch.h"
#include "support/safetensors_reader.h"

using namespace photoplayer;
using namespace photoplayer::network;

namespace {

OobleckConfig toy_config() {  // as in the parity file
  OobleckConfig config;
  config.channels = 16, config.c_mults = {1, 2, 4}, config.strides = {2, 4, 8}, config.latent_dims = 8;
  return config;
}

OobleckConfig narrow_config() {  // the published one in time, but not in width
  OobleckConfig config;
  config.channels = 2, config.c_mults = {1, 2, 2, 4, 4}, config.latent_dims = 4;
  return config;
}

std::map<std::string, torch::Tensor> weights_of(const torch::nn::Module& module) {
  std::map<std::string, torch::Tensor> weights;
  for (const auto& item : module.named_parameters()) weights["a." + item.key()] = item.value();
  return weights;
}

/// Largest error as a share of the expected tensor's standard deviation.
double relative_error(const torch::Tensor& actual, const torch::Tensor& expected) {
  return ((actual - expected).abs().max() / expected.std()).item<double>();
}

}  // namespace

TEST_CASE("Oobleck: equals the authors' own code on the parity file", "[model][parity]") {
  const char* shared = std::getenv("PHOTOPLAYER_SHARED");
  const auto path = std::filesystem::path(shared != nullptr ? shared : "") / "parity" / "oobleck.safetensors";
  if (shared == nullptr || !std::filesystem::exists(path)) {
    WARN("SKIPPED: no parity data at '" << path.string() << "' (PHOTOPLAYER_SHARED)");
    return;
  }
  torch::NoGradGuard guard;
  std::map<std::string, torch::Tensor> tensors;
  for (const auto& [name, tensor] : tests::read_safetensors(path)) {
    tensors[name] = torch::tensor(at::ArrayRef<float>(tensor.values)).view(tensor.shape);
  }
  OobleckEncoder encoder(toy_config());
  OobleckDecoder decoder(toy_config());
  REQUIRE(load_oobleck(*encoder, tensors, "weights.encoder."));
  REQUIRE(load_oobleck(*decoder, tensors, "weights.decoder."));

  const double encoder_error = relative_error(encoder(tensors["in.audio"]), tensors["out.mean_scale"]);
  const double decoder_error = relative_error(decoder(tensors["in.latent"]), tensors["out.audio"]);
  INFO("relative errors: encoder " << encoder_error << ", decoder " << decoder_error);
  CHECK(encoder_error <= 1e-4);
  CHECK(decoder_error <= 1e-4);
}

TEST_CASE("Oobleck: the published configuration has its published size", "[model][unit]") {
  const auto numbers = [](const torch::nn::Module& module) {
    std::int64_t count = 0;  // weight norm has a gain for each entry of a weight's first axis
    for (const auto& value : module.parameters()) count += value.numel() + (value.dim() == 3 ? value.size(0) : 0);
    return count;
  };
  CHECK(numbers(*OobleckEncoder(OobleckConfig{})) == 77989888);
  CHECK(numbers(*OobleckDecoder(OobleckConfig{})) == 78122626);
}

TEST_CASE("Oobleck: weights load under plain, weight-norm and parametrised names", "[model][unit]") {
  torch::NoGradGuard guard;
  const auto config = toy_config();
  auto source = tests::make_random_oobleck(config, 1);
  auto weights = weights_of(*source);
  const auto rename = [&](const std::string& g_name, const std::string& v_name) {
    for (const auto& [name, value] : weights_of(*source)) {
      if (!name.ends_with(".weight")) continue;
      const auto owner = name.substr(0, name.rfind("weight"));
      weights.erase(name);
      weights[owner + g_name] = value.norm(2, {1, 2}, true);
      weights[owner + v_name] = value * 3.0;
    }
  };
  SECTION("plain") {}
  SECTION("weight norm") {
    rename("weight_g", "weight_v");
  }
  SECTION("parametrised") {
    rename("parametrizations.weight.original0", "parametrizations.weight.original1");
  }
  OobleckDecoder copy(config);
  REQUIRE(load_oobleck(*copy, weights, "a."));
  const auto latents = torch::randn({1, config.latent_dims, 5});
  CHECK(relative_error(copy(latents), source(latents)) < 1e-5);
}

TEST_CASE("Oobleck: weights that do not fit are named, all at once", "[model][unit]") {
  auto source = tests::make_random_oobleck(toy_config(), 1);
  auto weights = weights_of(*source);
  weights.erase("a.layers.0.bias");
  weights["a.layers.4.alpha"] = torch::zeros({3});
  weights["a.layers.9.weight"] = torch::zeros({3});
  const auto loaded = load_oobleck(*source, weights, "a.");
  REQUIRE_FALSE(loaded);
  CHECK(loaded.error().code == ErrorCode::kBadBundle);
  for (const char* name : {"a.layers.0.bias", "a.layers.4.alpha", "a.layers.9.weight"}) {
    CHECK_THAT(loaded.error().message, Catch::Contains(name));
  }
}

TEST_CASE("Oobleck: a latent's sound depends on ten neighbours to either side and no more", "[model][unit]") {
  const auto config = narrow_config();
  CHECK(config.frames_per_latent() == 2048);
  CHECK(decoder_context(config) == 10);
  auto decoder = tests::make_random_oobleck(config, 2);
  decoder->to(torch::kDouble);  // the outermost influences are tiny

  constexpr std::int64_t kRows = 25, kRow = 12;
  auto latents = torch::randn({1, config.latent_dims, kRows}, torch::dtype(torch::kDouble).requires_grad(true));
  const auto sound_of = [&](const torch::Tensor& audio, std::int64_t row) {
    return audio.slice(-1, row * 2048, (row + 1) * 2048);
  };
  const auto whole = decoder(latents);
  sound_of(whole, kRow).sum().backward();
  for (std::int64_t row = 0; row < kRows; ++row) {
    INFO("row " << row);
    CHECK((latents.grad().select(-1, row).abs().max().item<double>() > 0.0) == (std::abs(row - kRow) <= 10));
  }

  torch::NoGradGuard guard;
  const auto error_with = [&](std::int64_t before, std::int64_t after) {
    const auto part = decoder(latents.slice(-1, kRow - before, kRow + 1 + after));
    return relative_error(sound_of(part, before), sound_of(whole, kRow));
  };
  const double enough = error_with(10, 10), short_before = error_with(9, 10), short_after = error_with(10, 9);
  INFO("relative errors: " << enough << ", one less before " << short_before << ", after " << short_after);
  CHECK(enough < 1e-12);
  CHECK(short_before > 1e-9);
  CHECK(short_after > 1e-9);
}
