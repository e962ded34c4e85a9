// SPDX-License-Identifier: Apache-2.0
#pragma once
/// WAV and FLAC, 24 bits, stereo, 44.1 kHz, through libsndfile. Written as the samples come. Control thread.
#include <photoplayer/stream/result.h>

#include <filesystem>
#include <memory>
#include <span>

namespace photoplayer::tools {

enum class SoundFormat { kWav, kFlac };

class SoundFile {
 public:
  [[nodiscard]] static Result<SoundFile> create(const std::filesystem::path& path, SoundFormat format);
  SoundFile(SoundFile&&) noexcept;
  SoundFile& operator=(SoundFile&&) noexcept;
  ~SoundFile();

  [[nodiscard]] Result<void> write(std::span<const float> interleaved);
  /// Writes the header's final lengths. Needed for a valid file.
  [[nodiscard]] Result<void> close();

 private:
  struct Handle;
  explicit SoundFile(std::unique_ptr<Handle> handle) noexcept;
  std::unique_ptr<Handle> handle_;
};

}  // namespace photoplayer::tools
