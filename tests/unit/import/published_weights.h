// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A Diff-V2M of tiny widths with made-up weights, in the layouts in which its parts are published.
#include "diffv2m_config.h"
#include "torch_writer.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

namespace photoplayer::model::test {

[[nodiscard]] detail::Diffv2mConfig tiny_config();

/// Depends on the name alone.
[[nodiscard]] TestTensor made_up(const std::string& name, const std::vector<std::int64_t>& shape,
                                 std::uint64_t seed = 1);

enum class NormNames { kClassic, kParametrised };

struct Published {
  /// What a bundle must hold in the end.
  std::map<std::string, TestTensor> expected;
  /// Under the bundle's names, but the autoencoder's convolutions with weight norm, and dead tensors beside the rest.
  NamedTensors network, autoencoder, clip;
};
[[nodiscard]] Published publish(const detail::Diffv2mConfig& config, NormNames names = NormNames::kClassic);

/// Of the tensors whose names begin with `from`, the beginning replaced; the others stay out.
[[nodiscard]] NamedTensors renamed(const NamedTensors& tensors, const std::string& from, const std::string& to);
[[nodiscard]] NamedTensors joined(NamedTensors first, const NamedTensors& second);

[[nodiscard]] NamedTensors lightning_layout(const Published& published);  ///< everything but CLIP
[[nodiscard]] NamedTensors diffusers_layout(const NamedTensors& autoencoder);
[[nodiscard]] NamedTensors transformers_layout(const NamedTensors& clip);

}  // namespace photoplayer::model::test
