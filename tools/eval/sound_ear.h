// SPDX-License-Identifier: Apache-2.0
#pragma once
/// How the engine's sound is heard: one embedding of YAMNet for a whole run.
/// Tested in tests/unit/tools/sound_ear_test.cpp.
#include <photoplayer/train/yamnet.h>

#include <filesystem>
#include <span>
#include <utility>
#include <vector>

namespace photoplayer::tools {

class SoundEar {
 public:
  /// Control thread. Fails with kBadInput on weights of another network.
  [[nodiscard]] static Result<SoundEar> load(const std::filesystem::path& yamnet);
  /// [kYamnetDims]: the mean over all patches of interleaved stereo, 44.1 kHz. Several threads may ask.
  [[nodiscard]] Result<std::vector<double>> embedding(std::span<const float> stereo) const;

 private:
  explicit SoundEar(train::Yamnet yamnet) : yamnet_(std::move(yamnet)) {}
  train::Yamnet yamnet_;
};

}  // namespace photoplayer::tools
