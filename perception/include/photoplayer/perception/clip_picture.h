// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A picture as CLIP wants it, byte for byte what torchvision's Resize(224, BICUBIC) and CenterCrop(224) make of a
/// Pillow image: the short side to 224 with an antialiased bicubic kernel, then the middle. The tower does the rest
/// (scale to 0…1, mean and deviation). One thread at a time.
/// Tested in tests/unit/perception/clip_picture_test.cpp.
#include <photoplayer/stream/picture.h>
#include <photoplayer/stream/result.h>

#include <cstdint>
#include <memory>

namespace photoplayer::perception {

class ClipPicture {
 public:
  ClipPicture();
  ~ClipPicture();
  ClipPicture(ClipPicture&&) noexcept;
  ClipPicture& operator=(ClipPicture&&) noexcept;

  /// [kClipSide, kClipSide, 3] bytes from a whole frame of any size, valid until the next call. Kernels are kept while
  /// the size stays. Fails with kBadInput on an empty frame.
  [[nodiscard]] Result<stream::PictureView> make(const stream::PictureView& frame);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace photoplayer::perception
