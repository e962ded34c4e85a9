// SPDX-License-Identifier: Apache-2.0
#include "media/output_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <random>
#include <system_error>
#include <utility>

namespace photoplayer::tools {

tl::unexpected<Error> cannot_write(const std::filesystem::path& target, int errno_value) {
  return fail(ErrorCode::kOutput,
              "cannot write '" + target.string() + "': " + std::generic_category().message(errno_value));
}

OutputFile::OutputFile(std::filesystem::path target, std::filesystem::path temporary)
    : target_(std::move(target)), temporary_(std::move(temporary)) {}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : target_(std::move(other.target_)), temporary_(std::exchange(other.temporary_, {})) {}

OutputFile& OutputFile::operator=(OutputFile&& other) noexcept {
  std::swap(target_, other.target_);
  std::swap(temporary_, other.temporary_);
  return *this;
}

OutputFile::~OutputFile() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

Result<OutputFile> OutputFile::create(const std::filesystem::path& target) {
  // A link is followed, so that the file behind it is replaced and not the link.
  std::error_code no_such_file;
  std::filesystem::path resolved = std::filesystem::canonical(target, no_such_file);
  if (no_such_file) resolved = target;
  struct stat status {};
  if (::stat(resolved.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
    return fail(ErrorCode::kOutput, "cannot write '" + target.string() + "': it is not a regular file");
  }
  std::random_device random;
  const std::filesystem::path folder = resolved.has_parent_path() ? resolved.parent_path() : ".";
  const std::filesystem::path temporary =
      folder / ("." + resolved.stem().string() + ".part-" + std::to_string(random()) + resolved.extension().string());
  const int descriptor = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (descriptor < 0) return cannot_write(target, errno);
  ::close(descriptor);
  return OutputFile(std::move(resolved), temporary);
}

Result<void> OutputFile::write_all(std::string_view bytes) {
  std::ofstream file(temporary_, std::ios::binary | std::ios::trunc);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (!file) return cannot_write(target_, errno != 0 ? errno : EIO);
  return {};
}

Result<void> OutputFile::commit() {
  const int descriptor = ::open(temporary_.c_str(), O_RDONLY | O_CLOEXEC);
  const bool synced = descriptor >= 0 && ::fsync(descriptor) == 0;
  const int sync_error = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (!synced) return cannot_write(target_, sync_error);
  if (::rename(temporary_.c_str(), target_.c_str()) != 0) return cannot_write(target_, errno);
  temporary_.clear();
  return {};
}

}  // namespace photoplayer::tools
