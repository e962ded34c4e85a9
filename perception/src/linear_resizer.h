// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Bilinear resizing of RGB bytes, bit for bit as OpenCV's resize(INTER_LINEAR) does it: no antialiasing, 11-bit
/// weights.
#include <photoplayer/stream/picture.h>

#include <array>
#include <cstdint>
#include <vector>

namespace photoplayer::perception::detail {

class LinearResizer {
 public:
  LinearResizer(int width, int height, int to_width, int to_height);

  /// `from` is width × height; `to` becomes [to_height, to_width, 3].
  void resize(const stream::PictureView& from, std::vector<std::uint8_t>& to);

 private:
  /// Two neighbours and their weights, which add up to 2048.
  struct Tap {
    std::array<int, 2> at;
    std::array<int, 2> weight;
  };
  static std::vector<Tap> taps(int size, int to_size);
  void blend_row(const std::uint8_t* row, std::vector<int>& out) const;

  std::vector<Tap> columns_, rows_;
  std::array<std::vector<int>, 2> blended_;  ///< the two source rows in use, resized horizontally
  std::array<int, 2> blended_at_{};
};

}  // namespace photoplayer::perception::detail
