// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A network of the published kind at toy size, with random weights and pictures, and a writer for the files that the
/// tests damage.
#include <photoplayer/diffv2m/conditioner.h>
#include <photoplayer/diffv2m/network.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace photoplayer::tests {

/// Three blocks of four heads, two of them for each key head; sixteen semantic numbers, six seconds.
[[nodiscard]] diffv2m::Config toy_config(const std::string& attention_weight_type = "FiLM_choose",
                                         const diffv2m::Compat& compat = {});
[[nodiscard]] diffv2m::Weights toy_weights(const diffv2m::Config& config, std::uint64_t seed = 1);
[[nodiscard]] diffv2m::Clip toy_clip(const diffv2m::Config& config, std::int64_t seconds);

/// What every test of the network starts from: two clips, the second one shorter.
struct Toy {
  diffv2m::Config config;
  diffv2m::Weights weights;
  diffv2m::Conditioner conditioner;
  diffv2m::Network network;
  std::vector<diffv2m::Clip> clips;
  diffv2m::Conditions conditions;
  explicit Toy(const diffv2m::Config& config);
  /// Guided, by the plain way.
  [[nodiscard]] torch::Tensor plain(const torch::Tensor& x, double t, double guidance) const;
};

/// Largest difference in standard deviations of the expected tensor.
[[nodiscard]] double relative_error(const torch::Tensor& actual, const torch::Tensor& expected);

/// fp32, bf16, fp16 and int64 tensors as a safetensors file.
void write_safetensors(const std::filesystem::path& path, const std::map<std::string, torch::Tensor>& tensors,
                       const std::map<std::string, std::string>& metadata = {});

}  // namespace photoplayer::tests
