// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A training run small enough for a test: networks of a few thousand weights, clips that nobody composed.
#include <filesystem>

#include "autoencoder_stage.h"
#include "diffusion_stage.h"

namespace photoplayer::tests {

/// A folder that goes away with the test.
class ToyRun {
 public:
  ToyRun();
  ToyRun(const ToyRun&) = delete;
  ToyRun& operator=(const ToyRun&) = delete;
  ~ToyRun();

  train::SoundConfig config;
  [[nodiscard]] std::filesystem::path folder() const { return config.run_folder; }
  /// Tones whose pitch and level each clip has for itself; its picture tells which clip it is, its rhythm follows from
  /// the picture.
  [[nodiscard]] train::ClipSet clips() const;
  /// Latents that follow from the clip alone.
  [[nodiscard]] train::LatentSet latents() const;
};

/// Never stops, or after so many questions.
[[nodiscard]] train::RunWatch watch_until(int questions = 1 << 30);

/// All of one stage's lines in the run's log.
[[nodiscard]] std::vector<nlohmann::json> log_of(const std::filesystem::path& folder, const std::string& stage);

}  // namespace photoplayer::tests
