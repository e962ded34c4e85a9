// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The safetensors header: parsed and checked without looking at the tensors' values. Input from outside, so nothing
/// is assumed: lengths, types, keys, products and offsets are all checked before they are used.
#include <photoplayer/model/bundle.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

namespace photoplayer::model::detail {

inline constexpr std::uint64_t kMaxHeaderBytes = 100'000'000;  // the limit of the safetensors format
inline constexpr std::size_t kLengthBytes = 8;                 // of the little-endian length before the header
inline constexpr int kFormat = 1;
inline constexpr std::string_view kZeroDigest = "0000000000000000000000000000000000000000000000000000000000000000";

struct TensorEntry {
  DType dtype = DType::kF32;
  std::vector<std::int64_t> shape;
  std::uint64_t begin = 0;  ///< offset into the data section
  std::uint64_t end = 0;
  std::string foreign_type;  ///< of a tensor that is listed but cannot be read; dtype means nothing then
};

/// What any safetensors file has.
struct SafetensorsHeader {
  std::map<std::string, TensorEntry, std::less<>> tensors;
  std::map<std::string, std::string, std::less<>> metadata;
  std::string_view text;            ///< the JSON, a view into the file
  std::span<const std::byte> data;  ///< the data section, a view into the file
};

struct BundleHeader : SafetensorsHeader {
  BundleInfo info;
};

enum class ForeignTypes { kRefused, kListed };

/// Header, shapes, offsets and layout. The error's message is the reason alone; the caller adds the path.
[[nodiscard]] Result<SafetensorsHeader> parse_structure(std::span<const std::byte> file, ForeignTypes foreign);

/// Also what makes it a bundle. The error's message is the reason alone; the caller adds the path.
[[nodiscard]] Result<BundleHeader> parse_header(std::span<const std::byte> file);

/// Checks the "photoplayer" object. Shared with the writer, so that it cannot write what open() refuses.
[[nodiscard]] Result<BundleInfo> parse_info(std::string_view metadata);

/// The digest of the header text, with the digits of `header_digest` taken as zeros.
[[nodiscard]] Result<std::string> header_sha256(std::string_view text, std::string_view header_digest);

/// Elements of a shape. Fails on negative extents and on a product of bytes past 2⁶³.
[[nodiscard]] Result<std::uint64_t> bytes_of(const std::vector<std::int64_t>& shape, DType dtype);

/// A name as it may appear in a one-line message.
[[nodiscard]] std::string printable(std::string_view text);
[[nodiscard]] std::string shape_text(std::span<const std::int64_t> shape);

}  // namespace photoplayer::model::detail
