// SPDX-License-Identifier: Apache-2.0
#include "media/sound_file.h"

#include "media/pcm_scratch.h"

#include <sndfile.h>

#include <string>
#include <utility>

namespace photoplayer::tools {

struct SoundFile::Handle {
  std::filesystem::path path;
  SNDFILE* file = nullptr;
  ~Handle() {
    if (file != nullptr) sf_close(file);
  }
  [[nodiscard]] tl::unexpected<Error> failed() const {
    return fail(ErrorCode::kOutput, "cannot write '" + path.string() + "': " + sf_strerror(file));
  }
};

SoundFile::SoundFile(std::unique_ptr<Handle> handle) noexcept : handle_(std::move(handle)) {}
SoundFile::SoundFile(SoundFile&&) noexcept = default;
SoundFile& SoundFile::operator=(SoundFile&&) noexcept = default;
SoundFile::~SoundFile() = default;

Result<SoundFile> SoundFile::create(const std::filesystem::path& path, SoundFormat format) {
  SF_INFO info{};
  info.samplerate = kSampleRate_hz;
  info.channels = kChannels;
  // RF64 becomes a plain WAV when closed below 4 GB (6.7 hours).
  info.format = (format == SoundFormat::kWav ? SF_FORMAT_RF64 : SF_FORMAT_FLAC) | SF_FORMAT_PCM_24;
  auto handle = std::make_unique<Handle>();
  handle->path = path;
  handle->file = sf_open(path.c_str(), SFM_WRITE, &info);
  if (handle->file == nullptr) return handle->failed();
  if (format == SoundFormat::kWav) sf_command(handle->file, SFC_RF64_AUTO_DOWNGRADE, nullptr, SF_TRUE);
  sf_command(handle->file, SFC_SET_CLIPPING, nullptr, SF_TRUE);  // without it an overshoot wraps around
  return SoundFile(std::move(handle));
}

Result<void> SoundFile::write(std::span<const float> interleaved) {
  const auto frames = static_cast<sf_count_t>(interleaved.size() / kChannels);
  if (sf_writef_float(handle_->file, interleaved.data(), frames) != frames) return handle_->failed();
  return {};
}

Result<void> SoundFile::close() {
  const int status = sf_close(std::exchange(handle_->file, nullptr));
  if (status != 0) {
    return fail(ErrorCode::kOutput, "cannot write '" + handle_->path.string() + "': " + sf_error_number(status));
  }
  return {};
}

}  // namespace photoplayer::tools
