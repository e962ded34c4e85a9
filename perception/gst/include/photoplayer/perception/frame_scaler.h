// SPDX-License-Identifier: Apache-2.0
#pragma once
/// From a mapped video frame of any raw format and size to the pictures that perception looks at. The only
/// place of perception that knows GstVideo. One thread. Tested in
/// tests/unit/perception/frame_scaler_test.cpp.
#include <gst/video/video.h>
#include <photoplayer/stream/picture.h>
#include <photoplayer/stream/result.h>

#include <memory>

namespace photoplayer::perception {

/// The whole frame is stretched (no bars, pixel aspect ratio ignored). Interlaced frames are taken as they
/// lie in memory, both fields woven; the averaging mixes them. Where a buffer holds one field (alternate), that is the
/// picture; for CLIP it is brought to the frame's height.
class FrameScaler {
 public:
  /// `kind`: of the stills. Fails with kBadInput if the format is not raw pixels that libgstvideo can convert.
  [[nodiscard]] static Result<FrameScaler> make(const GstVideoInfo& info,
                                                stream::StillKind kind = stream::StillKind::kSquare);

  ~FrameScaler();
  FrameScaler(FrameScaler&&) noexcept;
  FrameScaler& operator=(FrameScaler&&) noexcept;

  /// False if frames with this info need another scaler (the caps changed).
  [[nodiscard]] bool fits(const GstVideoInfo& info) const noexcept;

  /// kThumbWidth × kThumbHeight. The view is valid until the next call. Fails with kBadInput if `frame` does
  /// not fit.
  [[nodiscard]] Result<stream::PictureView> thumb(const GstVideoFrame& frame);
  /// kStillSide × kStillSide, or for CLIP the whole frame as it is; likewise; costs several times a thumbnail, so ask
  /// only when it is wanted. The whole frame goes to RGB here, on the caller's thread: 54 ms for 4K in NV12, some 200
  /// ms for 8K or 10 bits.
  [[nodiscard]] Result<stream::PictureView> still(const GstVideoFrame& frame);

 private:
  struct State;
  explicit FrameScaler(std::unique_ptr<State> state) noexcept;
  std::unique_ptr<State> state_;
};

}  // namespace photoplayer::perception
