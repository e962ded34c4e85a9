// SPDX-License-Identifier: Apache-2.0
#include "media/stem_files.h"

#include "media/pcm_scratch.h"

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

namespace photoplayer::tools {

std::filesystem::path stem_path(const std::filesystem::path& folder, stream::Layer layer) {
  return folder / (std::string(stream::layer_name(layer)) + ".wav");
}

StemFiles::StemFiles(StemFiles&& other) noexcept
    : made_folder_(std::exchange(other.made_folder_, {})),
      outputs_(std::move(other.outputs_)),
      files_(std::move(other.files_)),
      samples_(std::move(other.samples_)),
      views_(other.views_) {}

StemFiles& StemFiles::operator=(StemFiles&& other) noexcept {
  std::swap(made_folder_, other.made_folder_);
  std::swap(outputs_, other.outputs_);
  std::swap(files_, other.files_);
  std::swap(samples_, other.samples_);
  std::swap(views_, other.views_);
  return *this;
}

StemFiles::~StemFiles() {
  files_.clear();
  outputs_.clear();
  std::error_code not_empty;  // then others have put something in, and it stays
  if (!made_folder_.empty()) std::filesystem::remove(made_folder_, not_empty);
}

Result<StemFiles> StemFiles::create(const std::filesystem::path& folder) {
  StemFiles stems;
  std::error_code error;
  if (std::filesystem::create_directories(folder, error)) stems.made_folder_ = folder;
  if (error) return fail(ErrorCode::kOutput, "cannot make the folder '" + folder.string() + "': " + error.message());
  for (int i = 0; i < stream::kLayers; ++i) {
    auto output = OutputFile::create(stem_path(folder, static_cast<stream::Layer>(i)));
    if (!output) return tl::unexpected(output.error());
    auto file = SoundFile::create(output->temporary(), SoundFormat::kWav);
    if (!file) return tl::unexpected(file.error());
    stems.outputs_.push_back(std::move(*output));
    stems.files_.push_back(std::move(*file));
  }
  return stems;
}

std::span<const std::span<float>> StemFiles::buffers(std::size_t frames) {
  for (std::size_t i = 0; i < samples_.size(); ++i) {
    samples_[i].resize(frames * kChannels);
    views_[i] = samples_[i];
  }
  return views_;
}

Result<void> StemFiles::write(std::size_t frames) {
  for (std::size_t i = 0; i < files_.size(); ++i) {
    if (auto done = files_[i].write(std::span(samples_[i]).first(frames * kChannels)); !done) return done;
  }
  return {};
}

Result<void> StemFiles::commit() {
  for (SoundFile& file : files_) {
    if (auto done = file.close(); !done) return done;
  }
  for (OutputFile& output : outputs_) {
    if (auto done = output.commit(); !done) return done;
  }
  made_folder_.clear();
  return {};
}

}  // namespace photoplayer::tools
