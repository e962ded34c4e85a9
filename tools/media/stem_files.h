// SPDX-License-Identifier: Apache-2.0
#pragma once
/// `--stems DIR`: one WAV per layer, as long as the music. All appear together or none does. Control thread.
#include "media/output_file.h"
#include "media/sound_file.h"

#include <photoplayer/stream/notes.h>
#include <photoplayer/stream/result.h>

#include <array>
#include <cstddef>
#include <filesystem>
#include <span>
#include <vector>

namespace photoplayer::tools {

[[nodiscard]] std::filesystem::path stem_path(const std::filesystem::path& folder, stream::Layer layer);

class StemFiles {
 public:
  /// Makes the folder if it is not there.
  [[nodiscard]] static Result<StemFiles> create(const std::filesystem::path& folder);
  StemFiles(StemFiles&& other) noexcept;
  StemFiles& operator=(StemFiles&& other) noexcept;
  ~StemFiles();  ///< unless committed: removes the files, and the folder if it was made here

  /// Buffers for a block, to pass to Engine::pull.
  [[nodiscard]] std::span<const std::span<float>> buffers(std::size_t frames);
  /// Writes the first `frames` of each buffer.
  [[nodiscard]] Result<void> write(std::size_t frames);
  [[nodiscard]] Result<void> commit();

 private:
  StemFiles() = default;
  std::filesystem::path made_folder_;  ///< empty if it was there before
  std::vector<OutputFile> outputs_;
  std::vector<SoundFile> files_;
  std::array<std::vector<float>, stream::kLayers> samples_;  // each [frames, 2]
  std::array<std::span<float>, stream::kLayers> views_;
};

}  // namespace photoplayer::tools
