// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A safetensors file that need not be a bundle: weights and reference tensors from elsewhere. Mapped read-only;
/// the structure (header, shapes, offsets, no gap, no overlap) is validated in full before anything is handed out,
/// the values are not looked at. Immutable once open, so any thread may read it; the views die with it, and survive a
/// move. Tested with hostile files in tests/unit/bundle/safetensors_test.cpp.
#include <photoplayer/model/tensor_view.h>
#include <photoplayer/stream/result.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace photoplayer::model {

class SafetensorsFile {
 public:
  /// Fails with kBadInput and one line that names the file and says what is wrong. Caller: control; reads the header.
  [[nodiscard]] static Result<SafetensorsFile> open(const std::filesystem::path& path);

  SafetensorsFile(SafetensorsFile&&) noexcept;
  SafetensorsFile& operator=(SafetensorsFile&&) noexcept;
  SafetensorsFile(const SafetensorsFile&) = delete;
  SafetensorsFile& operator=(const SafetensorsFile&) = delete;
  ~SafetensorsFile();

  [[nodiscard]] const std::filesystem::path& path() const noexcept;
  [[nodiscard]] const std::map<std::string, std::string, std::less<>>& metadata() const noexcept;
  [[nodiscard]] const std::vector<std::string>& names() const noexcept;  ///< sorted
  [[nodiscard]] bool has(std::string_view name) const noexcept;
  /// Fails with kBadInput: no such tensor, or one of a type that DType does not know (F64, BOOL, …; such tensors are
  /// listed by names() all the same).
  [[nodiscard]] Result<TensorView> tensor(std::string_view name) const;

 private:
  struct State;
  explicit SafetensorsFile(std::unique_ptr<State> state) noexcept;
  std::unique_ptr<State> state_;
};

}  // namespace photoplayer::model
