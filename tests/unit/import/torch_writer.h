// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Writes what torch.save() and TorchScript write, for tests: a zip with stored entries and a pickle of protocol 2.
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace photoplayer::model::test {

struct TestTensor {
  std::vector<std::int64_t> shape;
  std::vector<float> values;  ///< row-major
};
using NamedTensors = std::vector<std::pair<std::string, TestTensor>>;

enum class TestType { kF32, kF64, kF16, kBF16, kI64 };
[[nodiscard]] std::string stored_bytes(const TestTensor& tensor, TestType type);

class ZipWriter {
 public:
  explicit ZipWriter(bool zip64 = false) : zip64_(zip64) {}
  void add(const std::string& name, const std::string& bytes, int method = 0);
  [[nodiscard]] std::string finish() const;

 private:
  bool zip64_;
  std::string file_, directory_;
  std::uint64_t entries_ = 0;
};

/// Opcodes in a row; each call appends one value or one operation.
class PickleWriter {
 public:
  PickleWriter& op(std::string_view bytes) {
    bytes_ += bytes;
    return *this;
  }
  PickleWriter& text(std::string_view text);
  PickleWriter& number(std::int64_t value);
  PickleWriter& global(std::string_view module, std::string_view name);
  PickleWriter& numbers(const std::vector<std::int64_t>& values);  ///< a tuple
  [[nodiscard]] std::string finish() const { return "\x80\x02" + bytes_ + "."; }

 private:
  std::string bytes_;
};

/// A tensor's description in the pickle, and its storage in the zip.
struct TensorPlace {
  std::string key = "0";
  std::int64_t storage_elements = 0, offset = 0;
  std::vector<std::int64_t> strides = {};  ///< empty: contiguous
  std::string storage_class = "FloatStorage";
};
void put_tensor(PickleWriter& pickle, const std::vector<std::int64_t>& shape, const TensorPlace& place);

struct CheckpointStyle {
  TestType type = TestType::kF32;
  bool lightning = true;    ///< inside {"state_dict": …} with foreign entries beside it
  bool transposed = false;  ///< matrices stored the other way round, with strides to match
  bool parameters = false;  ///< wrapped by _rebuild_parameter
  bool zip64 = false;
  std::string folder = "archive";
};
[[nodiscard]] std::string torch_checkpoint(const NamedTensors& tensors, const CheckpointStyle& style = {});

/// Dotted names become a tree of script modules.
[[nodiscard]] std::string torch_script(const NamedTensors& tensors, TestType type = TestType::kF16);

[[nodiscard]] std::string safetensors(const NamedTensors& tensors);

}  // namespace photoplayer::model::test
