// SPDX-License-Identifier: Apache-2.0
/// What the two readings of the paper differ in, each switch by what it does.
#include <photoplayer/diffv2m/network.h>

#include "support/catch.h"
#include "toy_network.h"

using namespace photoplayer;
using namespace photoplayer::diffv2m;
using namespace photoplayer::tests;

namespace {

torch::Tensor velocity(const Toy& toy, const Conditions& conditions, const torch::Tensor& x) {
  return toy.network.velocity(toy.network.prepare(conditions), x, 0.7, 3.0);
}

/// The condition tokens of the seconds in another order, the same for all contexts.
Conditions shuffled(const Toy& toy) {
  auto order = torch::arange(toy.config.max_seconds + 2);
  order.narrow(0, 0, 3).copy_(torch::tensor({2, 0, 1}));  // all clips are longer
  auto conditions = toy.conditions;
  for (Context* context : {&conditions.semantic, &conditions.rhythm, &conditions.colour}) {
    const auto own = order.narrow(0, 0, context->tokens.size(1));
    context->tokens = context->tokens.index_select(1, own);
  }
  return conditions;
}

}  // namespace

TEST_CASE("Compat: as released, the order of condition tokens is not seen; as in the paper, it is", "[diffv2m][unit]") {
  const Toy released(toy_config()), paper(toy_config("FiLM_choose", Compat::paper()));
  const auto x = torch::randn({2, 8, released.config.latent_dims});
  CHECK(relative_error(velocity(released, shuffled(released), x), velocity(released, released.conditions, x)) < 2e-5);
  CHECK(relative_error(velocity(paper, shuffled(paper), x), velocity(paper, paper.conditions, x)) > 1e-3);
}

TEST_CASE("Compat: colour arrives in the paper's reading only", "[diffv2m][unit]") {
  for (const bool paper : {false, true}) {
    const Toy toy(toy_config("FiLM_choose", paper ? Compat::paper() : Compat::released()));
    auto clips = toy.clips;
    for (auto& clip : clips) clip.colour = torch::rand_like(clip.colour) * 5.0;
    const auto x = torch::randn({2, 8, toy.config.latent_dims});
    const auto change =
        relative_error(velocity(toy, toy.conditioner.see(clips).value(), x), velocity(toy, toy.conditions, x));
    CHECK((change > 1e-3) == paper);
  }
}

TEST_CASE("Compat: a clip without colour hears none, and stays finite", "[diffv2m][unit]") {
  Compat compat = Compat::paper();
  const Toy toy(toy_config("FiLM_choose", compat));
  auto clips = toy.clips;
  clips[1].colour.reset();
  const auto blind = toy.conditioner.see(clips).value();
  const auto x = torch::randn({2, 8, toy.config.latent_dims});
  const auto v = velocity(toy, blind, x);
  CHECK(torch::isfinite(v).all().item<bool>());
  CHECK(relative_error(v[0], velocity(toy, toy.conditions, x)[0]) < 2e-5);
  // No token in sight counts as a zero, which is what the null branch makes of tokens of zeros.
  auto zeros = toy.conditions;
  zeros.colour.tokens = zeros.colour.tokens.clone();
  zeros.colour.tokens[1].zero_();
  CHECK(relative_error(v[1], velocity(toy, zeros, x)[1]) < 2e-5);
}

TEST_CASE("Compat: the residual is either replaced or kept", "[diffv2m][unit]") {
  // With no gain, a norm that replaces the residual silences all that came before it.
  for (const bool overwrite : {true, false}) {
    Compat compat;
    compat.residual_overwrite = overwrite;
    const auto config = toy_config("FiLM_choose", compat);
    auto weights = toy_weights(config);
    const std::string norm = "model.model.transformer.layers.2.cross_attend_norm.";
    for (const char* part : {"gamma", "beta"}) weights[norm + part] = torch::zeros_like(weights[norm + part]);
    const auto network = Network::make(config, weights).value();
    const auto conditions =
        Conditioner::make(config, weights).value().see({toy_clip(config, config.max_seconds)}).value();
    const auto window = network.prepare(conditions);
    const auto one = torch::randn({5, config.latent_dims}), other = torch::randn({5, config.latent_dims});
    const bool same =
        torch::allclose(network.velocity(window, one, 0.7, 1.0), network.velocity(window, other, 0.7, 1.0));
    CHECK(same == overwrite);
  }
}

TEST_CASE("Compat: the paper's predictor does not look ahead, the released one does", "[diffv2m][unit]") {
  for (const bool causal : {false, true}) {
    Compat compat;
    compat.causal_predictor = causal;
    const Toy toy(toy_config("FiLM_choose", compat));
    auto clips = toy.clips;
    clips[0].pseudo_beat = clips[0].pseudo_beat.clone();
    clips[0].pseudo_beat[4] += 2.0;
    const auto change = (toy.conditioner.see(clips).value().predicted_odf - toy.conditions.predicted_odf)[0].abs();
    CHECK((change.narrow(0, 0, 4).max().item<float>() > 0.0F) == !causal);
    CHECK(change[4].max().item<float>() > 1e-4F);
  }
}

TEST_CASE("Compat: predicted rhythm is put on the scale of real rhythm only in the paper's reading",
          "[diffv2m][unit]") {
  Compat compat;
  compat.renormalise_predicted_rhythm = true;
  const Toy raw(toy_config()), scaled(toy_config("FiLM_choose", compat));
  CHECK(torch::equal(raw.conditions.predicted_odf, scaled.conditions.predicted_odf));
  std::vector<torch::Tensor> predicted = {scaled.conditions.predicted_odf[0], scaled.conditions.predicted_odf[1]};
  const auto known = scaled.conditioner.known_rhythm(predicted, scaled.conditions.timing).value();
  CHECK(relative_error(scaled.conditions.rhythm.tokens, known.tokens) < 1e-5);
  CHECK(relative_error(raw.conditions.rhythm.tokens, known.tokens) > 1e-2);
}

TEST_CASE("Compat: with positions, a window moved with its conditions stays the same", "[diffv2m][unit]") {
  Compat compat;
  compat.cond_positions = Compat::Positions::kSeconds;
  auto config = toy_config("none", compat);
  config.latents_per_second = 4.0;
  const Toy toy(config);
  // The semantic context loses its timing tokens, whose place is the window's own.
  auto still = toy.conditions;
  still.semantic.visible = still.semantic.visible.clone();
  for (Context* context : {&still.semantic, &still.rhythm}) {
    context->visible = context->visible.clone();
    context->visible.slice(1, config.max_seconds).fill_(false);
    context->visible.slice(1, 4, config.max_seconds).fill_(false);
  }
  auto moved = still;
  for (Context* context : {&moved.semantic, &moved.rhythm}) {
    context->tokens = context->tokens.roll({2}, {1});
    context->visible = context->visible.roll({2}, {1});
  }
  const auto x = torch::randn({2, 8, config.latent_dims});
  const auto v = [&](const Conditions& conditions, double first) {
    return toy.network.velocity(toy.network.prepare(conditions, first), x, 0.7, 3.0);
  };
  CHECK(relative_error(v(moved, 2.0), v(still, 0.0)) < 2e-5);
  CHECK(relative_error(v(moved, 0.0), v(still, 0.0)) > 1e-3);
}
