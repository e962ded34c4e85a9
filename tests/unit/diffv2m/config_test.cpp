// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/diffv2m/config.h>
#include <photoplayer/diffv2m/layout.h>

#include <algorithm>
#include <string>

#include "support/catch.h"

using namespace photoplayer;
using namespace photoplayer::diffv2m;

namespace {

std::int64_t count_of(const std::vector<LayoutEntry>& layout, const std::string& part, Need need) {
  std::vector<LayoutEntry> some;
  std::copy_if(layout.begin(), layout.end(), std::back_inserter(some), [&](const LayoutEntry& entry) {
    return entry.need == need && entry.name.find(part) != std::string::npos;
  });
  return parameter_count(some);
}

}  // namespace

TEST_CASE("Layout: the published configuration has the published sizes", "[diffv2m][unit]") {
  const Config config;
  const auto dit = dit_layout(config);
  CHECK(parameter_count(dit) == 1'380'657'280);
  CHECK(count_of(dit, "layers.7.", Need::kParameter) == 57'109'120);
  CHECK(parameter_count(predictor_layout(config)) == 50'730'752);
  const auto conditioner = conditioner_layout(config);
  constexpr std::int64_t kVae = 77'989'888 + 78'122'626;
  CHECK(parameter_count(dit) + parameter_count(conditioner) + parameter_count(predictor_layout(config)) + kVae ==
        1'595'377'922);
  CHECK(static_cast<double>(count_of(conditioner, "", Need::kDead)) == Approx(2.76e6).epsilon(0.002));
  CHECK(static_cast<double>(parameter_count(clip_layout(config))) == Approx(87.8e6).epsilon(0.001));
}

TEST_CASE("Layout: only matrices of products may be stored in half", "[diffv2m][unit]") {
  Config config;
  std::int64_t kept = 0;
  for (const auto& entry : dit_layout(config)) {
    const bool matrix = is_product_matrix(entry.name, entry.shape);
    if (entry.name.find("self_attn") != std::string::npos) CHECK(matrix);
    if (entry.name.find("timestep_features") != std::string::npos) CHECK_FALSE(matrix);
    if (entry.shape.size() == 1) CHECK_FALSE(matrix);
    if (!matrix) kept += parameter_count({entry});
  }
  CHECK(kept < 50'000'000);  // FiLM is most of it; 3 % of the network
}

TEST_CASE("Config: a bundle's object is read, and what is absent keeps its default", "[diffv2m][unit]") {
  const auto config = config_from_json(
      R"({"compat":"paper","residual_overwrite":true,"attention_weight_type":"gate","width":256,"depth":2,
          "predictor":{"width":128},"clip":{"out":64},"vae":{"strides":[2,4],"c_mults":[1,2]},"steps":8,"switch_t":0.3})");
  REQUIRE(config);
  CHECK(config->compat.affective_source == Compat::Affective::kColour);
  CHECK(config->compat.cond_positions == Compat::Positions::kSeconds);
  CHECK(config->compat.residual_overwrite);  // a switch of its own wins over the reading
  CHECK(config->width == 256);
  CHECK(config->cond_dims == 768);
  CHECK(config->predictor.width == 128);
  CHECK(config->predictor.depth == 12);
  CHECK(config->clip.out == 64);
  CHECK(config->vae.strides == std::vector<std::int64_t>{2, 4});
  CHECK(config->steps == 8);
  CHECK(config->switch_t == 0.3);
  CHECK(config_from_json("{}")->compat.affective_source == Compat::Affective::kRhythm);
}

TEST_CASE("Config: what does not fit is refused with its key", "[diffv2m][unit]") {
  for (const auto& [json, key] :
       {std::pair{R"({"width":0})", "width"}, std::pair{R"({"depth":1e9})", "depth"},
        std::pair{R"({"compat":"mine"})", "compat"}, std::pair{R"({"predictor":3})", "predictor"},
        std::pair{R"({"predictor":{"depth":"x"}})", "predictor.depth"}, std::pair{R"({"switch_t":-1})", "switch_t"},
        std::pair{R"({"vae":{"strides":[]}})", "vae.strides"},
        std::pair{R"({"causal_predictor":1})", "causal_predictor"}, std::pair{"[]", "JSON"}}) {
    const auto config = config_from_json(json);
    INFO(json);
    REQUIRE_FALSE(config);
    CHECK(config.error().code == ErrorCode::kBadBundle);
    CHECK(config.error().message.find(key) != std::string::npos);
  }
}

TEST_CASE("Fusion: every name means something", "[diffv2m][unit]") {
  using Mix = Fusion::Mix;
  using Film = Fusion::Film;
  for (const auto& [name, mix, film] :
       {std::tuple{"FiLM_choose", Mix::kSwitch, Film::kAfter}, std::tuple{"FiLM", Mix::kSum, Film::kAfter},
        std::tuple{"preFiLM", Mix::kAverage, Film::kBefore}, std::tuple{"preFiLM_gate", Mix::kGate, Film::kBefore},
        std::tuple{"my_gate", Mix::kGate, Film::kNone}, std::tuple{"choose", Mix::kSwitch, Film::kNone},
        std::tuple{"none", Mix::kSemantic, Film::kNone}, std::tuple{"film", Mix::kAverage, Film::kNone}}) {
    INFO(name);
    CHECK(Fusion::from_name(name).mix == mix);
    CHECK(Fusion::from_name(name).film == film);
    CHECK(Fusion::from_name(name).affective);
  }
  CHECK_FALSE(Fusion::from_name("only_clip").affective);
}
