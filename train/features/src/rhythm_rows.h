// SPDX-License-Identifier: Apache-2.0
#pragma once
/// How a feature of any rate becomes 30 rows: means over blocks, then one standardisation over everything.
#include <photoplayer/stream/result.h>

#include <cstddef>
#include <span>
#include <vector>

namespace photoplayer::train::detail {

/// Takes the frames of a feature one after another.
class RhythmRows {
 public:
  /// A block is frames / 30 (rounded down, at least 1) frames × `width` values; frames beyond 30 blocks are left out,
  /// of fewer than 30 frames the rest is zero.
  RhythmRows(std::size_t frames, std::size_t values, std::size_t columns);

  void add(std::span<const float> frame);
  /// [30, columns], standardised: (x − mean) / (unbiased deviation + 1e-6).
  [[nodiscard]] std::vector<float> finish() const;

 private:
  std::size_t block_, width_, columns_;
  std::size_t frame_ = 0;
  std::vector<double> sums_;
};

/// What all of these features refuse.
[[nodiscard]] Result<void> check_music(std::span<const float> music, std::size_t least_samples);

}  // namespace photoplayer::train::detail
