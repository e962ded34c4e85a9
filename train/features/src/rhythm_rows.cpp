// SPDX-License-Identifier: Apache-2.0
#include "rhythm_rows.h"

#include <photoplayer/train/audio_features.h>

#include <algorithm>
#include <cmath>
#include <string>

namespace photoplayer::train::detail {
namespace {

constexpr double kEpsilon = 1e-6;

}  // namespace

RhythmRows::RhythmRows(std::size_t frames, std::size_t values, std::size_t columns)
    : block_(std::max<std::size_t>(frames / kRhythmRows, 1)),
      width_(values / columns),
      columns_(columns),
      sums_(kRhythmRows * columns, 0.0) {}

void RhythmRows::add(std::span<const float> frame) {
  const std::size_t row = frame_++ / block_;
  if (row >= kRhythmRows) return;
  for (std::size_t i = 0; i < columns_ * width_; ++i)
    sums_[row * columns_ + i / width_] += static_cast<double>(frame[i]);
}

std::vector<float> RhythmRows::finish() const {
  const auto count = static_cast<double>(sums_.size());
  const auto per_block = static_cast<double>(block_ * width_);
  double mean = 0.0, squares = 0.0;
  for (const double sum : sums_) mean += sum / per_block / count;
  for (const double sum : sums_) squares += (sum / per_block - mean) * (sum / per_block - mean);
  const double scale = std::sqrt(squares / (count - 1.0)) + kEpsilon;
  std::vector<float> rows;
  rows.reserve(sums_.size());
  for (const double sum : sums_) rows.push_back(static_cast<float>((sum / per_block - mean) / scale));
  return rows;
}

Result<void> check_music(std::span<const float> music, std::size_t least_samples) {
  if (music.size() < least_samples) {
    return fail(ErrorCode::kBadInput, "cannot take features of " + std::to_string(music.size()) +
                                          " samples; at least " + std::to_string(least_samples) + " are needed");
  }
  const auto broken = std::find_if(music.begin(), music.end(), [](float sample) { return !std::isfinite(sample); });
  if (broken != music.end()) {
    return fail(ErrorCode::kBadInput, "cannot take features of music whose sample " +
                                          std::to_string(broken - music.begin()) + " is not finite");
  }
  return {};
}

}  // namespace photoplayer::train::detail
