// SPDX-License-Identifier: Apache-2.0
// The engine's sound on its way to YAMNet: mono at 16 kHz, one embedding per run, one row in the table.
#include "eval/sound_ear.h"

#include "clips.h"
#include "eval/eval_command.h"
#include "media/gst_support.h"
#include "media/mono_sound.h"
#include "scripted_model.h"
#include "support/catch.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdlib>
#include <numbers>
#include <numeric>

using namespace photoplayer;
using namespace photoplayer::tools;

namespace {

const std::atomic<bool> kNever{false};

std::filesystem::path weights() {
  const char* shared = std::getenv("PHOTOPLAYER_SHARED");
  return std::filesystem::path(shared != nullptr ? shared : "../shared") / "data/weights/yamnet_spectra_in.tflite";
}

bool skipped() {
  if (std::filesystem::exists(weights())) return false;
  WARN("SKIPPED: no weights at '" << weights().string() << "' (PHOTOPLAYER_SHARED)");
  return true;
}

double sine(double hz, std::size_t sample, double rate_hz) {
  return 0.5 * std::sin(2.0 * std::numbers::pi * hz * static_cast<double>(sample) / rate_hz);
}

/// One second at 44.1 kHz.
std::vector<float> tone(double hz, float left, float right) {
  std::vector<float> stereo;
  for (std::size_t i = 0; i < 44'100; ++i) {
    const auto value = static_cast<float>(sine(hz, i, 44'100.0));
    stereo.insert(stereo.end(), {left * value, right * value});
  }
  return stereo;
}

std::vector<float> at_16_khz(const std::vector<float>& stereo) {
  REQUIRE(start_gstreamer());
  const auto mono = mono_sound(stereo, 16'000);
  REQUIRE(mono);
  return *mono;
}

}  // namespace

TEST_CASE("mono_sound: the mean of the channels, in time and to the end", "[tools][gst]") {
  const auto mono = at_16_khz(tone(440.0, 1.0F, 0.5F));
  REQUIRE(mono.size() == 16'000);
  double worst = 0.0;
  // The filter rings where the tone begins and ends, and is late by a quarter of a sample at 44.1 kHz.
  for (std::size_t i = 50; i + 50 < mono.size(); ++i)
    worst = std::max(worst, std::abs(static_cast<double>(mono[i]) - 0.75 * sine(440.0, i, 16'000.0)));
  CHECK(worst < 0.01);
  CHECK(at_16_khz({}).empty());

  std::vector<float> click(2 * 44'100, 0.0F);
  click[click.size() - 20] = click[click.size() - 19] = 1.0F;
  const auto last = at_16_khz(click);
  CHECK(std::accumulate(last.end() - 50, last.end(), 0.0) == Approx(16'000.0 / 44'100.0).margin(0.05));
}

TEST_CASE("mono_sound: what 16 kHz cannot hold does not come back as another tone", "[tools][gst]") {
  const auto mono = at_16_khz(tone(10'000.0, 1.0F, 1.0F));
  float loudest = 0.0F;
  for (std::size_t i = 100; i + 100 < mono.size(); ++i) loudest = std::max(loudest, std::abs(mono[i]));
  CHECK(loudest < 1e-3F);
}

TEST_CASE("SoundEar: the mean over patches of what YAMNet hears", "[tools][golden]") {
  if (skipped()) return;
  const auto ear = SoundEar::load(weights());
  REQUIRE(ear);
  auto stereo = tone(440.0, 1.0F, 1.0F);
  const auto higher = tone(1500.0, 0.2F, 0.2F);
  stereo.insert(stereo.end(), higher.begin(), higher.end());
  const auto embedding = ear->embedding(stereo);
  REQUIRE(embedding);
  REQUIRE(embedding->size() == train::kYamnetDims);
  const auto heard = train::Yamnet::load(weights())->listen(at_16_khz(stereo));
  REQUIRE(heard->patches == 3);
  for (std::size_t i = 0; i < train::kYamnetDims; ++i) {
    double sum = 0.0;
    for (std::size_t patch = 0; patch < 3; ++patch)
      sum += static_cast<double>(heard->embeddings[patch * train::kYamnetDims + i]);
    REQUIRE((*embedding)[i] == Approx(sum / 3.0));
  }
  CHECK(ear->embedding({}).error().code == ErrorCode::kBadInput);
}

TEST_CASE("eval --controls --yamnet: styles are synthesised, and told apart by ear", "[tools][golden]") {
  const test::TemporaryFolder folder;
  test::write_tiny_bundle(folder / "tiny.bundle");
  EvalOptions options;
  options.bundle = folder / "tiny.bundle";
  options.json = folder / "out.json";
  options.seconds = 4.0;
  options.seeds = 2;
  options.controls = true;
  SECTION("weights that are none are refused before anything is run") {
    options.yamnet = folder / "tiny.bundle";
    std::atomic<bool> run{false};
    const auto outcome = evaluate(options, kNever, [&](const auto&, std::uint64_t) -> Result<LoadedModel> {
      run = true;
      return fail(ErrorCode::kInternal, "no model");
    });
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == ErrorCode::kBadInput);
    CHECK_FALSE(run);
  }
  SECTION("weights") {
    if (skipped()) return;
    options.yamnet = weights();
    const auto outcome = evaluate(options, kNever, test::scripted_model());
    if (!outcome) FAIL(outcome.error().message);
    const auto json = nlohmann::json::parse(test::read_file(folder / "out.json"));
    const auto& controls = json["pieces"]["controls"];
    CHECK(controls["style_in_sound"]["confusion"].size() == stream::kStyles);
    for (const auto& run : controls["runs"])
      CHECK(run["loudness"].is_number() == (run["question"] == "intensity" || run["question"] == "style"));
    const auto row = std::find_if(json["rows"].begin(), json["rows"].end(), [](const auto& one) {
      return one["name"] == "style heard in sound, all else free, accuracy";
    });
    REQUIRE(row != json["rows"].end());
    // A scripted model takes no notice of styles.
    CHECK((*row)["value"].get<double>() < 0.6);
    CHECK((*row)["note"].get<std::string>().find("shuffled") != std::string::npos);
  }
}
