// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/model/bundle.h>
#include <photoplayer/train/train.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "support/catch.h"
#include "support/scratch_folder.h"

using namespace photoplayer;
namespace fs = std::filesystem;

namespace {

/// A few pieces, a small transformer, seconds of training.
class Run {
 public:
  Run() {
    config_ = {{"run_folder", folder_ / "run"},
               {"bundle_out", folder_ / "out.bundle"},
               {"composed_pieces", 8},
               {"pieces_with_pictures", 1},
               {"vae_minutes", 0.03},
               {"joint_minutes", 0.05},
               {"joint_batch", 4},
               {"width", 128},
               {"depth", 1}};
  }

  Result<void> go(
      const nlohmann::json& changes = {}, const std::function<bool()>& stop = [] { return false; }) {
    auto config = config_;
    if (!changes.empty()) config.update(changes);
    const auto path = folder_ / "config.json";
    std::ofstream(path) << config;
    return train::train(
        path, [](const auto&) {}, stop);
  }
  [[nodiscard]] std::string file(const char* name) const { return folder_ / name; }

 private:
  tests::ScratchFolder folder_;
  nlohmann::json config_;
};

/// VAE, transformer and predictor stay as they begin.
nlohmann::json hurried(nlohmann::json changes) {
  changes["vae_minutes"] = 0.0;
  changes["joint_minutes"] = 0.0;
  return changes;
}

std::string refusal(const Result<void>& result) {
  CHECK_FALSE(result);
  if (result) return "";
  CHECK(result.error().code == ErrorCode::kBadInput);
  return result.error().message;
}

std::vector<nlohmann::json> lines(const fs::path& path) {
  std::vector<nlohmann::json> result;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) result.push_back(nlohmann::json::parse(line));
  return result;
}

}  // namespace

TEST_CASE("Training: from nothing to a bundle that says what it is; distilled, it says how to be played") {
  Run run;
  REQUIRE(run.go());
  auto bundle = model::Bundle::open(run.file("out.bundle"));
  REQUIRE(bundle);
  auto config = nlohmann::json::parse(bundle->config());
  CHECK(config.at("layer_latents") == nlohmann::json({20, 24, 20, 14, 18}));
  CHECK_FALSE(config.contains("steps"));
  const auto before = bundle->read_f32("dit.project_out.weight", {96, 128}).value();

  // The joint stage is done and stays as it is; only the new stage runs.
  fs::copy(run.file("out.bundle"), run.file("start.bundle"));
  REQUIRE(run.go({{"distil_minutes", 0.05}, {"start_bundle", run.file("start.bundle")}}));
  bundle = model::Bundle::open(run.file("out.bundle"));
  REQUIRE(bundle);
  config = nlohmann::json::parse(bundle->config());
  CHECK(config.at("steps") == 4);
  CHECK(config.at("guidance") == 1.0);
  CHECK(bundle->read_f32("dit.project_out.weight", {96, 128}).value() != before);
  const auto start = nlohmann::json::parse(bundle->info().provenance).at("continued_from");
  CHECK(start.at("sha256") == model::Bundle::open(run.file("start.bundle"))->sha256());
  CHECK(start.at("provenance") == "as above");
}

TEST_CASE("Training: a student goes on from a bundle, and only what is named learns") {
  Run run;
  REQUIRE(run.go({{"bundle_out", run.file("student.bundle")}}));
  REQUIRE(run.go({{"distil_minutes", 0.05},
                  {"joint_minutes", 0.1},  // the teacher has gone on
                  {"distil_start", run.file("student.bundle")},
                  {"distil_only", {"to_global_embed", "FiLM"}}}));
  const auto before = model::Bundle::open(run.file("student.bundle")),
             after = model::Bundle::open(run.file("out.bundle"));
  REQUIRE(before);
  REQUIRE(after);
  const auto same = [&](const char* name, std::vector<std::int64_t> shape) {
    return before->read_f32(name, shape).value() == after->read_f32(name, shape).value();
  };
  CHECK(same("dit.project_out.weight", {96, 128}));
  CHECK(same("dit.layer0.self_attn.to_out.weight", {128, 128}));
  CHECK_FALSE(same("dit.to_global_embed.2.weight", {128, 128}));
  CHECK(nlohmann::json::parse(after->info().provenance).at("student_from").at("sha256") == before->sha256());
}

TEST_CASE("Training: a distillation that cannot be is refused before anything is trained") {
  Run run;
  REQUIRE(run.go(hurried({{"bundle_out", run.file("student.bundle")}, {"run_folder", run.file("students")}})));
  const auto student = run.file("student.bundle");
  for (const auto& [changes, complaint] :
       {std::pair<nlohmann::json, const char*>{{{"distil_only", {"FiLM", "to_golbal_embed"}}}, "'to_golbal_embed'"},
        {{{"distil_only", {"predictor"}}}, "'predictor'"},
        {{{"distil_start", student}, {"fusion", "gate"}}, "fusion \"FiLM_gate\" (here \"gate\")"},
        {{{"distil_start", student}, {"depth", 2}}, "depth 1 (here 2)"},
        {{{"distil_start", student}, {"layer_latents", {24, 20, 20, 14, 18}}}, "layer_latents"},
        {{{"distil_start", student}, {"clean_context", false}}, "context"}}) {
    auto distil = hurried(changes);
    distil["distil_minutes"] = 0.01;
    CHECK(refusal(run.go(distil)).find(complaint) != std::string::npos);
  }
  auto distil = hurried({{"distil_start", student}, {"distil_minutes", 0.01}});
  CHECK(refusal(run.go(distil)).find("trained anew") != std::string::npos);
  CHECK_FALSE(fs::exists(run.file("run/dataset.pt")));

  // Of the same layout, but not the same.
  fs::create_directory(run.file("run"));
  for (const char* file : {"dataset.pt", "sources.txt"})
    fs::copy(run.file("students") + "/" + file, run.file("run") + "/" + file);
  REQUIRE(run.go(hurried({{"seed", 2}})));
  distil["seed"] = 2;
  CHECK(refusal(run.go(distil)).find("another VAE") != std::string::npos);
}

TEST_CASE("Training: a bundle names its student's start only if weights of it are inside") {
  Run run;
  REQUIRE(run.go(hurried({{"bundle_out", run.file("student.bundle")}})));
  const nlohmann::json start = {{"distil_start", run.file("student.bundle")}};
  REQUIRE(run.go(hurried(start)));
  const auto told = [&] {
    return nlohmann::json::parse(model::Bundle::open(run.file("out.bundle"))->info().provenance);
  };
  CHECK_FALSE(told().contains("student_from"));

  auto distil = hurried({{"distil_minutes", 0.001}});
  REQUIRE(run.go(distil));
  REQUIRE(run.go(distil));
  CHECK_FALSE(told().contains("student_from"));
  for (const auto& changes : {start, nlohmann::json{{"distil_only", {"FiLM"}}}}) {
    auto another = distil;
    another.update(changes);
    CHECK(refusal(run.go(another)).find("distil.state.json") != std::string::npos);
  }
}

TEST_CASE("Training: stopped and started again, it goes on where it was") {
  Run run;
  int asked = 0;
  const auto stopped = run.go({}, [&] { return fs::exists(run.file("run/vae.pt")) && ++asked > 3; });
  REQUIRE_FALSE(stopped);
  CHECK(stopped.error().code == ErrorCode::kCancelled);
  CHECK_FALSE(fs::exists(run.file("out.bundle")));
  const auto state = nlohmann::json::parse(std::ifstream(run.file("run/joint.state.json")));
  CHECK(state.at("step") == 3);

  REQUIRE(run.go());
  CHECK(fs::exists(run.file("out.bundle")));
  int vae_runs = 0, joint_starts = 0;
  for (const auto& line : lines(run.file("run/log.jsonl"))) {
    if (line.value("step", -1) != 0) continue;
    vae_runs += line.at("stage") == "vae" ? 1 : 0;
    joint_starts += line.at("stage") == "joint" ? 1 : 0;
  }
  CHECK(vae_runs == 1);
  CHECK(joint_starts == 1);
}

TEST_CASE("Training: a config with a field that does not exist or cannot be is refused by name") {
  Run run;
  for (const auto& [field, value] : {std::pair<const char*, nlohmann::json>{"joint_minuets", 3},
                                     {"width", 200},
                                     {"replicas", 0},
                                     {"device", "abacus"},
                                     {"pictured_share", 1.5},
                                     {"fusion", "blend"},
                                     {"layer_latents", {20, 24, 20, 14, 0}},
                                     {"window_beats", 7}}) {
    const auto refused = run.go({{field, value}});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::kBadInput);
    CHECK(refused.error().message.find(field) != std::string::npos);
  }
}
