// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/network/fast_oobleck.h>

#include "random_oobleck.h"
#include "support/catch.h"

using namespace photoplayer;
using namespace photoplayer::network;

namespace {

double relative_error(const torch::Tensor& actual, const torch::Tensor& expected) {
  REQUIRE(actual.sizes() == expected.sizes());
  return ((actual - expected).abs().max() / expected.std()).item<double>();
}

OobleckConfig small(bool snake = true, bool final_tanh = false) {
  OobleckConfig config;
  config.channels = 12, config.c_mults = {1, 2, 4}, config.strides = {2, 4, 8}, config.latent_dims = 8;
  config.snake = snake, config.final_tanh = final_tanh;
  return config;
}

void round_to_bf16(OobleckDecoder& decoder) {
  torch::NoGradGuard guard;
  for (auto& item : decoder->parameters()) item.copy_(item.to(torch::kBFloat16));
}

}  // namespace

TEST_CASE("FastOobleck: equals the plain decoder, short and in pieces", "[model][unit]") {
  torch::NoGradGuard guard;
  torch::manual_seed(3);
  const auto config = small(GENERATE(true, false), GENERATE(true, false));
  auto plain = tests::make_random_oobleck(config, 1);
  const bool bf16 = GENERATE(false, true);
  if (bf16) round_to_bf16(plain);
  const auto products = GENERATE(OobleckProducts::kDirect, OobleckProducts::kFewer);
  const FastOobleckDecoder fast(plain, products);
  for (const std::int64_t latents : {1, 2, 7, 130}) {  // 64 frames each; pieces begin at 3072 rows
    const auto x = torch::randn({2, config.latent_dims, latents});
    INFO("latents " << latents << " snake " << config.snake << " tanh " << config.final_tanh << " bf16 " << bf16
                    << " products " << static_cast<int>(products));
    CHECK(relative_error(fast(x), plain(x)) <= 1e-5);
  }
}

TEST_CASE("FastOobleck: equals the plain decoder at the published rates", "[model][unit]") {
  torch::NoGradGuard guard;
  torch::manual_seed(4);
  OobleckConfig config;
  config.channels = 8;
  auto plain = tests::make_random_oobleck(config, 2);
  const auto x = torch::randn({1, 64, 22});
  CHECK(relative_error(FastOobleckDecoder(plain)(x), plain(x)) <= 1e-5);
}

// Seven taps go in blocks of four moments, which begin elsewhere when only some of the frames are wanted: rounding
// differs, as it does from the plain decoder.
TEST_CASE("FastOobleck: some of the frames are what they are among all", "[model][unit]") {
  torch::NoGradGuard guard;
  torch::manual_seed(7);
  OobleckConfig config;
  config.channels = 8;
  const FastOobleckDecoder fast(tests::make_random_oobleck(config, 2));
  const std::int64_t latents = 26, frames = latents * config.frames_per_latent();
  const auto x = torch::randn({1, 64, latents}), all = fast(x);
  for (const Span span :
       {Span{0, 0}, Span{0, 4000}, Span{20480, 30000}, Span{30001, 30001}, Span{frames - 3, frames - 1}}) {
    INFO("frames " << span.first << " to " << span.last);
    const auto expected = all.narrow(2, span.first, span.last - span.first + 1);
    const auto actual = fast.frames(x, span);
    REQUIRE(actual.sizes() == expected.sizes());
    CHECK(((actual - expected).abs().max() / all.std()).item<double>() <= 1e-5);
  }
  CHECK_THROWS_AS(fast.frames(x, {0, frames}), c10::Error);
  CHECK_THROWS_AS(fast.frames(x, {-1, 5}), c10::Error);
}

TEST_CASE("FastOobleck: products of bf16 numbers stay within what bf16 rounds", "[model][unit]") {
  torch::NoGradGuard guard;
  torch::manual_seed(5);
  auto plain = tests::make_random_oobleck(small(), 1);
  round_to_bf16(plain);
  const FastOobleckDecoder fast(plain, OobleckProducts::kBFloat16);
  const auto x = torch::randn({1, 8, 9});
  const double error = relative_error(fast(x), plain(x));
  INFO("relative error " << error);
  CHECK(error <= 0.1);
  CHECK(error >= 1e-4);  // else the weights were not kept in bf16
}

TEST_CASE("FastOobleck: keeps its own weights", "[model][unit]") {
  torch::NoGradGuard guard;
  torch::manual_seed(6);
  auto plain = tests::make_random_oobleck(small(), 1);
  const FastOobleckDecoder fast(plain);
  const auto x = torch::randn({1, 8, 5}), before = fast(x);
  for (auto& item : plain->parameters()) item.zero_();
  CHECK(torch::equal(fast(x), before));
}
