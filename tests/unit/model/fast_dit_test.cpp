// SPDX-License-Identifier: Apache-2.0
/// FastDit leaves out much of what Dit computes and must not be heard to.
#include <photoplayer/network/diffusion.h>
#include <photoplayer/network/fast_dit.h>

#include "support/catch.h"

using namespace photoplayer::network;

namespace {

constexpr std::int64_t kTokens = 11, kContext = 6, kSlow = 6;

struct Case {
  Fusion fusion = Fusion::kFilmGate;
  std::int64_t depth = 3;
  std::int64_t context = kContext;
  std::int64_t plan_numbers = 5;
  bool clean_context = true;
  bool exact_in_half = true;
};

/// Weights as large as trained ones, so that each part matters.
Dit random_dit(const Case& of) {
  DitConfig config;
  config.latent_dims = 6, config.width = 128, config.depth = of.depth, config.head_dims = 32, config.cond_dims = 64;
  config.feed_forward_dims = 72, config.film_dims = 8, config.plan_numbers = of.plan_numbers;
  config.global_numbers = 3, config.semantic_dims = 7, config.colour_dims = 9, config.colour_hidden = 8;
  config.fusion = of.fusion, config.clean_context = of.clean_context;
  torch::manual_seed(5);
  Dit dit(config);
  const torch::NoGradGuard no_gradients;
  for (auto& item : dit->named_parameters()) {
    auto& value = item.value();
    if (value.dim() == 2) value.normal_(0.0, 1.4 / std::sqrt(static_cast<double>(value.size(1))));
    if (value.dim() == 1) value.normal_(item.key().find("gamma") == std::string::npos ? 0.0 : 1.0, 0.5);
    if (of.exact_in_half) value.copy_(value.to(torch::kHalf));
  }
  for (auto& item : dit->named_buffers()) {
    if (item.key().find("beta") != std::string::npos) item.value().normal_(0.0, 0.3);
  }
  return dit;
}

struct Window {
  explicit Window(const DitConfig& config, std::int64_t known) : context(known) {
    torch::manual_seed(7);
    seen.semantic = torch::randn({1, kSlow, config.semantic_dims});
    seen.colour = torch::rand({1, kSlow, config.colour_dims});
    seen.rhythm = torch::rand({1, kTokens, config.rhythm_dims});
    seen.semantic_visible = torch::ones({1, kSlow}, torch::kBool);
    seen.colour_visible = torch::ones({1, kSlow}, torch::kBool);
    seen.rhythm_visible = torch::ones({1, kTokens}, torch::kBool);
    seen.slow_beats = torch::arange(0, 2 * kSlow, 2, torch::kFloat);
    x = torch::randn({kTokens, config.latent_dims});
    plan = torch::randn({kTokens, config.plan_numbers});
    global = torch::randn({config.global_numbers});
  }
  SeenConditions seen;
  torch::Tensor x, plan, global;
  std::int64_t context;
};

/// Of the latents behind the context, by Dit with two items, of which the second sees nothing.
torch::Tensor plain(Dit& dit, const Window& window, double t, double guidance) {
  const torch::NoGradGuard no_gradients;
  torch::Tensor clean;
  if (dit->config().clean_context) clean = (torch::arange(kTokens) < window.context).expand({2, kTokens});
  const auto both = [](const torch::Tensor& x) { return torch::stack({x, x}); };
  const auto v = dit(both(window.x), torch::full({2}, t), both(window.plan), both(window.global),
                     dit->contexts(seen_and_unseen(window.seen)), clean);
  return (v[1] + guidance * (v[0] - v[1])).narrow(0, window.context, kTokens - window.context);
}

torch::Tensor fast(Dit& dit, const Window& window, double t, double guidance) {
  const torch::NoGradGuard no_gradients;
  FastDit network(dit);
  network.begin({dit->contexts(window.seen), window.plan, window.global, window.context});
  return network.velocity(window.x, t, guidance).narrow(0, window.context, kTokens - window.context);
}

/// Of the largest difference to the size of what there is.
double difference(const torch::Tensor& a, const torch::Tensor& b) {
  return ((a - b).abs().max() / a.abs().max()).item<double>();
}

void check_same(const Case& of, double t, double guidance) {
  auto dit = random_dit(of);
  const Window window(dit->config(), of.context);
  const auto expected = plain(dit, window, t, guidance);
  REQUIRE(expected.abs().max().item<double>() > 0.1);
  CHECK(difference(expected, fast(dit, window, t, guidance)) < 1e-5);
}

}  // namespace

TEST_CASE("FastDit: equals Dit for each fusion, on both sides of its switch", "[model][unit]") {
  const auto fusion =
      GENERATE(Fusion::kFilmChoose, Fusion::kFilm, Fusion::kGate, Fusion::kFilmGate, Fusion::kChoose, Fusion::kAverage);
  const auto t = GENERATE(0.1, 0.7);
  CAPTURE(static_cast<int>(fusion), t);
  Case of;
  of.fusion = fusion;
  check_same(of, t, 1.5);
  check_same(of, t, 1.0);
}

TEST_CASE("FastDit: equals Dit whatever its size and its weights' width", "[model][unit]") {
  Case of;
  SECTION("one block, both first and last") {
    of.depth = 1;
  }
  SECTION("two blocks") {
    of.depth = 2;
  }
  SECTION("no context") {
    of.context = 0;
  }
  SECTION("one new latent") {
    of.context = kTokens - 1;
  }
  SECTION("context with noise") {
    of.clean_context = false;
  }
  SECTION("no plan") {
    of.plan_numbers = 0;
  }
  SECTION("weights that need all of fp32") {
    of.exact_in_half = false;
  }
  check_same(of, 0.6, 2.0);
  check_same(of, 0.6, 1.0);
}

TEST_CASE("FastDit: equals Dit when only a part is visible", "[model][unit]") {
  auto dit = random_dit({});
  Window window(dit->config(), kContext);
  auto& seen = window.seen;
  SECTION("of each context") {
    seen.semantic_visible[0][1] = false, seen.colour_visible[0][0] = false, seen.rhythm_visible[0][4] = false;
  }
  SECTION("no colour") {
    seen.colour_visible.fill_(false);
  }
  SECTION("no semantics") {
    seen.semantic_visible.fill_(false);
  }
  SECTION("no rhythm") {
    seen.rhythm_visible.fill_(false);
  }
  SECTION("nothing") {
    seen.semantic_visible.fill_(false), seen.colour_visible.fill_(false), seen.rhythm_visible.fill_(false);
  }
  CHECK(difference(plain(dit, window, 0.4, 3.0), fast(dit, window, 0.4, 3.0)) < 1e-5);
  CHECK(difference(plain(dit, window, 0.4, 1.0), fast(dit, window, 0.4, 1.0)) < 1e-5);
}

TEST_CASE("FastDit: windows and steps leave nothing behind", "[model][unit]") {
  auto dit = random_dit({});
  FastDit network(dit);
  const torch::NoGradGuard no_gradients;
  const auto step = [&](const Window& window, double t, double guidance) {
    return network.velocity(window.x, t, guidance).narrow(0, window.context, kTokens - window.context);
  };
  const Window first(dit->config(), 0), second(dit->config(), kContext);
  network.begin({dit->contexts(first.seen), first.plan, first.global, first.context});
  for (double t = 1.0; t > 0.0; t -= 0.013) static_cast<void>(step(first, t, 1.5));
  network.begin({dit->contexts(second.seen), second.plan, second.global, second.context});
  CHECK(difference(plain(dit, second, 0.5, 1.5), step(second, 0.5, 1.5)) < 1e-5);
  CHECK(difference(plain(dit, second, 0.2, 1.0), step(second, 0.2, 1.0)) < 1e-5);
  CHECK(difference(plain(dit, second, 0.9, 1.5), step(second, 0.9, 1.5)) < 1e-5);
  CHECK_THROWS(network.velocity(torch::zeros({kTokens + 1, 6}), 0.5, 1.0));
  CHECK(network.velocity(second.x, 0.5, 1.5).narrow(0, 0, kContext).abs().max().item<float>() == 0.0F);
}
