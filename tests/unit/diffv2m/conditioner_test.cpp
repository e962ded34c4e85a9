// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/diffv2m/conditioner.h>

#include "support/catch.h"
#include "toy_network.h"

using namespace photoplayer;
using namespace photoplayer::diffv2m;
using namespace photoplayer::tests;

TEST_CASE("Conditioner: a rhythm token lies on one line", "[diffv2m][unit]") {
  const Toy toy(toy_config());
  const auto r = toy.conditions.predicted_odf[0];  // [seconds, 1]
  const auto tokens = toy.conditions.rhythm.tokens[0].narrow(0, 0, toy.config.max_seconds);
  const auto slope = (tokens[1] - tokens[0]) / (r[1] - r[0]);
  CHECK(relative_error(slope * (r - r[0]) + tokens[0], tokens) < 1e-4);
}

TEST_CASE("Conditioner: padding is out of sight, timing never", "[diffv2m][unit]") {
  const Toy toy(toy_config());
  const auto seconds = toy.config.max_seconds;
  for (const Context* context : {&toy.conditions.semantic, &toy.conditions.rhythm}) {
    REQUIRE(context->visible.sizes() == at::IntArrayRef({2, seconds + 2}));
    CHECK(context->visible[0].sum().item<std::int64_t>() == seconds + 2);
    CHECK(context->visible[1].sum().item<std::int64_t>() == seconds);
    CHECK(context->visible.slice(1, seconds).all().item<bool>());
    CHECK(torch::equal(context->tokens.slice(1, seconds), toy.conditions.timing));
  }
  CHECK(toy.conditions.colour.visible[1].sum().item<std::int64_t>() == seconds - 2);
}

TEST_CASE("Conditioner: seconds count as a share of their range and no further", "[diffv2m][unit]") {
  Toy toy(toy_config());
  auto clip = toy.clips[0];
  const auto global_at = [&](double total) {
    clip.seconds_total = total;
    return toy.conditioner.see({clip}).value().global;
  };
  CHECK(torch::equal(global_at(30.0), global_at(45.0)));
  CHECK_FALSE(torch::equal(global_at(30.0), global_at(29.0)));
}

TEST_CASE("Conditioner: what does not fit is refused with the clip's number", "[diffv2m][unit]") {
  const Toy toy(toy_config());
  const auto refused = [&](auto change) {
    auto clips = toy.clips;
    change(clips[1]);
    const auto seen = toy.conditioner.see(clips);
    return !seen && seen.error().code == ErrorCode::kBadInput &&
           seen.error().message.find("clip 1") != std::string::npos;
  };
  CHECK(refused([](Clip& clip) { clip.semantic = torch::zeros({4, 3}); }));
  CHECK(refused([](Clip& clip) { clip.semantic.reset(); }));
  CHECK(refused([](Clip& clip) { clip.scene_cut = torch::zeros({7}); }));
  CHECK(refused([](Clip& clip) { clip.pseudo_beat = torch::zeros({4, 1}); }));
  CHECK(refused([](Clip& clip) { clip.colour = torch::zeros({4, 3}); }));
  CHECK(refused([](Clip& clip) { clip.class_label = 3; }));
  CHECK(refused([&](Clip& clip) { clip = toy_clip(toy.config, toy.config.max_seconds + 1); }));
  CHECK_FALSE(toy.conditioner.see({}));

  auto weights = toy.weights;
  weights.erase("conditioner.conditioners.color.proj_out2.bias");
  weights["conditioner.conditioners.semantic.extractor.scene_embedding.weight"] = torch::zeros({2, 3});
  const auto made = Conditioner::make(toy.config, weights);
  REQUIRE_FALSE(made);
  CHECK(made.error().message.find("color.proj_out2.bias") != std::string::npos);
  CHECK(made.error().message.find("scene_embedding") != std::string::npos);
}
