// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/train/tflite_reader.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <span>

namespace photoplayer::train {
namespace {

/// A flatbuffer by position. A bad offset sets `broken` and reads as zero, so that one check at the end
/// suffices; no vector is longer than the file, so no loop over one runs away.
class Buffer {
 public:
  explicit Buffer(std::vector<char> bytes) : bytes_(std::move(bytes)) {}

  template <typename T>
  T at(std::size_t position) {
    T value{};
    if (position > bytes_.size() || bytes_.size() - position < sizeof(T)) {
      broken = true;
    } else {
      std::memcpy(&value, bytes_.data() + position, sizeof(T));
    }
    return value;
  }
  std::size_t follow(std::size_t position) { return position + at<std::uint32_t>(position); }
  /// Position of a table's field, or 0 if it is absent (defaults).
  std::size_t field(std::size_t table, unsigned index) {
    if (table == 0) return 0;
    const auto vtable = static_cast<std::size_t>(static_cast<std::int64_t>(table) - at<std::int32_t>(table));
    const std::size_t slot = 4 + 2 * std::size_t{index};
    if (slot + 2 > at<std::uint16_t>(vtable)) return 0;
    const auto offset = at<std::uint16_t>(vtable + slot);
    return offset == 0 ? 0 : table + offset;
  }
  template <typename T>
  T scalar(std::size_t table, unsigned index, T absent = {}) {
    const auto position = field(table, index);
    return position == 0 ? absent : at<T>(position);
  }
  std::size_t child(std::size_t table, unsigned index) {
    const auto position = field(table, index);
    return position == 0 ? 0 : follow(position);
  }
  /// A vector's first element and its length.
  std::pair<std::size_t, std::size_t> vector(std::size_t table, unsigned index, std::size_t element) {
    const auto position = child(table, index);
    if (position == 0) return {0, 0};
    const std::size_t count = at<std::uint32_t>(position);
    if (position + 4 > bytes_.size() || count > (bytes_.size() - position - 4) / element) {
      broken = true;
      return {0, 0};
    }
    return {position + 4, count};
  }
  template <typename T>
  std::vector<T> values(std::size_t table, unsigned index) {
    const auto [first, count] = vector(table, index, sizeof(T));
    std::vector<T> result(count);
    if (count > 0) std::memcpy(result.data(), bytes_.data() + first, count * sizeof(T));
    return result;
  }
  std::vector<std::size_t> tables(std::size_t table, unsigned index) {
    const auto [first, count] = vector(table, index, 4);
    std::vector<std::size_t> result(count);
    for (std::size_t i = 0; i < count; ++i) result[i] = follow(first + 4 * i);
    return result;
  }

  bool broken = false;

 private:
  std::vector<char> bytes_;
};

/// float = scale · (q − zero), per tensor or along `axis`. Empty if type, size or scales do not fit.
std::vector<float> dequantise(Buffer& file, std::size_t tensor, const std::vector<char>& data,
                              const std::vector<std::int64_t>& shape) {
  constexpr std::uint8_t kFloat32 = 0, kInt32 = 2, kUint8 = 3, kInt8 = 9;
  const auto type = file.scalar<std::uint8_t>(tensor, 1);
  std::size_t count = 1;
  for (const auto size : shape) {
    if (size <= 0 || count > data.size() / static_cast<std::size_t>(size)) return {};
    count *= static_cast<std::size_t>(size);
  }
  const std::size_t width = type == kFloat32 || type == kInt32 ? 4 : type == kUint8 || type == kInt8 ? 1 : 0;
  if (width == 0 || data.size() != count * width) return {};
  const auto quantisation = file.child(tensor, 4);
  const auto scales = file.values<float>(quantisation, 2);
  const auto zeros = file.values<std::int64_t>(quantisation, 3);
  const auto axis = static_cast<std::size_t>(file.scalar<std::int32_t>(quantisation, 6));
  std::size_t inner = count;
  if (scales.size() > 1) {
    if (axis >= shape.size() || static_cast<std::size_t>(shape[axis]) != scales.size()) return {};
    inner = 1;
    for (std::size_t i = axis + 1; i < shape.size(); ++i) inner *= static_cast<std::size_t>(shape[i]);
  }
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i) {
    if (type == kFloat32) {
      std::memcpy(&values[i], data.data() + 4 * i, 4);
      continue;
    }
    std::int32_t q = 0;
    if (type == kInt32) std::memcpy(&q, data.data() + 4 * i, 4);
    if (type == kInt8) q = static_cast<std::int8_t>(data[i]);
    if (type == kUint8) q = static_cast<std::uint8_t>(data[i]);
    const std::size_t channel = scales.empty() ? 0 : i / inner % scales.size();
    const float zero = channel < zeros.size() ? static_cast<float>(zeros[channel]) : 0.0F;
    values[i] = (scales.empty() ? 1.0F : scales[channel]) * (static_cast<float>(q) - zero);
  }
  return values;
}

TfliteOperator read_operator(Buffer& file, std::size_t table, const std::vector<std::int32_t>& codes) {
  TfliteOperator result;
  const auto code = file.scalar<std::uint32_t>(table, 0);
  if (code >= codes.size()) {
    file.broken = true;
    return result;
  }
  result.op = static_cast<TfliteOp>(codes[code]);
  result.inputs = file.values<std::int32_t>(table, 1);
  result.outputs = file.values<std::int32_t>(table, 2);
  const auto options = file.child(table, 4);
  const bool conv = result.op == TfliteOp::kConv, depthwise = result.op == TfliteOp::kDepthwiseConv;
  if (conv || depthwise) {
    result.same_padding = file.scalar<std::int8_t>(options, 0) == 0;
    result.stride_x = file.scalar<std::int32_t>(options, 1, 1);
    result.stride_y = file.scalar<std::int32_t>(options, 2, 1);
    result.activation = file.scalar<std::int8_t>(options, depthwise ? 4 : 3);
  } else if (result.op == TfliteOp::kAdd || result.op == TfliteOp::kFullyConnected) {
    result.activation = file.scalar<std::int8_t>(options, 0);
  }
  return result;
}

}  // namespace

Result<TfliteModel> read_tflite(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return fail(ErrorCode::kBadInput, "cannot open the network '" + path.string() + "'");
  Buffer file({std::istreambuf_iterator<char>(stream), {}});
  if (file.at<std::uint32_t>(4) != 0x334C4654U)  // "TFL3"
    return fail(ErrorCode::kBadInput, path.string() + " is not a TFLite file");
  const auto root = file.follow(0);
  std::vector<std::int32_t> codes;
  for (const auto table : file.tables(root, 1))  // old files keep the number in a byte, new ones in an int
    codes.push_back(std::max<std::int32_t>(file.scalar<std::int8_t>(table, 0), file.scalar<std::int32_t>(table, 3)));
  const auto graphs = file.tables(root, 2);
  const auto buffers = file.tables(root, 4);
  if (file.broken || graphs.empty()) return fail(ErrorCode::kBadInput, path.string() + " has no graph");

  TfliteModel model;
  for (const auto table : file.tables(graphs.front(), 0)) {
    TfliteTensor tensor;
    for (const auto size : file.values<std::int32_t>(table, 0)) tensor.shape.push_back(size);
    const auto name = file.values<char>(table, 3);
    tensor.name.assign(name.begin(), name.end());
    const auto buffer = file.scalar<std::uint32_t>(table, 2);
    if (buffer < buffers.size()) {
      const auto data = file.values<char>(buffers[buffer], 0);
      if (!data.empty()) tensor.values = dequantise(file, table, data, tensor.shape);
    }
    model.tensors.push_back(std::move(tensor));
  }
  model.inputs = file.values<std::int32_t>(graphs.front(), 1);
  model.outputs = file.values<std::int32_t>(graphs.front(), 2);
  const auto known = [&](const std::vector<std::int32_t>& list) {
    for (const auto i : list)
      if (i < 0 || static_cast<std::size_t>(i) >= model.tensors.size()) return false;
    return true;
  };
  for (const auto table : file.tables(graphs.front(), 3)) {
    model.operators.push_back(read_operator(file, table, codes));
    if (!known(model.operators.back().inputs) || !known(model.operators.back().outputs)) file.broken = true;
  }
  if (file.broken || !known(model.inputs) || !known(model.outputs))
    return fail(ErrorCode::kBadInput, path.string() + " is damaged: an offset or index points outside it");
  return model;
}

}  // namespace photoplayer::train
