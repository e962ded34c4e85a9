// SPDX-License-Identifier: Apache-2.0
#include "weight_file.h"

#include "bundle_header.h"
#include "torch_file.h"
#include "zip_archive.h"

#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

namespace photoplayer::model::detail {
namespace {

SourceType source_type(const TensorEntry& entry) {
  if (!entry.foreign_type.empty()) return SourceType::kOther;
  switch (entry.dtype) {
    case DType::kF32:
      return SourceType::kF32;
    case DType::kF16:
      return SourceType::kF16;
    case DType::kBF16:
      return SourceType::kBF16;
    case DType::kI64:
      return SourceType::kI64;
    case DType::kI32:
      return SourceType::kI32;
    case DType::kU8:
      return SourceType::kU8;
  }
  return SourceType::kOther;
}

Result<std::map<std::string, SourceTensor>> read_safetensors(std::span<const std::byte> file) {
  const auto header = parse_structure(file, ForeignTypes::kListed);
  if (!header) return fail(ErrorCode::kBadInput, header.error().message);
  std::map<std::string, SourceTensor> tensors;
  for (const auto& [name, entry] : header->tensors) {
    SourceTensor tensor{source_type(entry), entry.shape, std::vector<std::int64_t>(entry.shape.size(), 0),
                        header->data.subspan(entry.begin, entry.end - entry.begin)};
    // The extents of a type that is not read are not checked either.
    if (tensor.type != SourceType::kOther) tensor.strides = contiguous_strides(tensor.shape);
    tensors.emplace(name, std::move(tensor));
  }
  return tensors;
}

/// torch.save() before 1.6: a pickle of this number comes first.
bool looks_like_old_torch(std::span<const std::byte> file) {
  static constexpr std::array<std::uint8_t, 14> kMagic = {0x80, 2,    0x8a, 0x0a, 0x6c, 0xfc, 0x9c,
                                                          0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19};
  if (file.size() < kMagic.size()) return false;
  for (std::size_t i = 0; i < kMagic.size(); ++i) {
    if (std::to_integer<std::uint8_t>(file[i]) != kMagic[i]) return false;
  }
  return true;
}

/// What a download of the wrong address leaves. Eight bytes, because safetensors begins with a number of eight.
bool looks_like_text(std::span<const std::byte> file) {
  if (file.size() < 8) return false;
  const std::string_view begin(reinterpret_cast<const char*>(file.data()), 8);
  return begin == "<!DOCTYP" || begin == "<!doctyp" || begin.starts_with("<html") || begin == "version ";
}

Result<std::map<std::string, SourceTensor>> read_any(std::span<const std::byte> file) {
  if (looks_like_zip(file)) return read_torch_file(file);
  if (looks_like_old_torch(file)) {
    return fail(ErrorCode::kBadInput,
                "it is a torch file from before 1.6; load it and save it again with torch.save()");
  }
  if (looks_like_text(file)) {
    return fail(ErrorCode::kBadInput,
                "it is text, perhaps a web page or a Git LFS pointer in the file's place; download the file itself");
  }
  return read_safetensors(file);
}

}  // namespace

Result<WeightFile> WeightFile::open(const std::filesystem::path& path) {
  const auto refuse = [&](const std::string& reason) {
    return fail(ErrorCode::kBadInput, "cannot read the weights in '" + path.string() + "': " + reason);
  };
  auto file = MappedFile::open(path);
  if (!file) return refuse(file.error().message);
  WeightFile opened(path, std::move(*file));
  auto tensors = read_any(opened.file_.bytes());
  if (!tensors) return refuse(tensors.error().message);
  if (tensors->empty()) return refuse("it holds no tensors");
  opened.tensors_ = std::move(*tensors);
  forget_pages(opened.file_.bytes());
  return opened;
}

void forget_pages(std::span<const std::byte> mapped) noexcept {
  if (mapped.empty()) return;
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto begin = reinterpret_cast<std::uintptr_t>(mapped.data()) / page * page;
  const auto end = reinterpret_cast<std::uintptr_t>(mapped.data()) + mapped.size();
  ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

}  // namespace photoplayer::model::detail
