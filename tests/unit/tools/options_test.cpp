// SPDX-License-Identifier: Apache-2.0
#include "command_line.h"

#include "support/catch.h"

#include <string>
#include <variant>
#include <vector>

using namespace photoplayer;
using namespace photoplayer::tools;

namespace {

Result<Command> parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "photoplayer");
  return parse_command_line(static_cast<int>(arguments.size()), arguments.data());
}

}  // namespace

TEST_CASE("Command line: every option of score arrives", "[tools][unit]") {
  const auto command = parse(
      {"score",        "in.mp4", "-o",          "out.FLAC", "--bundle",  "b",       "--seed",    "18446744073709551615",
       "--steps",      "7",      "--guidance",  "2.5",      "--mode",    "instant", "--style",   "Lofi",
       "--tempo",      "96.5",   "--key",       "F#m",      "--valence", "-0.5",    "--arousal", "1",
       "--density",    "0.25",   "--intensity", "0.75",     "--follow",  "0.5",     "--stems",   "s",
       "--keep-sound", "mix",    "--realtime",  "--report", "r.json"});
  REQUIRE(command);
  const auto& options = std::get<ScoreOptions>(*command);
  CHECK(options.film == "in.mp4");
  CHECK(output_kind(options.output) == OutputKind::kFlac);
  CHECK(options.bundle == "b");
  CHECK(options.seed == 18446744073709551615ULL);
  CHECK(options.steps == 7);
  CHECK(options.guidance == 2.5);
  CHECK(options.mode == stream::Mode::kInstant);
  CHECK(options.controls.style == 3);
  CHECK(options.controls.tempo_bpm == 96.5);
  CHECK(options.controls.key == 6);
  CHECK(options.controls.scale == stream::ScaleMode::kMinor);
  CHECK(options.controls.valence == -0.5F);
  CHECK(options.controls.arousal == 1.0F);
  CHECK(options.controls.density == 0.25F);
  CHECK(options.controls.intensity == 0.75F);
  CHECK(options.controls.follow == 0.5F);
  CHECK(options.stems_folder == "s");
  CHECK(options.keep_sound == KeepSound::kMix);
  CHECK(options.realtime);
  CHECK(options.report == "r.json");
}

TEST_CASE("Command line: help is whole, and an unknown name is told with those that are known", "[tools][unit]") {
  for (const char* command : {"score", "latency", "import", "eval"}) {
    const auto asked = parse({command, "--help"});
    REQUIRE(asked);
    const std::string& text = std::get<Answer>(*asked).text;
    CAPTURE(command, text);
    CHECK(text.find('\0') == std::string::npos);
    CHECK(text.find("->") == std::string::npos);  // no table of a library's own
  }
  const auto help = parse({"score", "--help"});
  CHECK(std::get<Answer>(*help).text.find("aligned|instant") != std::string::npos);
  const auto wrong = parse({"score", "in.mp4", "-o", "out.wav", "--keep-sound", "loud"});
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().message.find("'loud' is none of off|mix|track") != std::string::npos);
}

TEST_CASE("Command line: what is not said stays unset", "[tools][unit]") {
  const auto command = parse({"score", "in.mp4", "-o", "out.wav"});
  REQUIRE(command);
  const auto& options = std::get<ScoreOptions>(*command);
  CHECK_FALSE(options.steps);
  CHECK_FALSE(options.guidance);
  CHECK_FALSE(options.controls.style);
  CHECK_FALSE(options.controls.key);
  CHECK_FALSE(options.controls.tempo_bpm);
  CHECK(options.mode == stream::Mode::kAligned);
  CHECK(options.seed == 1);
}

TEST_CASE("Command line: a mistake is a usage error of one line", "[tools][unit]") {
  const std::vector<std::vector<const char*>> mistakes = {
      {},
      {"sing"},
      {"score"},
      {"score", "in.mp4"},
      {"score", "in.mp4", "-o", "out.mp3"},
      {"score", "in.mp4", "-o", "out"},
      {"score", "in.mp4", "-o", "out.wav", "extra"},
      {"score", "in.mp4", "-o", "out.wav", "--colour", "red"},
      {"score", "in.mp4", "-o", "out.wav", "--seed", "-1"},
      {"score", "in.mp4", "-o", "out.wav", "--seed", "one"},
      {"score", "in.mp4", "-o", "out.wav", "--steps", "0"},
      {"score", "in.mp4", "-o", "out.wav", "--steps", "2.5"},
      {"score", "in.mp4", "-o", "out.wav", "--guidance", "nan"},
      {"score", "in.mp4", "-o", "out.wav", "--mode", "later"},
      {"score", "in.mp4", "-o", "out.wav", "--style", "polka"},
      {"score", "in.mp4", "-o", "out.wav", "--tempo", "49"},
      {"score", "in.mp4", "-o", "out.wav", "--tempo", "nan"},
      {"score", "in.mp4", "-o", "out.wav", "--tempo", "181"},
      {"score", "in.mp4", "-o", "out.wav", "--key", "H"},
      {"score", "in.mp4", "-o", "out.wav", "--key", "C locrian"},
      {"score", "in.mp4", "-o", "out.wav", "--valence", "1.5"},
      {"score", "in.mp4", "-o", "out.wav", "--arousal", "-2"},
      {"score", "in.mp4", "-o", "out.wav", "--density", "inf"},
      {"score", "in.mp4", "-o", "out.wav", "--intensity", "1.1"},
      {"score", "in.mp4", "-o", "out.wav", "--follow", "nan"},
      {"score", "in.mp4", "-o", "out.wav", "--keep-sound", "track"},
      {"score", "in.mp4", "-o", "out.mid", "--keep-sound", "mix"},
      {"score", "in.mp4", "-o", "out.mp4", "--keep-sound", "loud"},
      {"score", "in.mp4", "-o", "out.wav", "--report", "out.wav"},
      {"score", "in.mp4", "-o", "out.wav", "--report", "./x/../out.wav"},
      {"score", "in.mp4", "-o", "./in.mp4"},
      {"score", "in.mp4", "-o", "out.mkv", "--bundle", "b", "--report", "./b"},
      {"score", "in.mp4", "-o", "s/bass.wav", "--stems", "./s"},
      {"score", "in.mp4", "-o", "out.wav", "--stems", "s", "--report", "s/drums.wav"},
      {"inspect"},
  };
  for (const auto& arguments : mistakes) {
    std::string line;
    for (const char* argument : arguments) line += std::string(argument) + " ";
    INFO(line);
    const auto command = parse(arguments);
    REQUIRE_FALSE(command);
    INFO(command.error().message);
    CHECK(command.error().code == ErrorCode::kUsage);
    CHECK(command.error().message.find('\n') == std::string::npos);
    CHECK_FALSE(command.error().message.empty());
  }
}

TEST_CASE("Command line: help and version are answers", "[tools][unit]") {
  for (const auto& arguments : {std::vector<const char*>{"--help"}, {"score", "--help"}, {"--version"}}) {
    const auto command = parse(arguments);
    REQUIRE(command);
    CHECK_FALSE(std::get<Answer>(*command).text.empty());
  }
  CHECK(std::get<Answer>(*parse({"score", "--help"})).text.find("--keep-sound") != std::string::npos);
}

TEST_CASE("parse_key: the ways musicians write keys", "[tools][unit]") {
  using stream::ScaleMode;
  CHECK(parse_key("C")->tonic == 0);
  CHECK_FALSE(parse_key("C")->scale);
  CHECK(parse_key("f#")->tonic == 6);
  CHECK(parse_key("Bb")->tonic == 10);
  CHECK(parse_key("Cb")->tonic == 11);
  CHECK(parse_key("B#")->tonic == 0);
  CHECK(parse_key("Am")->scale == ScaleMode::kMinor);
  CHECK(parse_key("Ebm")->tonic == 3);
  CHECK(parse_key("A minor")->scale == ScaleMode::kMinor);
  CHECK(parse_key("A min")->scale == ScaleMode::kMinor);
  CHECK(parse_key("g major")->scale == ScaleMode::kMajor);
  CHECK(parse_key("D Dorian")->scale == ScaleMode::kDorian);
  CHECK(parse_key("G-mixolydian")->scale == ScaleMode::kMixolydian);
  for (const char* wrong : {"", "H", "C##", "Cx", "minor", "A  minor", "A minor "}) {
    INFO(wrong);
    CHECK_FALSE(parse_key(wrong));
  }
}
