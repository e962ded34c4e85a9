// SPDX-License-Identifier: Apache-2.0
// `photoplayer eval` on folders that are made here: what is found, and what is said when there is nothing to find.
#include <nlohmann/json.hpp>

#include <atomic>

#include "clips.h"
#include "eval/eval_command.h"
#include "support/catch.h"

using namespace photoplayer;
using namespace photoplayer::tools;

namespace {

const std::atomic<bool> kNever{false};

Error error_of(const EvalOptions& options) {
  const auto outcome = evaluate(options, kNever);
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().message.find('\n') == std::string::npos);
  return outcome.error();
}

}  // namespace

TEST_CASE("eval: a film with its own sound is a pair; table, JSON and plot say so", "[tools][gst]") {
  const test::TemporaryFolder folder;
  std::filesystem::create_directory(folder / "pairs");
  test::make_film(folder / "pairs/tone.mp4");
  EvalOptions options;
  options.pairs = folder / "pairs";
  options.json = folder / "out.json";
  options.plots = folder / "plots";
  options.referees = false;
  const auto outcome = evaluate(options, kNever);
  if (!outcome) FAIL(outcome.error().message);
  CHECK(outcome->text.find("1 pairs") != std::string::npos);
  const auto json = nlohmann::json::parse(test::read_file(folder / "out.json"));
  CHECK(json["pieces"]["pairs"]["tone"]["seconds"].get<double>() == Approx(3.0).margin(0.1));
  CHECK(test::read_file(folder / "plots/tone-curves.png").substr(1, 3) == "PNG");
}

TEST_CASE("eval: nothing to measure is one line", "[tools][unit]") {
  const test::TemporaryFolder folder;
  std::filesystem::create_directory(folder / "empty");
  std::filesystem::create_directory(folder / "odd");
  test::write_file(folder / "odd/film.mp4", "no film");
  test::write_file(folder / "odd/music.wav", "no music");
  test::write_file(folder / "odd/score.mid", "no score");
  EvalOptions options;
  SECTION("no such folder") {
    options.pairs = folder / "none";
  }
  SECTION("no pairs") {
    options.pairs = folder / "empty";
  }
  SECTION("pairs that are none") {
    options.pairs = folder / "odd";
  }
  SECTION("no scores") {
    options.midi = folder / "empty";
  }
  SECTION("scores that are none") {
    options.midi = folder / "odd";
  }
  CHECK(error_of(options).code == ErrorCode::kBadInput);
}

TEST_CASE("eval: combinations that mean nothing are refused", "[tools][unit]") {
  EvalOptions options;
  CHECK(check(options).error().code == ErrorCode::kUsage);
  options.music = "music";
  CHECK(check(options).error().message.find("--reference") != std::string::npos);
  options.reference = "real";
  CHECK(check(options).error().message.find("--yamnet") != std::string::npos);
  options.yamnet = "weights";
  CHECK(check(options));
}
