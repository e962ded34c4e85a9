// SPDX-License-Identifier: Apache-2.0
#include "import_command.h"

#include "clips.h"
#include "command_line.h"
#include "inspect_command.h"
#include "progress.h"
#include "support/catch.h"

#include <nlohmann/json.hpp>

#include <atomic>
#include <string>
#include <variant>
#include <vector>

using namespace photoplayer;
using namespace photoplayer::tools;
using namespace photoplayer::tools::test;

namespace {

Result<Command> parse(std::vector<std::string> arguments) {
  std::vector<const char*> all = {"photoplayer", "import"};
  for (const std::string& argument : arguments) all.push_back(argument.c_str());
  return parse_command_line(static_cast<int>(all.size()), all.data());
}

}  // namespace

TEST_CASE("Command line: every option of import arrives", "[tools][unit]") {
  const auto command = parse({"--diffv2m", "m", "--clip", "c", "--vae", "v", "--config", "j", "--weights", "ema",
                              "--compat", "paper", "--dtype", "fp16", "-o", "o"});
  REQUIRE(command);
  const auto& request = std::get<model::ImportRequest>(std::get<ImportOptions>(*command));
  CHECK(request.checkpoint == "m");
  CHECK(request.clip == "c");
  CHECK(request.autoencoder == "v");
  CHECK(request.config == "j");
  CHECK(request.output == "o");
  CHECK(request.weights == model::WeightChoice::kEma);
  CHECK(request.compat == model::Compat::kPaper);
  CHECK(request.storage == model::DType::kF16);
  const auto random = parse({"--random-like", "diffv2m", "--toy", "--seed", "9", "--dtype", "fp32", "-o", "o"});
  REQUIRE(random);
  const auto& asked = std::get<model::RandomRequest>(std::get<ImportOptions>(*random));
  CHECK(asked.toy);
  CHECK(asked.seed == 9);
  CHECK(asked.storage == model::DType::kF32);
}

TEST_CASE("Command line: what import is not told stays unset", "[tools][unit]") {
  const auto command = parse({"--diffv2m", "m", "--clip", "c", "-o", "o"});
  REQUIRE(command);
  const auto& request = std::get<model::ImportRequest>(std::get<ImportOptions>(*command));
  CHECK_FALSE(request.weights);
  CHECK_FALSE(request.compat);
  CHECK(request.storage == model::DType::kBF16);
}

TEST_CASE("Command line: an import that makes no sense is a usage error", "[tools][unit]") {
  const std::vector<std::vector<std::string>> cases = {
      {"-o", "o"},
      {"--diffv2m", "m", "--clip", "c"},
      {"--diffv2m", "m", "-o", "o"},
      {"--diffv2m", "m", "--clip", "c", "--toy", "-o", "o"},
      {"--diffv2m", "m", "--clip", "c", "--random-like", "diffv2m", "-o", "o"},
      {"--random-like", "diffv2m", "--clip", "c", "-o", "o"},
      {"--random-like", "other", "-o", "o"},
      {"--random-like", "diffv2m", "--seed", "-1", "-o", "o"},
      {"--diffv2m", "m", "--clip", "c", "--dtype", "fp8", "-o", "o"},
      {"--diffv2m", "m", "--clip", "c", "--compat", "both", "-o", "o"},
      {"--diffv2m", "m", "--clip", "c", "--weights", "all", "-o", "o"},
  };
  for (const auto& arguments : cases) {
    const auto command = parse(arguments);
    REQUIRE_FALSE(command);
    CHECK(command.error().code == ErrorCode::kUsage);
    CHECK(command.error().message.find('\n') == std::string::npos);
  }
}

TEST_CASE("import: a toy bundle can be inspected", "[tools][unit]") {
  const TemporaryFolder folder;
  const std::atomic<bool> interrupted{false};
  model::RandomRequest request;
  request.output = folder / "toy.bundle";
  request.toy = true;
  REQUIRE(import_bundle(request, interrupted));
  const auto text = inspect({request.output, true});
  REQUIRE(text);
  const auto json = nlohmann::json::parse(*text);
  CHECK(json["family"] == "diffv2m");
  CHECK(json["config"]["compat"] == "released");
  CHECK(json["provenance"]["seed"] == 1);
}

TEST_CASE("import: an interrupt leaves nothing", "[tools][unit]") {
  const TemporaryFolder folder;
  const std::atomic<bool> interrupted{true};
  model::RandomRequest request;
  request.output = folder / "toy.bundle";
  request.toy = true;
  const auto outcome = import_bundle(request, interrupted);
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == ErrorCode::kCancelled);
  CHECK(folder.entries().empty());
}

TEST_CASE("Progress: a share without seconds of music", "[tools][unit]") {
  CHECK(Progress::share_line(0.5, 10.0) == "[###############...............]  50 %  0:10 left");
  CHECK(Progress::share_line(0.0, 0.1) == "[..............................]   0 %");
  CHECK(Progress::share_line(7.0, 3.0) == "[##############################] 100 %  0:00 left");
}
