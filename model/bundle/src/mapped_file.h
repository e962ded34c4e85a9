// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A regular file mapped read-only. If another process shortens it while it is mapped, the kernel raises SIGBUS;
/// write_bundle() replaces files instead of changing them, so our own tools never do that.
#include <photoplayer/stream/result.h>

#include <cstddef>
#include <filesystem>
#include <span>

namespace photoplayer::model::detail {

class MappedFile {
 public:
  /// The error's message is the reason alone; the caller adds the path and its own code.
  [[nodiscard]] static Result<MappedFile> open(const std::filesystem::path& path);

  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  /// Gives back the memory of the whole pages inside `part`; they are read again when they are touched.
  void forget(std::span<const std::byte> part) const noexcept;

  [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return {data_, size_bytes_}; }

 private:
  MappedFile(const std::byte* data, std::size_t size_bytes) noexcept : data_(data), size_bytes_(size_bytes) {}
  const std::byte* data_ = nullptr;
  std::size_t size_bytes_ = 0;
};

}  // namespace photoplayer::model::detail
