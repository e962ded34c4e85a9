// SPDX-License-Identifier: Apache-2.0
#include "media/pcm_scratch.h"

#include "media/output_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>
#include <utility>

namespace photoplayer::tools {
namespace {
constexpr std::uint64_t kFrameBytes = kChannels * sizeof(float);
}

PcmScratch::PcmScratch(std::filesystem::path folder, int descriptor)
    : folder_(std::move(folder)), descriptor_(descriptor) {}

PcmScratch::PcmScratch(PcmScratch&& other) noexcept
    : folder_(std::move(other.folder_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      frames_(std::exchange(other.frames_, 0)) {}

PcmScratch& PcmScratch::operator=(PcmScratch&& other) noexcept {
  std::swap(folder_, other.folder_);
  std::swap(descriptor_, other.descriptor_);
  std::swap(frames_, other.frames_);
  return *this;
}

PcmScratch::~PcmScratch() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<PcmScratch> PcmScratch::create(const std::filesystem::path& folder) {
  std::string name = (folder.empty() ? std::filesystem::path(".") : folder) / ".photoplayer-XXXXXX";
  const int descriptor = ::mkostemp(name.data(), O_CLOEXEC);
  if (descriptor < 0) return cannot_write(folder, errno);
  ::unlink(name.c_str());
  return PcmScratch(folder, descriptor);
}

Result<void> PcmScratch::put(std::uint64_t first_frame, std::span<const float> in) {
  auto bytes = std::as_bytes(in);
  auto at = static_cast<off_t>(first_frame * kFrameBytes);
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(descriptor_, bytes.data(), bytes.size(), at);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return cannot_write(folder_, errno);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
    at += written;
  }
  return {};
}

Result<void> PcmScratch::append(std::span<const float> interleaved) {
  auto done = put(frames_, interleaved);
  if (done) frames_ += interleaved.size() / kChannels;
  return done;
}

Result<void> PcmScratch::overwrite(std::uint64_t first_frame, std::span<const float> in) {
  return put(first_frame, in);
}

Result<void> PcmScratch::read(std::uint64_t first_frame, std::span<float> out) const {
  auto bytes = std::as_writable_bytes(out);
  auto at = static_cast<off_t>(first_frame * kFrameBytes);
  while (!bytes.empty()) {
    const ssize_t got = ::pread(descriptor_, bytes.data(), bytes.size(), at);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return fail(ErrorCode::kOutput, "cannot read back the music in '" + folder_.string() + "'");
    bytes = bytes.subspan(static_cast<std::size_t>(got));
    at += got;
  }
  return {};
}

Result<void> PcmScratch::rewind(std::uint64_t silence_after_frames) const {
  const auto music_end = static_cast<off_t>(frames_ * kFrameBytes);
  const auto end = static_cast<off_t>((frames_ + silence_after_frames) * kFrameBytes);
  // Cut to the music first, so that what is added is zeros.
  if (::ftruncate(descriptor_, music_end) != 0 || ::ftruncate(descriptor_, end) != 0 ||
      ::lseek(descriptor_, 0, SEEK_SET) < 0) {
    return cannot_write(folder_, errno);
  }
  return {};
}

}  // namespace photoplayer::tools
