// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/diffv2m/network.h>

#include "support/catch.h"
#include "toy_network.h"

using namespace photoplayer;
using namespace photoplayer::diffv2m;
using namespace photoplayer::tests;

namespace {

const std::vector<std::string> kFusions = {"FiLM_choose", "FiLM",   "preFiLM",   "preFiLM_gate", "gate",
                                           "timegate_2",  "choose", "only_clip", "none",         "something else"};

// Both ways add the same numbers in another order: a product over 64 to 128 terms, three blocks deep, guidance of 3.
// Measured: at most 6e-6.
constexpr double kSame = 2e-5;

}  // namespace

TEST_CASE("Network: the fast way equals the plain one, for every fusion and both readings", "[diffv2m][unit]") {
  const auto& name = GENERATE(from_range(kFusions));
  const bool paper = GENERATE(false, true);
  const Toy toy(toy_config(name, paper ? Compat::paper() : Compat::released()));
  for (const std::int64_t latents : {1, 7, 24}) {
    const auto x = torch::randn({2, latents, toy.config.latent_dims});
    const auto window = toy.network.prepare(toy.conditions);
    for (const double t : {1.0, 0.7, 0.2, 0.15}) {
      for (const double guidance : {1.0, 3.0, 0.5}) {
        const double error = relative_error(toy.network.velocity(window, x, t, guidance), toy.plain(x, t, guidance));
        INFO(name << (paper ? " paper" : " released") << ", " << latents << " latents, t " << t << ", guidance "
                  << guidance << ": " << error);
        CHECK(error < kSame);
      }
    }
  }
}

TEST_CASE("Network: each clip of a batch is alone in it", "[diffv2m][unit]") {
  const auto& name = GENERATE(as<std::string>{}, "FiLM_choose", "preFiLM_gate");
  const Toy toy(toy_config(name, Compat::paper()));
  const auto x = torch::randn({2, 9, toy.config.latent_dims});
  const auto both = toy.network.velocity(toy.network.prepare(toy.conditions), x, 0.6, 2.0);
  for (const std::size_t i : {0U, 1U}) {
    const auto own = toy.conditioner.see({toy.clips[i]}).value();
    const auto row = static_cast<std::int64_t>(i);
    // Without a batch, as the stream engine asks.
    const auto alone = toy.network.velocity(toy.network.prepare(own), x[row], 0.6, 2.0);
    CHECK(relative_error(alone, both[row]) < kSame);
  }
}

TEST_CASE("Network: tables made ahead change nothing; a full store starts anew", "[diffv2m][unit]") {
  Toy toy(toy_config());
  const auto x = torch::randn({2, 4, toy.config.latent_dims});
  const auto window = toy.network.prepare(toy.conditions);
  const auto first = toy.network.velocity(window, x, 0.25, 3.0);
  std::vector<double> times;
  for (int i = 1; i <= 600; ++i) times.push_back(i / 600.0);
  toy.network.tabulate(times);
  CHECK(torch::equal(toy.network.velocity(window, x, 0.25, 3.0), first));
}

TEST_CASE("Network: at t = 0.5 rhythm has no influence, at t = 0.1 semantics have none", "[diffv2m][unit]") {
  // The third slot is held still by the paper's reading, where it carries colour.
  const Toy toy(toy_config("FiLM_choose", Compat::paper()));
  const auto x = torch::randn({2, 8, toy.config.latent_dims});
  auto other_rhythm = toy.conditions, other_semantic = toy.conditions;
  other_rhythm.rhythm.tokens = torch::randn_like(toy.conditions.rhythm.tokens);
  other_semantic.semantic.tokens = torch::randn_like(toy.conditions.semantic.tokens);
  const auto v = [&](const Conditions& conditions, double t) {
    return toy.network.velocity(toy.network.prepare(conditions), x, t, 3.0);
  };
  CHECK(torch::equal(v(other_rhythm, 0.5), v(toy.conditions, 0.5)));
  CHECK(torch::equal(v(other_semantic, 0.1), v(toy.conditions, 0.1)));
  CHECK(torch::equal(v(other_semantic, 0.2), v(toy.conditions, 0.2)));  // the switch itself is rhythm's
  CHECK(relative_error(v(other_rhythm, 0.1), v(toy.conditions, 0.1)) > 0.01);
  CHECK(relative_error(v(other_semantic, 0.5), v(toy.conditions, 0.5)) > 0.01);
}

TEST_CASE("Network: the null branch equals the network without cross-attention", "[diffv2m][unit]") {
  // Norms and FiLM's shift stay: so zero only what attention puts out.
  const auto& name = GENERATE(as<std::string>{}, "FiLM_choose", "FiLM", "gate", "average");
  const Toy toy(toy_config(name));
  auto deaf = toy.weights;
  for (auto& [key, weight] : deaf) {
    if (key.find("cross_attn") != std::string::npos && key.ends_with("to_out.weight")) {
      weight = torch::zeros_like(weight);
    }
  }
  const auto without = Network::make(toy.config, deaf).value();
  const auto x = torch::randn({2, 8, toy.config.latent_dims});
  for (const double t : {0.8, 0.1}) {
    const auto null = toy.network.velocity(toy.network.prepare(toy.conditions), x, t, 0.0);
    CHECK(relative_error(null, without.velocity(without.prepare(toy.conditions), x, t, 1.0)) < kSame);
  }
}

TEST_CASE("Network: each item of a batch may have its own time in the plain forward", "[diffv2m][unit]") {
  const Toy toy(toy_config());
  const auto x = torch::randn({2, 5, toy.config.latent_dims});
  const auto mixed = toy.network.forward(x, torch::tensor({0.9F, 0.1F}), toy.conditions, Network::Branch::kSeen);
  CHECK(relative_error(mixed[0], toy.plain(x, 0.9, 1.0)[0]) < kSame);
  CHECK(relative_error(mixed[1], toy.plain(x, 0.1, 1.0)[1]) < kSame);
}

TEST_CASE("Network: weights that do not fit are named, all at once", "[diffv2m][unit]") {
  const auto config = toy_config();
  auto weights = toy_weights(config);
  weights.erase("model.model.transformer.layers.2.ff_norm.beta");  // a buffer of zeros may be absent
  REQUIRE(Network::make(config, weights));
  const std::string missing = "model.model.transformer.layers.1.cross_attn2.to_kv.weight";
  const std::string misshapen = "model.model.to_cond_embed.0.weight";
  const std::string whole = "model.model.transformer.project_in.weight";
  weights.erase(missing);
  weights[misshapen] = torch::zeros({3, 3});
  weights[whole] = weights[whole].to(torch::kInt64);
  const auto made = Network::make(config, weights);
  REQUIRE_FALSE(made);
  CHECK(made.error().code == ErrorCode::kBadBundle);
  for (const auto& name : {missing, misshapen, whole}) CHECK(made.error().message.find(name) != std::string::npos);

  auto narrow = config;
  narrow.head_dims = 48;
  CHECK_FALSE(Network::make(narrow, toy_weights(narrow)));
}
