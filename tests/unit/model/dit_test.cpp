// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/network/dit.h>
#include <photoplayer/network/rhythm_predictor.h>

#include "support/catch.h"

using namespace photoplayer::network;

namespace {

constexpr std::int64_t kBatch = 2, kTokens = 8, kSlow = 4;

DitConfig small_config(Fusion fusion) {
  DitConfig config;
  config.latent_dims = 6, config.width = 128, config.depth = 2, config.head_dims = 32, config.cond_dims = 64;
  config.feed_forward_dims = 64, config.film_dims = 8, config.plan_numbers = 5, config.global_numbers = 3;
  config.semantic_dims = 7, config.colour_dims = 9, config.colour_hidden = 8;
  config.fusion = fusion;
  return config;
}

SeenConditions some_conditions(const DitConfig& config) {
  SeenConditions seen;
  seen.semantic = torch::randn({kBatch, kSlow, config.semantic_dims});
  seen.colour = torch::rand({kBatch, kSlow, config.colour_dims});
  seen.rhythm = torch::rand({kBatch, kTokens, config.rhythm_dims});
  seen.semantic_visible = torch::ones({kBatch, kSlow}, torch::kBool);
  seen.colour_visible = torch::ones({kBatch, kSlow}, torch::kBool);
  seen.rhythm_visible = torch::ones({kBatch, kTokens}, torch::kBool);
  seen.slow_beats = torch::arange(0, kTokens, 2, torch::kFloat);
  return seen;
}

struct Bench {
  explicit Bench(Fusion fusion = Fusion::kFilmGate) : config(small_config(fusion)) {
    torch::manual_seed(5);
    dit = Dit(config);
    torch::NoGradGuard guard;
    for (auto& p : dit->named_parameters()) {
      if (p.key() == "project_out.weight") p.value().normal_();  // starts at zero, which would hide everything
    }
    seen = some_conditions(config);
    x = torch::randn({kBatch, kTokens, config.latent_dims});
    plan = torch::randn({kBatch, kTokens, config.plan_numbers});
    global = torch::randn({kBatch, config.global_numbers});
  }
  torch::Tensor run(const SeenConditions& conditions, double t = 0.5) {
    torch::NoGradGuard guard;
    return dit(x, torch::full({kBatch}, t), plan, global, dit->contexts(conditions));
  }
  DitConfig config;
  Dit dit{nullptr};
  SeenConditions seen;
  torch::Tensor x, plan, global;
};

double difference(const torch::Tensor& a, const torch::Tensor& b) {
  return (a - b).abs().max().item<double>();
}

}  // namespace

TEST_CASE("Dit: every condition reaches the output") {
  Bench bench;
  const auto plain = bench.run(bench.seen);
  auto changed = bench.seen;
  SECTION("colour") {
    changed.colour = torch::rand_like(bench.seen.colour);
  }
  SECTION("semantics") {
    changed.semantic = torch::randn_like(bench.seen.semantic);
  }
  SECTION("rhythm") {
    changed.rhythm = torch::rand_like(bench.seen.rhythm);
  }
  SECTION("plan") {
    bench.plan = torch::randn_like(bench.plan);
  }
  SECTION("global") {
    bench.global = torch::randn_like(bench.global);
  }
  CHECK(difference(plain, bench.run(changed)) > 1e-4);
}

TEST_CASE("Dit: a hidden condition has no influence at all") {
  Bench bench;
  auto hidden = bench.seen;
  hidden.colour_visible = torch::zeros_like(hidden.colour_visible);
  hidden.semantic_visible = torch::zeros_like(hidden.semantic_visible);
  hidden.rhythm_visible = torch::zeros_like(hidden.rhythm_visible);
  const auto once = bench.run(hidden);
  hidden.colour = torch::rand_like(hidden.colour);
  hidden.semantic = torch::randn_like(hidden.semantic);
  hidden.rhythm = torch::rand_like(hidden.rhythm);
  CHECK(difference(once, bench.run(hidden)) == 0.0);
}

TEST_CASE("Dit: condition tokens know their place in time") {
  Bench bench;
  const auto plain = bench.run(bench.seen);
  auto swapped = bench.seen;
  swapped.rhythm = bench.seen.rhythm.flip(1);
  CHECK(difference(plain, bench.run(swapped)) > 1e-4);
}

TEST_CASE("Dit: FiLM_choose is a hard switch at its time, the gate is not") {
  const auto rhythm_matters = [](Bench& bench, double t) {
    auto changed = bench.seen;
    changed.rhythm = torch::rand_like(bench.seen.rhythm);
    return difference(bench.run(bench.seen, t), bench.run(changed, t)) > 1e-5;
  };
  Bench choose(Fusion::kFilmChoose), gate(Fusion::kFilmGate);
  CHECK_FALSE(rhythm_matters(choose, 0.5));
  CHECK(rhythm_matters(choose, 0.1));
  CHECK(rhythm_matters(gate, 0.5));
}

TEST_CASE("RhythmPredictor: a beat depends on the past only") {
  torch::manual_seed(6);
  RhythmPredictor predictor{RhythmPredictorConfig{}};
  torch::NoGradGuard guard;
  auto glances = torch::rand({1, 8, 32});
  const auto place = torch::rand({1, 8, 5}), semantic = torch::randn({1, 8, 512});
  const auto before = predictor(glances, place, semantic);
  glances.narrow(1, 5, 3).fill_(0.9);
  const auto after = predictor(glances, place, semantic);
  CHECK(difference(before.narrow(1, 0, 5), after.narrow(1, 0, 5)) < 1e-6);
  CHECK(difference(before.narrow(1, 5, 3), after.narrow(1, 5, 3)) > 1e-5);
}

TEST_CASE("DiT: a latent marked as clean is read as one at time 0, the others are not") {
  Bench bench;
  torch::NoGradGuard guard;
  const auto contexts = bench.dit->contexts(bench.seen);
  const auto run = [&](double t, const torch::Tensor& clean) {
    return bench.dit(bench.x, torch::full({kBatch}, t), bench.plan, bench.global, contexts, clean);
  };
  const auto none = torch::zeros({kBatch, kTokens}, torch::kBool);
  CHECK(difference(run(0.5, none), run(0.5, {})) == 0.0);
  CHECK(difference(run(0.0, none.logical_not()), run(0.0, {})) == 0.0);
  auto first = none.clone();
  first.narrow(1, 0, 3).fill_(true);
  CHECK(difference(run(0.5, first), run(0.5, {})) > 1e-3);
}
