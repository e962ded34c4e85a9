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

#include <cstdint>
#include <filesystem>
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

/// `metadata`: the "photoplayer" object as JSON text. Refuses values that are not finite once stored.
/// Fails with kInternal (what was asked makes no valid bundle) or kOutput (disk). Caller: control.
[[nodiscard]] Result<void> write_bundle(const std::filesystem::path& path, std::string_view metadata,
                                        std::span<const NamedTensor> tensors);

}  // namespace photoplayer::model
