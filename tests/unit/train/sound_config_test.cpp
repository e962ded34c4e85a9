// SPDX-License-Identifier: Apache-2.0
#include "sound_config.h"

#include <cmath>

#include "clip_set.h"
#include "schedules.h"
#include "support/catch.h"

using namespace photoplayer;
using namespace photoplayer::train;

namespace {

std::string refusal(const std::string& json) {
  const auto config = sound_config_from_text(json, "x.json");
  return config ? "" : config.error().message;
}

}  // namespace

TEST_CASE("a sound config has a default for everything and names what it does not know", "[train][config]") {
  const auto config = sound_config_from_text(R"({"family": "diffv2m", "vae": {"steps": 7}})", "x.json");
  REQUIRE(config);
  CHECK(config->vae.steps == 7);
  CHECK(config->vae.batch == AutoencoderConfig{}.batch);
  CHECK(sound_config_from_text(text_of(*config), "again")->vae.steps == 7);
  CHECK_THAT(refusal(R"({"vae": {"step": 7}})"), Catch::Contains("'vae.step'"));
  CHECK_THAT(refusal(R"({"vae": 7})"), Catch::Contains("'vae'"));
  CHECK_THAT(refusal(R"({"dit": {"compat": "seed"}})"), Catch::Contains("paper or released"));
  CHECK_THAT(refusal(R"({"dit": {"width": 100}})"), Catch::Contains("whole heads"));
  CHECK_THAT(refusal(R"({"vae": {"segment_latents": 0}})"), Catch::Contains("segment"));
  CHECK_THAT(refusal("{"), Catch::Contains("not a training config"));
}

TEST_CASE("without rhythm a network has no branch that could hear one", "[train][config]") {
  SoundConfig config;
  config.dit.attention_weight_type = "FiLM";
  CHECK(network_config(config).fusion().uses_rhythm());
  config.ablation.no_rhythm = true;
  CHECK(network_config(config).attention_weight_type == "none");
  config.dit.compat = "released";  // there the affective slot hears rhythm, too
  CHECK(network_config(config).attention_weight_type == "only_clip");
  CHECK_FALSE(network_config(config).fusion().affective);
}

TEST_CASE("the real rhythm gives way to the predicted one as scheduled", "[train][config]") {
  ConditioningConfig schedule;
  CHECK(real_rhythm_share(schedule, 0.1) == 1.0);
  CHECK(real_rhythm_share(schedule, 0.4) == Approx(0.5));
  CHECK(real_rhythm_share(schedule, 0.7) == 0.0);
  schedule.least_real = 0.2;
  CHECK(real_rhythm_share(schedule, 0.4) == Approx(0.6));
  CHECK(real_rhythm_share(schedule, 1.0) == 0.2);
  schedule.mode = "real";
  CHECK(real_rhythm_share(schedule, 0.9) == 1.0);
  schedule.mode = "predicted";
  CHECK(real_rhythm_share(schedule, 0.0) == 0.0);
}

TEST_CASE("an onset belongs to the second in which it is, as pictures do", "[train][clips]") {
  std::vector<float> music(30 * 44'100, 0.0F);
  for (int i = 0; i < 400; ++i) music[static_cast<std::size_t>(3.7 * 44'100) + static_cast<std::size_t>(i)] = 0.5F;
  const auto loudest = [&](bool rounded) {
    const auto rhythm = rhythm_of(music, "odf", rounded);
    REQUIRE(rhythm);
    REQUIRE(rhythm->size() == 30);
    return std::max_element(rhythm->begin(), rhythm->end()) - rhythm->begin();
  };
  CHECK(loudest(false) == 3);
  CHECK(loudest(true) == 4);
}
