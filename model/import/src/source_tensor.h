// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A tensor as some checkpoint stores it, and a reader that turns it into floats piece by piece, so that no tensor
/// has to fit into memory twice.
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace photoplayer::model::detail {

enum class SourceType : std::uint8_t { kF32, kF64, kF16, kBF16, kI64, kI32, kI16, kI8, kU8, kBool, kOther };

[[nodiscard]] std::size_t size_bytes(SourceType type) noexcept;  ///< 0 for kOther

/// Not owned: points into a mapped file. Whoever makes one has checked that every element lies inside `bytes`.
struct SourceTensor {
  SourceType type = SourceType::kOther;
  std::vector<std::int64_t> shape;
  std::vector<std::int64_t> strides;  ///< in elements, none negative
  std::span<const std::byte> bytes;   ///< from the first element on
};

[[nodiscard]] std::vector<std::int64_t> contiguous_strides(std::span<const std::int64_t> shape);
[[nodiscard]] std::int64_t element_count(std::span<const std::int64_t> shape);
/// Axes swapped; the values stay where they are.
[[nodiscard]] SourceTensor transposed(SourceTensor matrix);

/// Elements in row-major order, whatever the strides are.
class SourceReader {
 public:
  /// `tensor` outlives the reader and is not of type kOther.
  explicit SourceReader(const SourceTensor& tensor);
  /// The next `values.size()` elements; the caller does not ask for more than there are.
  void read(std::span<float> values);

 private:
  const SourceTensor* tensor_;
  bool contiguous_;
  std::size_t next_ = 0;             ///< element, when contiguous
  std::vector<std::int64_t> index_;  ///< else
  std::int64_t offset_ = 0;          ///< of index_, in elements
};

}  // namespace photoplayer::model::detail
