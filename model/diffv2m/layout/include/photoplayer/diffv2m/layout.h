// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Which tensors a network of a given configuration has, under the authors' names, and how large they are: what loading
/// and importing check against, what a random bundle is made from, and where the published parameter counts come from.
/// No LibTorch here.
#include <photoplayer/diffv2m/config.h>

#include <cstdint>
#include <string>
#include <vector>

namespace photoplayer::diffv2m {

enum class Need {
  kParameter,  ///< learned and read
  kBuffer,     ///< not learned; zeros where it is absent
  kDead,       ///< learned, in checkpoints, never read: by anyone, or with this fusion
};

struct LayoutEntry {
  std::string name;
  std::vector<std::int64_t> shape;
  Need need = Need::kParameter;
};

[[nodiscard]] std::vector<LayoutEntry> dit_layout(const Config& config);          ///< model.model.*
[[nodiscard]] std::vector<LayoutEntry> conditioner_layout(const Config& config);  ///< conditioner.conditioners.*
[[nodiscard]] std::vector<LayoutEntry> predictor_layout(const Config& config);    ///< …semantic.extractor.*
[[nodiscard]] std::vector<LayoutEntry> autoencoder_layout(
    const Config& config);                                                 ///< pretransform.*, weight norm folded
[[nodiscard]] std::vector<LayoutEntry> clip_layout(const Config& config);  ///< visual.*

/// Learned numbers, dead ones included.
[[nodiscard]] std::int64_t parameter_count(const std::vector<LayoutEntry>& layout);

/// Whether a tensor is the matrix of a product with activations and may be stored in half precision. The rest
/// (gains, biases, embeddings, Fourier frequencies, FiLM and gate) is small, and rounding it costs accuracy for
/// nothing.
[[nodiscard]] bool is_product_matrix(const std::string& name, const std::vector<std::int64_t>& shape);

}  // namespace photoplayer::diffv2m
