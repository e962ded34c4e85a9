// SPDX-License-Identifier: Apache-2.0
/// `score` with a bundle that makes sound instead of notes.
#include "score_command.h"

#include "clips.h"
#include "scripted_model.h"
#include "sound_probe.h"
#include "support/catch.h"

#include <nlohmann/json.hpp>

using namespace photoplayer;
using namespace photoplayer::tools;
using namespace photoplayer::tools::test;

namespace {

const std::atomic<bool> kNever{false};

struct SoundBundleTest {
  SoundBundleTest() {
    make_film(folder / "film.mp4");
    write_tiny_bundle(folder / "a.bundle");
    options.film = folder / "film.mp4";
    options.bundle = folder / "a.bundle";
    options.output = folder / "a.wav";
  }
  TemporaryFolder folder;
  ScoreOptions options;
};

}  // namespace

TEST_CASE_METHOD(SoundBundleTest, "score, sound bundle: as long as the film, without notes or beats", "[tools][gst]") {
  options.report = folder / "r.json";
  const auto done = score(options, scripted_sound_model(), kNever);
  if (!done) FAIL(done.error().message);
  CHECK(done->empty());
  const Sound wav = read_sound(folder / "a.wav");
  CHECK(wav.seconds() == Approx(3.0).margin(0.003));
  CHECK(peak(wav.left) > 0.05F);
  const auto report = nlohmann::json::parse(read_file(folder / "r.json"));
  CHECK(report["beat_source"] == "none");
  CHECK(report["beats"].empty());
  CHECK(report["notes"] == 0);
  CHECK(report["seams"].size() == report["windows"].get<std::size_t>() - 1);
}

TEST_CASE_METHOD(SoundBundleTest, "score, sound bundle: what it cannot give is refused, and nothing is left behind",
                 "[tools][gst]") {
  SECTION("notes") {
    options.output = folder / "a.mid";
  }
  SECTION("stems") {
    options.stems_folder = folder / "stems";
  }
  const auto done = score(options, scripted_sound_model(), kNever);
  REQUIRE_FALSE(done);
  CHECK(done.error().code == ErrorCode::kUsage);
  CHECK(done.error().message.find("'a.bundle'") != std::string::npos);
  CHECK(folder.entries() == std::vector<std::string>{"a.bundle", "film.mp4"});
}

TEST_CASE_METHOD(SoundBundleTest, "score, sound bundle: wishes it cannot follow are named", "[tools][gst]") {
  options.controls.style = 3;
  const auto done = score(options, scripted_sound_model(), kNever);
  REQUIRE(done);
  REQUIRE(done->size() == 1);
  CHECK(done->front().find("--style") != std::string::npos);
}
