// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A result on its way: written under a temporary name in the target's folder and renamed when complete, so that a
/// failure or an interruption leaves the old file or none, never half of one. Control thread.
/// Tested in tests/unit/tools/output_file_test.cpp.
#include <photoplayer/stream/result.h>

#include <filesystem>
#include <string_view>

namespace photoplayer::tools {

class OutputFile {
 public:
  /// Creates the temporary file, so that a place that cannot be written is known before any work is done.
  [[nodiscard]] static Result<OutputFile> create(const std::filesystem::path& target);

  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&& other) noexcept;
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile();  ///< removes the temporary file unless committed

  [[nodiscard]] const std::filesystem::path& temporary() const noexcept { return temporary_; }  ///< write here
  [[nodiscard]] const std::filesystem::path& target() const noexcept { return target_; }
  [[nodiscard]] Result<void> write_all(std::string_view bytes);  ///< for small files
  [[nodiscard]] Result<void> commit();

 private:
  OutputFile(std::filesystem::path target, std::filesystem::path temporary);
  std::filesystem::path target_;
  std::filesystem::path temporary_;  ///< empty: nothing to remove
};

/// kOutput, with the reason of `errno_value`.
[[nodiscard]] tl::unexpected<Error> cannot_write(const std::filesystem::path& target, int errno_value);

}  // namespace photoplayer::tools
