// SPDX-License-Identifier: Apache-2.0
#include "linear_resizer.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

namespace photoplayer::perception::detail {
namespace {

constexpr int kOne = 1 << 11;

}  // namespace

LinearResizer::LinearResizer(int width, int height, int to_width, int to_height)
    : columns_(taps(width, to_width)), rows_(taps(height, to_height)) {}

/// Positions are rounded to single precision, as OpenCV's are. At the edges both taps lie on the last pixel.
std::vector<LinearResizer::Tap> LinearResizer::taps(int size, int to_size) {
  const double scale = 1.0 / (static_cast<double>(to_size) / size);
  std::vector<Tap> taps;
  taps.reserve(static_cast<std::size_t>(to_size));
  for (int i = 0; i < to_size; ++i) {
    const auto position = static_cast<float>((i + 0.5) * scale - 0.5);
    const float whole = std::floor(position);
    const float part = position - whole;
    const int at = static_cast<int>(whole);
    taps.push_back(
        {{std::clamp(at, 0, size - 1), std::clamp(at + 1, 0, size - 1)},
         {static_cast<int>(std::nearbyint((1.0F - part) * kOne)), static_cast<int>(std::nearbyint(part * kOne))}});
  }
  return taps;
}

void LinearResizer::blend_row(const std::uint8_t* row, std::vector<int>& out) const {
  out.resize(3 * columns_.size());
  std::size_t i = 0;
  for (const Tap& tap : columns_) {
    const std::uint8_t* left = row + 3 * tap.at[0];
    const std::uint8_t* right = row + 3 * tap.at[1];
    for (int c = 0; c < 3; ++c) out[i++] = left[c] * tap.weight[0] + right[c] * tap.weight[1];
  }
}

void LinearResizer::resize(const stream::PictureView& from, std::vector<std::uint8_t>& to) {
  to.resize(3 * columns_.size() * rows_.size());
  blended_at_ = {-1, -1};
  std::uint8_t* out = to.data();
  for (const Tap& tap : rows_) {
    if (blended_at_[1] == tap.at[0]) {
      std::swap(blended_[0], blended_[1]);
      std::swap(blended_at_[0], blended_at_[1]);
    }
    for (std::size_t k = 0; k < 2; ++k) {
      if (blended_at_[k] == tap.at[k]) continue;
      blend_row(from.rgb + tap.at[k] * from.stride_bytes, blended_[k]);
      blended_at_[k] = tap.at[k];
    }
    // OpenCV keeps 16 bits of each product before it adds them.
    for (std::size_t i = 0; i < blended_[0].size(); ++i) {
      const int upper = (tap.weight[0] * (blended_[0][i] >> 4)) >> 16;
      const int lower = (tap.weight[1] * (blended_[1][i] >> 4)) >> 16;
      *out++ = static_cast<std::uint8_t>((upper + lower + 2) >> 2);
    }
  }
}

}  // namespace photoplayer::perception::detail
