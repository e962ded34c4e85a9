// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A file of weights in any of the formats that are read: torch zip or safetensors, told apart by content. Mapped, so
/// that only what is being read is in memory.
#include "mapped_file.h"
#include "source_tensor.h"

#include <photoplayer/stream/result.h>

#include <filesystem>
#include <map>
#include <string>

namespace photoplayer::model::detail {

class WeightFile {
 public:
  /// Fails with kBadInput and a line that names the file.
  [[nodiscard]] static Result<WeightFile> open(const std::filesystem::path& path);

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  /// The views survive a move of this object.
  [[nodiscard]] const std::map<std::string, SourceTensor>& tensors() const noexcept { return tensors_; }
  [[nodiscard]] std::size_t size_bytes() const noexcept { return file_.bytes().size(); }

 private:
  WeightFile(std::filesystem::path path, MappedFile file) : path_(std::move(path)), file_(std::move(file)) {}
  std::filesystem::path path_;
  MappedFile file_;
  std::map<std::string, SourceTensor> tensors_;
};

/// The pages that hold these bytes leave memory; they come back from the file when somebody looks again.
void forget_pages(std::span<const std::byte> mapped) noexcept;

}  // namespace photoplayer::model::detail
