// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A bundle on its way: written under a temporary name in the target's folder and renamed when complete. Fails with
/// kOutput and a line that names the target.
#include <photoplayer/stream/result.h>

#include <cstddef>
#include <filesystem>
#include <span>

namespace photoplayer::model::detail {

class PendingFile {
 public:
  [[nodiscard]] static Result<PendingFile> create(const std::filesystem::path& target);

  PendingFile(PendingFile&& other) noexcept;
  PendingFile& operator=(PendingFile&&) = delete;
  PendingFile(const PendingFile&) = delete;
  PendingFile& operator=(const PendingFile&) = delete;
  ~PendingFile();  ///< closes and, unless committed, removes the temporary file

  [[nodiscard]] Result<void> write(std::span<const std::byte> bytes);
  /// Over bytes that were written before.
  [[nodiscard]] Result<void> rewrite(std::uint64_t offset, std::span<const std::byte> bytes);
  [[nodiscard]] Result<void> commit();

 private:
  explicit PendingFile(std::filesystem::path target) : target_(std::move(target)) {}
  [[nodiscard]] tl::unexpected<Error> failed() const;  ///< with the reason in errno
  std::filesystem::path target_;
  std::filesystem::path temporary_;
  int descriptor_ = -1;
};

}  // namespace photoplayer::model::detail
