// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The zip files that torch.save() and TorchScript write: entries stored as they are, ZIP64 when large. Input from
/// outside: every length and offset is checked. Nothing is copied; the views die with the file's bytes.
/// Source: PKWARE APPNOTE 6.3.10, sections 4.3 and 4.5.3.
#include <photoplayer/stream/result.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

namespace photoplayer::model::detail {

[[nodiscard]] bool looks_like_zip(std::span<const std::byte> file) noexcept;

class ZipArchive {
 public:
  /// Fails with kBadInput and the reason alone. Reads the central directory only.
  [[nodiscard]] static Result<ZipArchive> open(std::span<const std::byte> file);

  [[nodiscard]] bool has(std::string_view name) const noexcept { return entries_.contains(name); }
  /// The bytes of an entry. Fails if it is compressed, encrypted or outside the file.
  [[nodiscard]] Result<std::span<const std::byte>> find(std::string_view name) const;
  /// The first name that ends so, in order of the names; empty if there is none.
  [[nodiscard]] std::string_view name_ending_in(std::string_view suffix) const noexcept;

 private:
  struct Entry {
    std::uint64_t local_header = 0;
    std::uint64_t size_bytes = 0;
    bool plain = true;  ///< neither compressed nor encrypted
  };
  explicit ZipArchive(std::span<const std::byte> file) noexcept : file_(file) {}
  Result<void> read_directory(std::uint64_t begin, std::uint64_t size_bytes, std::uint64_t count);

  std::span<const std::byte> file_;
  std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace photoplayer::model::detail
