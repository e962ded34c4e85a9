// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/model/tensor_view.h>

#include "half.h"

#include <cstring>

namespace photoplayer::model {

const char* dtype_name(DType dtype) noexcept {
  switch (dtype) {
    case DType::kF32:
      return "F32";
    case DType::kF16:
      return "F16";
    case DType::kBF16:
      return "BF16";
    case DType::kI64:
      return "I64";
    case DType::kI32:
      return "I32";
    case DType::kU8:
      return "U8";
  }
  return "?";
}

std::size_t dtype_size_bytes(DType dtype) noexcept {
  switch (dtype) {
    case DType::kI64:
      return 8;
    case DType::kF32:
    case DType::kI32:
      return 4;
    case DType::kF16:
    case DType::kBF16:
      return 2;
    case DType::kU8:
      return 1;
  }
  return 1;
}

namespace {

template <typename Number>
Number number_at(const TensorView& view, std::size_t index) {
  Number number;
  std::memcpy(&number, view.bytes.data() + sizeof(Number) * index, sizeof(Number));
  return number;
}

float float_at(const TensorView& view, std::size_t index) {
  switch (view.dtype) {
    case DType::kF32:
      return number_at<float>(view, index);
    case DType::kF16:
      return detail::float_from_half(number_at<std::uint16_t>(view, index));
    case DType::kBF16:
      return detail::float_from_bfloat16(number_at<std::uint16_t>(view, index));
    case DType::kI64:
      return static_cast<float>(number_at<std::int64_t>(view, index));
    case DType::kI32:
      return static_cast<float>(number_at<std::int32_t>(view, index));
    case DType::kU8:
      return static_cast<float>(number_at<std::uint8_t>(view, index));
  }
  return 0.0F;
}

}  // namespace

std::vector<float> floats_of(const TensorView& view) {
  std::vector<float> values(view.bytes.size() / dtype_size_bytes(view.dtype));
  if (view.dtype == DType::kF32) {
    if (!values.empty()) std::memcpy(values.data(), view.bytes.data(), view.bytes.size());
    return values;
  }
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = float_at(view, i);
  return values;
}

}  // namespace photoplayer::model
