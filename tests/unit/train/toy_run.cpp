// SPDX-License-Identifier: Apache-2.0
#include "toy_run.h"

#include <fstream>
#include <memory>
#include <numbers>

#include "initial_weights.h"

namespace photoplayer::tests {

ToyRun::ToyRun() {
  std::string name = (std::filesystem::temp_directory_path() / "photoplayer-train-XXXXXX").string();
  config.run_folder = mkdtemp(name.data());
  config.data.clips = 4;
  config.data.held_out = 1;
  auto& vae = config.vae;
  vae.channels = 4, vae.c_mults = {1, 2}, vae.strides = {4, 4}, vae.latent_dims = 8;
  vae.batch = 2, vae.segment_latents = 128, vae.steps = 40;
  vae.waveform_first = 0.2, vae.warm_up = 0.5;
  vae.loss_windows = {256, 64}, vae.discriminator_windows = {128};
  auto& dit = config.dit;
  dit.width = 64, dit.depth = 2, dit.head_dims = 32, dit.cond_dims = 32;
  dit.predictor_width = 32, dit.predictor_depth = 1, dit.colour_hidden = 8, dit.rhythm_hidden = 8;
  dit.window_rows = 12, dit.batch = 6, dit.steps = 60, dit.rate = 3e-3;
  config.tower.width = 32, config.tower.depth = 1, config.tower.out = 16;
}

ToyRun::~ToyRun() {
  std::error_code ignored;
  std::filesystem::remove_all(config.run_folder, ignored);
}

train::ClipSet ToyRun::clips() const {
  const auto network = train::network_config(config);
  torch::manual_seed(5);
  const std::int64_t clips = config.data.clips, seconds = 30, frames = 8192;
  train::ClipSet set;
  const auto time = torch::arange(frames, torch::kFloat) / 44100.0;
  set.sound = torch::zeros({clips, 2, frames}, torch::kInt16);
  for (std::int64_t i = 0; i < clips; ++i) {
    const double pitch = 300.0 + 200.0 * static_cast<double>(i);
    const auto tone = torch::sin(time * (2.0 * std::numbers::pi * pitch));
    set.sound[i][0].copy_((tone * 9000.0).round());
    set.sound[i][1].copy_((tone.roll(20) * (3000.0 * static_cast<double>(i))).round());
  }
  set.semantic = torch::randn({clips, 1, network.semantic_dims}).expand({clips, seconds, -1}).clone();
  set.semantic += 0.1 * torch::randn(set.semantic.sizes());
  set.colour = torch::rand({clips, seconds, network.colour_dims}) / 1000.0;
  set.scene_cut = (torch::rand({clips, seconds}) < 0.3).to(torch::kFloat);
  set.pseudo_beat = torch::rand({clips, seconds});
  const auto rhythm = (set.pseudo_beat + set.scene_cut).unsqueeze(-1).expand({clips, seconds, network.rhythm_dims});
  const std::vector<std::int64_t> kAll = {1, 2};
  set.rhythm = (rhythm - rhythm.mean(kAll, true)) / rhythm.std(kAll, true, true);
  set.tower = train::random_tower(network);
  for (std::int64_t i = 0; i < clips; ++i) set.sources.push_back("composer:piano:" + std::to_string(i));
  return set;
}

train::LatentSet ToyRun::latents() const {
  torch::manual_seed(6);
  const auto mean = torch::randn({config.data.clips, config.vae.latent_dims, 1}).expand({-1, -1, 400}).clone();
  return {mean, torch::full_like(mean, 0.05)};
}

train::RunWatch watch_until(int questions) {
  return {[](const train::TrainProgress&) {}, [left = std::make_shared<int>(questions)] { return (*left)-- <= 0; }};
}

std::vector<nlohmann::json> log_of(const std::filesystem::path& folder, const std::string& stage) {
  std::ifstream file(folder / "log.jsonl");
  std::vector<nlohmann::json> lines;
  std::string text;
  while (std::getline(file, text)) {
    auto line = nlohmann::json::parse(text);
    if (line.at("stage") == stage && line.contains("step")) lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace photoplayer::tests
