// SPDX-License-Identifier: Apache-2.0
/// Themes come back as music, not only as chords.
#include <photoplayer/model/bundle.h>

#include "harmony_plan.h"
#include "parlour_network.h"
#include "score_generator.h"
#include "support/catch.h"

using namespace photoplayer;

namespace {

constexpr std::uint64_t kSeed = 5;
constexpr std::int64_t kPhraseBeats = 32;
constexpr int kBeats = 8;

/// The first beats of phrase `phrase`, as if nothing had been played before.
torch::Tensor opening_of(stream::LatentGenerator& generator, std::int64_t phrase) {
  const stream::Timeline timeline;
  std::vector<double> times;
  for (int i = 0; i <= kBeats; ++i) times.push_back(0.5 * static_cast<double>(phrase * kPhraseBeats + i));
  const std::vector<float> noise(static_cast<std::size_t>(kBeats * generator.dims()), 0.0F);
  stream::WindowRequest request;
  request.first = phrase * kPhraseBeats, request.hop = kBeats;
  request.noise = noise;
  request.times_s = times;
  request.timeline = &timeline;
  request.tempo_bpm = 120.0;
  request.controls.style = 0, request.controls.scale = stream::ScaleMode::kMajor;
  request.controls.intensity = request.controls.density = 0.5F;
  request.steps = 4;
  const auto made = generator.generate(request);
  REQUIRE(made);
  return torch::tensor(made->latents);
}

double alike(const torch::Tensor& a, const torch::Tensor& b) {
  return torch::cosine_similarity(a, b, 0).item<double>();
}

}  // namespace

TEST_CASE("parlour: a theme that returns is nearly the same music, another theme is other music") {
  const auto bundle = model::Bundle::open(PHOTOPLAYER_BUNDLE_FOR_TESTS);
  REQUIRE(bundle);
  const auto networks = model::load_parlour_networks(*bundle);
  REQUIRE(networks);
  const auto generator = model::make_score_generator(networks->score, kSeed, std::make_shared<model::ScoreChoices>());
  model::HarmonyPlan plan(kSeed, 0, stream::ScaleMode::kMajor);
  const auto theme = [&](std::int64_t phrase) { return plan.phrase_of_bar(phrase * kPhraseBeats / 4).theme; };

  const auto first = opening_of(*generator, 0);
  int returns = 0, others = 0;
  for (std::int64_t phrase = 1; phrase < 8; ++phrase) {
    CAPTURE(phrase);
    const double likeness = alike(first, opening_of(*generator, phrase));
    if (theme(phrase) == theme(0)) {
      ++returns;
      CHECK(likeness > 0.8);
    } else {
      ++others;
      CHECK(likeness < 0.6);
    }
  }
  CHECK(returns > 0);
  CHECK(others > 0);
}
