// SPDX-License-Identifier: Apache-2.0
#include "zip_archive.h"

#include "bundle_header.h"

#include <algorithm>
#include <optional>

namespace photoplayer::model::detail {
namespace {

constexpr std::uint32_t kLocalHeader = 0x04034b50, kDirectoryEntry = 0x02014b50, kEnd = 0x06054b50;
constexpr std::uint32_t kEnd64 = 0x06064b50, kEnd64Locator = 0x07064b50;
constexpr std::uint64_t kLocalHeaderBytes = 30, kDirectoryEntryBytes = 46, kEndBytes = 22, kEnd64Bytes = 56,
                        kLocatorBytes = 20;
constexpr std::uint64_t kMaxCommentBytes = 65535, kMaxEntries = 1'000'000;
constexpr std::uint16_t kZip64Extra = 1;

tl::unexpected<Error> bad(std::string reason) {
  return fail(ErrorCode::kBadInput, std::move(reason));
}

/// Little-endian. The caller has checked that the bytes are there.
std::uint64_t number(std::span<const std::byte> bytes, std::uint64_t at, std::uint64_t width) {
  std::uint64_t value = 0;
  for (std::uint64_t i = 0; i < width; ++i) {
    value |= std::to_integer<std::uint64_t>(bytes[static_cast<std::size_t>(at + i)]) << (8 * i);
  }
  return value;
}

bool inside(std::uint64_t begin, std::uint64_t length, std::uint64_t size) {
  return begin <= size && length <= size - begin;
}

std::optional<std::uint64_t> find_end(std::span<const std::byte> file) {
  if (file.size() < kEndBytes) return std::nullopt;
  const std::uint64_t last = file.size() - kEndBytes;
  const std::uint64_t first = last > kMaxCommentBytes ? last - kMaxCommentBytes : 0;
  for (std::uint64_t at = last + 1; at-- > first;) {
    if (number(file, at, 4) == kEnd && number(file, at + 20, 2) == last - at) return at;
  }
  return std::nullopt;
}

/// Replaces the fields that were too large for the directory entry by those of its ZIP64 extra field.
bool widen(std::span<const std::byte> extra, std::initializer_list<std::uint64_t*> fields) {
  for (std::uint64_t at = 0; at + 4 <= extra.size();) {
    const std::uint64_t id = number(extra, at, 2), length = number(extra, at + 2, 2);
    at += 4;
    if (!inside(at, length, extra.size())) return false;
    if (id == kZip64Extra) {
      std::uint64_t used = 0;
      for (std::uint64_t* field : fields) {
        if (*field != 0xffffffffU) continue;
        if (used + 8 > length) return false;
        *field = number(extra, at + used, 8);
        used += 8;
      }
      return true;
    }
    at += length;
  }
  return std::all_of(fields.begin(), fields.end(), [](const std::uint64_t* field) { return *field != 0xffffffffU; });
}

}  // namespace

bool looks_like_zip(std::span<const std::byte> file) noexcept {
  return file.size() >= 4 && number(file, 0, 4) == kLocalHeader;
}

Result<ZipArchive> ZipArchive::open(std::span<const std::byte> file) {
  const auto end = find_end(file);
  if (!end) return bad("its zip directory is missing; it is cut off, get it again");
  std::uint64_t count = number(file, *end + 10, 2);
  std::uint64_t size_bytes = number(file, *end + 12, 4);
  std::uint64_t begin = number(file, *end + 16, 4);
  if (*end >= kLocatorBytes && number(file, *end - kLocatorBytes, 4) == kEnd64Locator) {
    const std::uint64_t end64 = number(file, *end - kLocatorBytes + 8, 8);
    if (!inside(end64, kEnd64Bytes, file.size()) || number(file, end64, 4) != kEnd64) {
      return bad("its ZIP64 directory is not where it says");
    }
    count = number(file, end64 + 32, 8);
    size_bytes = number(file, end64 + 40, 8);
    begin = number(file, end64 + 48, 8);
  }
  if (count > kMaxEntries) return bad("its zip directory claims " + std::to_string(count) + " entries");
  if (!inside(begin, size_bytes, *end)) return bad("its zip directory lies outside the file");
  ZipArchive archive(file);
  if (auto done = archive.read_directory(begin, size_bytes, count); !done) return tl::unexpected(done.error());
  return archive;
}

Result<void> ZipArchive::read_directory(std::uint64_t begin, std::uint64_t size_bytes, std::uint64_t count) {
  const std::span<const std::byte> directory =
      file_.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(size_bytes));
  std::uint64_t at = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    if (!inside(at, kDirectoryEntryBytes, size_bytes) || number(directory, at, 4) != kDirectoryEntry) {
      return bad("entry " + std::to_string(i) + " of its zip directory is damaged");
    }
    const std::uint64_t flags = number(directory, at + 8, 2), method = number(directory, at + 10, 2);
    std::uint64_t packed_bytes = number(directory, at + 20, 4);
    Entry entry;
    entry.size_bytes = number(directory, at + 24, 4);
    entry.local_header = number(directory, at + 42, 4);
    const std::uint64_t name_bytes = number(directory, at + 28, 2), extra_bytes = number(directory, at + 30, 2);
    const std::uint64_t total = kDirectoryEntryBytes + name_bytes + extra_bytes + number(directory, at + 32, 2);
    if (!inside(at, total, size_bytes)) return bad("a name in its zip directory is cut off");
    const auto* text = reinterpret_cast<const char*>(directory.data() + at + kDirectoryEntryBytes);
    std::string name(text, static_cast<std::size_t>(name_bytes));
    const auto extra = directory.subspan(static_cast<std::size_t>(at + kDirectoryEntryBytes + name_bytes),
                                         static_cast<std::size_t>(extra_bytes));
    if (!widen(extra, {&entry.size_bytes, &packed_bytes, &entry.local_header})) {
      return bad("the ZIP64 sizes of entry '" + printable(name) + "' are missing");
    }
    entry.plain = method == 0 && (flags & 1U) == 0 && packed_bytes == entry.size_bytes;
    if (!entries_.emplace(std::move(name), entry).second) return bad("its zip directory names an entry twice");
    at += total;
  }
  return {};
}

Result<std::span<const std::byte>> ZipArchive::find(std::string_view name) const {
  const std::string what = "its entry '" + printable(name) + "'";
  const auto found = entries_.find(name);
  if (found == entries_.end()) return bad(what + " is missing");
  const Entry& entry = found->second;
  if (!entry.plain) return bad(what + " is compressed or encrypted; save it again with torch.save()");
  if (!inside(entry.local_header, kLocalHeaderBytes, file_.size()) ||
      number(file_, entry.local_header, 4) != kLocalHeader) {
    return bad(what + " is not where the zip directory says");
  }
  // The local header's own lengths: PyTorch pads its extra field so that tensors are aligned.
  const std::uint64_t begin = entry.local_header + kLocalHeaderBytes + number(file_, entry.local_header + 26, 2) +
                              number(file_, entry.local_header + 28, 2);
  if (!inside(begin, entry.size_bytes, file_.size())) {
    return bad(what + " of " + std::to_string(entry.size_bytes) + " bytes reaches past the end of the file");
  }
  return file_.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(entry.size_bytes));
}

std::string_view ZipArchive::name_ending_in(std::string_view suffix) const noexcept {
  const auto found =
      std::find_if(entries_.begin(), entries_.end(), [&](const auto& entry) { return entry.first.ends_with(suffix); });
  return found == entries_.end() ? std::string_view() : std::string_view(found->first);
}

}  // namespace photoplayer::model::detail
