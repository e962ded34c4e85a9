// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Just enough of the TFLite flatbuffer to take a network's weights and graph out of it. Every offset is
/// checked, because the file comes from outside; quantised constants arrive as floats.
#include <photoplayer/stream/result.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace photoplayer::train {

struct TfliteTensor {
  std::string name;
  std::vector<std::int64_t> shape;
  std::vector<float> values;  ///< empty for what the graph computes
};

/// TFLite's BuiltinOperator numbers, those that MobileNet and YAMNet use.
enum class TfliteOp : std::int32_t {
  kAdd = 0,
  kAveragePool = 1,
  kConv = 3,
  kDepthwiseConv = 4,
  kDequantize = 6,
  kFullyConnected = 9,
  kLogistic = 14,
  kReshape = 22,
  kSoftmax = 25,
  kPad = 34,
  kMean = 40,
  kSplit = 49,
  kQuantize = 114,
};

struct TfliteOperator {
  TfliteOp op{};
  std::vector<std::int32_t> inputs, outputs;  ///< indices into the tensors
  bool same_padding = false;
  std::int32_t stride_x = 1, stride_y = 1;
  std::int32_t activation = 0;  ///< 0 none, 1 ReLU, 3 ReLU6
};

struct TfliteModel {
  std::vector<TfliteTensor> tensors;
  std::vector<TfliteOperator> operators;  ///< in execution order
  std::vector<std::int32_t> inputs, outputs;
};

[[nodiscard]] Result<TfliteModel> read_tflite(const std::filesystem::path& path);

}  // namespace photoplayer::train
