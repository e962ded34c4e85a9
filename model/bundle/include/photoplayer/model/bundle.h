// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A bundle: everything that a model needs in one safetensors file. The file is mapped read-only and validated in
/// full before anything is handed out: structure, tensor layout, photoplayer metadata, SHA-256 of header and data.
/// The metadata keys are described in bundle_writer.h. Immutable once open, so any thread may read it; the views
/// die with it. Tested with hostile files in tests/unit/bundle.
#include <photoplayer/model/tensor_view.h>
#include <photoplayer/stream/result.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace photoplayer::model {

/// What the bundle says about itself.
struct BundleInfo {
  int format = 0;
  std::string family;  ///< "parlour" or "diffv2m"
  std::string name;
  std::string config;      ///< JSON object as text
  std::string provenance;  ///< JSON value as text
  std::string licence;     ///< SPDX expression or a sentence
};

class Bundle {
 public:
  /// Fails with kBadBundle and one line that says what is wrong. Caller: control; reads the whole file once.
  [[nodiscard]] static Result<Bundle> open(const std::filesystem::path& path);

  Bundle(Bundle&&) noexcept;
  Bundle& operator=(Bundle&&) noexcept;
  Bundle(const Bundle&) = delete;
  Bundle& operator=(const Bundle&) = delete;
  ~Bundle();

  [[nodiscard]] const std::filesystem::path& path() const noexcept;
  [[nodiscard]] const BundleInfo& info() const noexcept;
  [[nodiscard]] const std::string& config() const noexcept;  ///< info().config
  [[nodiscard]] const std::string& sha256() const noexcept;  ///< of the data section, hexadecimal
  [[nodiscard]] std::uint64_t file_bytes() const noexcept;
  /// An entry of `__metadata__`, as it stands in the file.
  [[nodiscard]] std::optional<std::string> metadata(std::string_view key) const;

  [[nodiscard]] const std::vector<std::string>& names() const noexcept;  ///< sorted
  [[nodiscard]] bool has(std::string_view name) const noexcept;
  [[nodiscard]] Result<TensorView> tensor(std::string_view name) const;
  /// Copies and widens F32, F16 and BF16; other types and other shapes are refused.
  [[nodiscard]] Result<std::vector<float>> read_f32(std::string_view name,
                                                    std::span<const std::int64_t> expected_shape) const;
  [[nodiscard]] Result<std::vector<float>> read_f32(std::string_view name,
                                                    std::initializer_list<std::int64_t> expected_shape) const {
    return read_f32(name, std::span<const std::int64_t>(expected_shape.begin(), expected_shape.size()));
  }

 private:
  struct State;
  explicit Bundle(std::unique_ptr<State> state) noexcept;
  std::unique_ptr<State> state_;
};

}  // namespace photoplayer::model
