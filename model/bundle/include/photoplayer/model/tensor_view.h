// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A tensor as it lies in a mapped safetensors file, and the types of number that are read.
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace photoplayer::model {

enum class DType : std::uint8_t { kF32, kF16, kBF16, kI64, kI32, kU8 };

[[nodiscard]] const char* dtype_name(DType dtype) noexcept;  ///< as written in the file: "F32", …
[[nodiscard]] std::size_t dtype_size_bytes(DType dtype) noexcept;

/// Not owned: points into the mapped file, little-endian, possibly unaligned.
struct TensorView {
  DType dtype = DType::kF32;
  std::vector<std::int64_t> shape;
  std::span<const std::byte> bytes;
};

/// Copies; every type is converted.
[[nodiscard]] std::vector<float> floats_of(const TensorView& view);

}  // namespace photoplayer::model
