// SPDX-License-Identifier: Apache-2.0
#include "dataset.h"

#include <photoplayer/network/beat_plan.h>
#include <photoplayer/train/composer.h>
#include <photoplayer/train/piece_features.h>

#include <filesystem>

#include "support/catch.h"
#include "support/scratch_folder.h"

using namespace photoplayer;
using namespace photoplayer::train;
namespace fs = std::filesystem;

namespace {

TrainConfig few_pieces(const tests::ScratchFolder& folder) {
  TrainConfig config;
  config.run_folder = folder / "";
  config.composed_pieces = 6;
  config.pieces_with_pictures = 2;
  return config;
}

Dataset built(const TrainConfig& config) {
  auto data = Dataset::build_or_load(config, [](double) {});
  REQUIRE(data);
  return std::move(*data);
}

double share(const torch::Tensor& which) {
  return which.to(torch::kFloat).mean().item<double>();
}

}  // namespace

TEST_CASE("Dataset: its rolls are those of the pieces that it names, in any order of beats") {
  const tests::ScratchFolder folder;
  const auto data = built(few_pieces(folder));
  REQUIRE(data.sources().size() == 6);
  std::int64_t first = 0;
  for (const auto& source : data.sources()) {  // composer:<style>:<seed>
    ComposeSettings settings;
    settings.seed = std::stoull(source.substr(source.rfind(':') + 1));
    settings.style = static_cast<int>(settings.seed - 1000003) % stream::kStyles;
    const auto piece = compose(settings);
    REQUIRE(piece.source == source);
    const auto features = features_of(piece);
    const auto backwards = torch::arange(first + piece.beats - 1, first - 1, -1, torch::kLong);
    const auto rolls = data.rolls(backwards);
    for (int beat = 0; beat < piece.beats; ++beat) {
      const auto ones = rolls[piece.beats - 1 - beat].nonzero().view(-1).to(torch::kShort).contiguous();
      const auto& expected = features.roll[static_cast<std::size_t>(beat)];
      REQUIRE(std::vector<std::int16_t>(ones.data_ptr<std::int16_t>(), ones.data_ptr<std::int16_t>() + ones.numel()) ==
              expected);
    }
    first += piece.beats;
  }
  CHECK(first == data.beats());
}

TEST_CASE("Dataset: windows hide what a live window cannot know, and as often as said") {
  const tests::ScratchFolder folder;
  const auto data = built(few_pieces(folder));
  std::mt19937_64 random(3);
  const int batch = 3000, beats = 32;
  const auto window = data.random_window(batch, beats, random);
  const auto& seen = window.seen;

  // Pictured pieces are a third of all, and three windows in ten are from them anyway.
  const auto pictured = seen.colour_visible.any(1);
  CHECK(share(pictured) == Approx(0.9 * 0.8 * (0.3 + 0.7 / 3.0)).margin(0.05));
  const auto colour_sum = seen.colour.sum(-1);
  CHECK(torch::allclose(colour_sum, seen.colour_visible.to(torch::kFloat), 1e-3, 1e-2));
  // What is unseen once in a row of beats stays unseen to its end.
  const auto visible = seen.colour_visible.to(torch::kInt);
  CHECK((visible.slice(1, 1) <= visible.slice(1, 0, -1)).all().item<bool>());
  // Behind the last picture there are no glances; the last two thirds of windows know nothing of their last beat.
  const auto last_known = seen.colour_visible.select(1, beats / 2 - 1);
  CHECK(share(last_known.masked_select(pictured)) == Approx(0.3 + 0.7 * 2.0 / 25.0).margin(0.06));
  const auto dark = window.glances.abs().sum(-1).select(1, beats - 1) == 0.0;
  CHECK(share(dark.masked_select(pictured & last_known.logical_not())) > 0.9);

  CHECK_FALSE(seen.semantic_visible.any().item<bool>());  // no bank was given
  CHECK(share(seen.rhythm_visible) == Approx(0.9 * 0.9).margin(0.03));
  CHECK(torch::equal(seen.rhythm, window.onset_density));
  CHECK(share(window.global.narrow(1, 0, stream::kStyles).abs().sum(1) == 0.0) == Approx(0.15).margin(0.03));
  CHECK(share(window.plan.narrow(2, 37, 1) == 0.0) == Approx(0.15).margin(0.03));  // density is told
  CHECK(share(window.plan.narrow(2, 0, 24).abs().sum({1, 2}) == 0.0) == Approx(0.1).margin(0.03));
  // Its place in the bar is always known.
  CHECK(share(window.place.narrow(2, 0, 4).sum(2)) == 1.0);
  CHECK(torch::equal(window.place.narrow(2, 0, 4), window.plan.narrow(2, 24, 4)));
}

TEST_CASE("Dataset: kept unless told otherwise, and the same again from the cache") {
  const tests::ScratchFolder folder;
  auto config = few_pieces(folder);
  config.keep_dataset = false;
  const auto fresh = built(config);
  CHECK_FALSE(fs::exists(folder / "dataset.pt"));
  config.keep_dataset = true;
  (void)built(config);
  REQUIRE(fs::exists(folder / "dataset.pt"));
  const auto cached = built(config);
  std::mt19937_64 one(5), other(5);
  const auto a = fresh.random_window(20, 32, one), b = cached.random_window(20, 32, other);
  CHECK(torch::equal(a.plan, b.plan));
  CHECK(torch::equal(a.seen.colour, b.seen.colour));
  CHECK(torch::equal(fresh.rolls(fresh.random_beats(50, one)), cached.rolls(cached.random_beats(50, other))));

  config.window_beats = 4000;
  const auto none = Dataset::build_or_load(config, [](double) {});
  REQUIRE_FALSE(none);
  CHECK(none.error().code == ErrorCode::kBadInput);
}
