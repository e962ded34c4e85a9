// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Writes bundles. The file appears whole or not at all: temporary file in the same folder, fsync, rename.
///
/// Layout: safetensors. `__metadata__` holds three strings:
///  * "photoplayer": a JSON object {"format": 1, "family": "parlour"|"diffv2m", "name": "…", "config": {…},
///    "provenance": {…} or "…", "licence": "…"}; more keys are allowed;
///  * "sha256": of the data section, 64 lower-case hexadecimal digits;
///  * "header_sha256": of the JSON header's bytes with these 64 digits replaced by zeros. It makes a flipped byte
///    in a name, a shape or the config as visible as one in the data.
#include <photoplayer/model/bundle.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace photoplayer::model {

struct NamedTensor {
  std::string name;
  std::vector<std::int64_t> shape;
  std::vector<float> values;
  DType storage = DType::kF32;  ///< kF32, kF16 or kBF16; rounded to nearest, ties to even
};

struct PlannedTensor {
  std::string name;
  std::vector<std::int64_t> shape;
  DType storage = DType::kF32;  ///< kF32, kF16 or kBF16
};

/// Writes a bundle that need not fit into memory: first all names and shapes, then the bytes in order(). A writer that
/// goes away before commit() leaves nothing. Fails with kInternal (what was asked makes no valid bundle) or kOutput
/// (disk). Caller: control.
class BundleWriter {
 public:
  /// `metadata`: the "photoplayer" object as JSON text.
  [[nodiscard]] static Result<BundleWriter> create(const std::filesystem::path& path, std::string_view metadata,
                                                   std::vector<PlannedTensor> tensors);
  BundleWriter(BundleWriter&&) noexcept;
  BundleWriter& operator=(BundleWriter&&) noexcept;
  BundleWriter(const BundleWriter&) = delete;
  BundleWriter& operator=(const BundleWriter&) = delete;
  ~BundleWriter();

  /// Wide types first, so that each tensor is aligned to its own size; then by name.
  [[nodiscard]] const std::vector<PlannedTensor>& order() const noexcept;
  /// The next values, rounded to nearest, ties to even. A piece lies within one tensor. Refuses values that are not
  /// finite once stored.
  [[nodiscard]] Result<void> write(std::span<const float> values);
  /// Once every value is there: digests, fsync, rename.
  [[nodiscard]] Result<void> commit();

 private:
  struct State;
  explicit BundleWriter(std::unique_ptr<State> state) noexcept;
  std::unique_ptr<State> state_;
};

/// `metadata`: the "photoplayer" object as JSON text. Refuses values that are not finite once stored.
/// Fails with kInternal (what was asked makes no valid bundle) or kOutput (disk). Caller: control.
[[nodiscard]] Result<void> write_bundle(const std::filesystem::path& path, std::string_view metadata,
                                        std::span<const NamedTensor> tensors);

}  // namespace photoplayer::model
