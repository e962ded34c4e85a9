// SPDX-License-Identifier: Apache-2.0
/// A bundle of the published kind through the engine, from pictures to sound.
#include <photoplayer/model/bundle_writer.h>
#include <photoplayer/model/load.h>
#include <photoplayer/stream/latent_clock.h>

#include <unistd.h>
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <vector>

#include "diffv2m_generator.h"
#include "support/catch.h"
#include "support/film.h"
#include "toy_diffv2m.h"

using namespace photoplayer;

namespace {

struct Folder {
  std::filesystem::path path = std::filesystem::temp_directory_path() / ("toy-diffv2m-" + std::to_string(::getpid()));
  Folder() { std::filesystem::create_directories(path); }
  ~Folder() { std::filesystem::remove_all(path); }
};

/// Six seconds of film with a still a second, whose meaning is `shade`.
std::vector<float> score(const std::filesystem::path& bundle, std::uint64_t seed, float shade, bool red = false) {
  auto model = model::load_model(bundle, {});
  if (!model) FAIL(model.error().message);
  model->settings.seed = seed;
  auto engine = stream::Engine::make(model->settings, std::move(model->parts));
  REQUIRE(engine);
  for (int second = 0; second < 6; ++second) {
    stream::SlowObservation still;
    still.time_s = second;
    std::fill_n(still.semantic.begin(), 64, 0.0F);
    for (std::size_t i = 0; i < 64; ++i) still.semantic[i] = std::sin(shade * static_cast<float>(i + 1));
    still.colour[red ? 0 : 2000] = 1.0F;
    (*engine)->timeline().push(still);
  }
  test::Film film;
  film.length_s = 6.0;
  film.cuts = {{4.2, 0.8F}};
  film.show_all((*engine)->timeline());
  std::vector<float> all, block(2 * 8192);
  while (true) {
    const auto got = (*engine)->pull(block, {});
    if (!got) FAIL(got.error().message);
    if (*got == 0) return all;
    all.insert(all.end(), block.begin(), block.begin() + static_cast<std::ptrdiff_t>(2 * *got));
  }
}

double difference(const std::vector<float>& a, const std::vector<float>& b) {
  REQUIRE(a.size() == b.size());
  double sum = 0.0, power = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    sum += std::pow(static_cast<double>(a[i]) - static_cast<double>(b[i]), 2.0);
    power += std::pow(static_cast<double>(a[i]), 2.0);
  }
  return std::sqrt(sum / power);
}

}  // namespace

TEST_CASE("A diffv2m bundle plays: sound as long as the film, the same for the same seed", "[model]") {
  const Folder folder;
  tests::write_toy_diffv2m(folder.path / "toy.bundle");
  const auto first = score(folder.path / "toy.bundle", 1, 0.3F);
  CHECK(first.size() == 2 * 6 * 44100);
  CHECK(std::all_of(first.begin(), first.end(), [](float v) { return std::isfinite(v) && std::abs(v) <= 1.0F; }));
  CHECK(std::count_if(first.begin(), first.end(), [](float v) { return std::abs(v) > 0.01F; }) > 6 * 44100);
  CHECK(score(folder.path / "toy.bundle", 1, 0.3F) == first);
  CHECK(difference(first, score(folder.path / "toy.bundle", 2, 0.3F)) > 0.5);
}

TEST_CASE("A diffv2m bundle hears what is seen; in the released reading colour stays unheard", "[model]") {
  const Folder folder;
  tests::write_toy_diffv2m(folder.path / "toy.bundle");
  const auto plain = score(folder.path / "toy.bundle", 1, 0.3F);
  CHECK(difference(plain, score(folder.path / "toy.bundle", 1, 1.7F)) > 0.05);
  CHECK(score(folder.path / "toy.bundle", 1, 0.3F, true) == plain);
}

TEST_CASE("What a diffv2m window is told: the last half minute, binned by its stills", "[model]") {
  stream::Timeline timeline;
  for (int second = 0; second < 45; ++second) {
    stream::SlowObservation still;
    still.time_s = 0.5 + second;
    still.semantic[0] = static_cast<float>(second);
    timeline.push(still);
  }
  timeline.push(stream::VisualEvent{20.4, stream::VisualEventKind::kCut, 0.9F});
  timeline.push(stream::VisualEvent{20.6, stream::VisualEventKind::kBeat, 0.4F});
  timeline.push(stream::VisualEvent{20.9, stream::VisualEventKind::kBeat, 0.7F});
  timeline.advance(45.0);
  double first_s = 0.0;
  const auto clip = model::clip_of(timeline, 44.0, 30, 8, first_s);
  REQUIRE(clip.semantic.sizes() == torch::IntArrayRef({30, 8}));
  CHECK(first_s == 14.5);
  CHECK(clip.semantic[0][0].item<float>() == 14.0F);
  CHECK(clip.semantic[29][0].item<float>() == 43.0F);
  CHECK(clip.scene_cut.sum().item<float>() == 1.0F);
  CHECK(clip.scene_cut[5].item<float>() == 1.0F);  // 19.5…20.5
  CHECK(clip.pseudo_beat[6].item<float>() == Approx(0.7F));
  CHECK(clip.pseudo_beat.sum().item<float>() == Approx(0.7F));

  stream::Timeline frozen;  // the camera hung from 3 to 23
  for (const double time_s : {0.0, 1.0, 2.0, 23.0, 24.0}) {
    stream::SlowObservation still;
    still.time_s = time_s;
    still.semantic[0] = static_cast<float>(time_s);
    frozen.push(still);
  }
  frozen.push(stream::VisualEvent{10.0, stream::VisualEventKind::kCut, 0.9F});
  frozen.advance(25.0);
  const auto held = model::clip_of(frozen, 25.0, 30, 8, first_s);
  REQUIRE(held.semantic.size(0) == 25);
  CHECK(held.semantic[22][0].item<float>() == 2.0F);
  CHECK(held.semantic[23][0].item<float>() == 23.0F);
  CHECK(held.scene_cut[10].item<float>() == 1.0F);
  CHECK(held.scene_cut.sum().item<float>() == 1.0F);

  double nothing_s = 0.0;
  const auto nothing = model::clip_of(stream::Timeline(), 3.0, 30, 8, nothing_s);
  CHECK(nothing.semantic.sizes() == torch::IntArrayRef({1, 8}));
  CHECK(nothing_s == 3.0);
}

TEST_CASE("A diffv2m bundle's config cannot ask for more memory than its file has", "[model]") {
  const Folder folder;
  const auto refused = [&](const std::string& from, const std::string& to) {
    tests::write_toy_diffv2m(folder.path / "bad.bundle", 1, from, to);
    const auto model = model::load_model(folder.path / "bad.bundle", {});
    REQUIRE_FALSE(model);
    CHECK(model.error().code == ErrorCode::kBadBundle);
    CHECK(model.error().message.size() < 2000);
    return model.error().message;
  };
  CHECK(refused("\"channels\": 4", "\"channels\": 262144").find("decoder.layers.0.weight") != std::string::npos);
  CHECK(refused("[2, 4, 4, 8, 8]", "[1, 8, 4, 8, 8]").find("odd") != std::string::npos);
  CHECK(refused("\"window_rows\": 66", "\"window_rows\": 5000").find("window_rows") != std::string::npos);
  CHECK(refused("\"depth\": 2", "\"depth\": 900").find("more") != std::string::npos);
}

TEST_CASE("A diffv2m bundle whose parts do not fit is refused with all that is wrong", "[model]") {
  const Folder folder;
  const std::vector<model::NamedTensor> tensors = {{"model.model.to_cond_embed.0.weight", {2, 2}, {1, 2, 3, 4}}};
  REQUIRE(model::write_bundle(
      folder.path / "bad.bundle",
      R"({"format":1,"family":"diffv2m","name":"bad","config":{"compat":"released"},"provenance":"a test","licence":"CC0-1.0"})",
      tensors));
  const auto model = model::load_model(folder.path / "bad.bundle", {});
  REQUIRE_FALSE(model);
  CHECK(model.error().code == ErrorCode::kBadBundle);
  CHECK(model.error().message.find("bad.bundle") != std::string::npos);
}
