// SPDX-License-Identifier: Apache-2.0
#pragma once
/// How alike two sets of music sound, from what a network hears in them. Rows are samples; sets have the same width.
/// Numbers mean something only against numbers from the same network and about as many samples. Pure functions, any
/// thread. Tested in tests/unit/evaluate/distribution_metrics_test.cpp.
#include <photoplayer/stream/result.h>

#include <cstddef>
#include <span>

namespace photoplayer::train {

struct Samples {
  std::span<const float> values;  ///< [rows, width]
  std::size_t width = 0;
  [[nodiscard]] std::size_t rows() const noexcept { return values.size() / width; }
  [[nodiscard]] std::span<const float> row(std::size_t index) const { return values.subspan(index * width, width); }
};

/// Fréchet distance of the two normal distributions with the sets' means and covariances (unbiased):
/// |m₁ − m₂|² + tr C₁ + tr C₂ − 2 tr (C₁ C₂)^½. Needs two rows each, or kBadInput. O(width³).
[[nodiscard]] Result<double> frechet_distance(const Samples& a, const Samples& b);

/// Σ p ln(p / q) of the mean class scores, each brought to a sum of 1; `p` is the reference.
[[nodiscard]] double class_divergence(const Samples& reference, const Samples& music);

struct Fidelity {
  double density = 0.0;   ///< how deep the music lies among the reference: 1 is as deep as the reference itself
  double coverage = 0.0;  ///< share of the reference that has music near it
};
/// Naeem et al. 2020: balls around each reference sample, as wide as the way to its k-th neighbour in the reference.
/// Needs more than k reference rows and one of music, or kBadInput.
[[nodiscard]] Result<Fidelity> density_coverage(const Samples& reference, const Samples& music, std::size_t k = 5);

}  // namespace photoplayer::train
