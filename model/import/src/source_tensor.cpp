// SPDX-License-Identifier: Apache-2.0
#include "source_tensor.h"

#include "half.h"

#include <cstring>
#include <utility>

namespace photoplayer::model::detail {
namespace {

template <typename Stored>
Stored load(const std::byte* at) {
  Stored value;
  std::memcpy(&value, at, sizeof value);  // tensors need not be aligned
  return value;
}

float element(SourceType type, const std::byte* at) {
  switch (type) {
    case SourceType::kF32:
      return load<float>(at);
    case SourceType::kF64:
      return static_cast<float>(load<double>(at));
    case SourceType::kF16:
      return float_from_half(load<std::uint16_t>(at));
    case SourceType::kBF16:
      return float_from_bfloat16(load<std::uint16_t>(at));
    case SourceType::kI64:
      return static_cast<float>(load<std::int64_t>(at));
    case SourceType::kI32:
      return static_cast<float>(load<std::int32_t>(at));
    case SourceType::kI16:
      return static_cast<float>(load<std::int16_t>(at));
    case SourceType::kI8:
      return static_cast<float>(load<std::int8_t>(at));
    case SourceType::kU8:
    case SourceType::kBool:
      return static_cast<float>(load<std::uint8_t>(at));
    case SourceType::kOther:
      break;
  }
  return 0.0F;
}

bool is_contiguous(const SourceTensor& tensor) {
  const auto expected = contiguous_strides(tensor.shape);
  for (std::size_t axis = 0; axis < expected.size(); ++axis) {
    if (tensor.shape[axis] > 1 && tensor.strides[axis] != expected[axis]) return false;
  }
  return true;
}

}  // namespace

std::size_t size_bytes(SourceType type) noexcept {
  switch (type) {
    case SourceType::kF64:
    case SourceType::kI64:
      return 8;
    case SourceType::kF32:
    case SourceType::kI32:
      return 4;
    case SourceType::kF16:
    case SourceType::kBF16:
    case SourceType::kI16:
      return 2;
    case SourceType::kI8:
    case SourceType::kU8:
    case SourceType::kBool:
      return 1;
    case SourceType::kOther:
      break;
  }
  return 0;
}

std::vector<std::int64_t> contiguous_strides(std::span<const std::int64_t> shape) {
  std::vector<std::int64_t> strides(shape.size(), 1);
  for (std::size_t axis = shape.size(); axis-- > 1;) strides[axis - 1] = strides[axis] * shape[axis];
  return strides;
}

std::int64_t element_count(std::span<const std::int64_t> shape) {
  std::int64_t count = 1;
  for (const std::int64_t extent : shape) count *= extent;
  return count;
}

SourceTensor transposed(SourceTensor matrix) {
  if (matrix.shape.size() == 2) {
    std::swap(matrix.shape[0], matrix.shape[1]);
    std::swap(matrix.strides[0], matrix.strides[1]);
  }
  return matrix;
}

SourceReader::SourceReader(const SourceTensor& tensor)
    : tensor_(&tensor), contiguous_(is_contiguous(tensor)), index_(tensor.shape.size(), 0) {}

void SourceReader::read(std::span<float> values) {
  const std::size_t width = size_bytes(tensor_->type);
  if (contiguous_) {
    const std::byte* from = tensor_->bytes.data() + next_ * width;
    next_ += values.size();
    if (tensor_->type == SourceType::kF32) {
      if (!values.empty()) std::memcpy(values.data(), from, values.size_bytes());
      return;
    }
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = element(tensor_->type, from + i * width);
    return;
  }
  for (float& value : values) {
    value = element(tensor_->type, tensor_->bytes.data() + static_cast<std::size_t>(offset_) * width);
    for (std::size_t axis = index_.size(); axis-- > 0;) {
      offset_ += tensor_->strides[axis];
      if (++index_[axis] < tensor_->shape[axis]) break;
      offset_ -= tensor_->strides[axis] * tensor_->shape[axis];
      index_[axis] = 0;
    }
  }
}

}  // namespace photoplayer::model::detail
