// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What a moment means and which colours it has: the semantic encoder and the RGB-uv histogram, once a second
/// of video. Tested in tests/unit/perception/slow_path_test.cpp.
#include <photoplayer/perception/clip_picture.h>
#include <photoplayer/stream/picture.h>
#include <photoplayer/stream/timeline.h>

#include <cstdint>
#include <optional>

namespace photoplayer::perception {

/// When a still is due: on the first frame, then on the first frame of every further second since that one.
/// One thread.
class StillSchedule {
 public:
  [[nodiscard]] bool due(double time_s) const noexcept;
  /// A still was taken at `time_s`.
  void take(double time_s) noexcept;
  void reset() noexcept { taken_.reset(); }

 private:
  struct Taken {
    double origin_s;  ///< the first frame
    double last_s;
  };
  std::optional<Taken> taken_;
};

/// What an encoder, null or not, looks at.
[[nodiscard]] inline stream::StillKind still_kind(const stream::SemanticEncoder* encoder) {
  return encoder == nullptr ? stream::StillKind::kSquare : encoder->still();
}

class SlowPath {
 public:
  /// `encoder` is not owned and may be null: then `semantic` stays all zero.
  explicit SlowPath(stream::SemanticEncoder* encoder) : encoder_(encoder) {}

  [[nodiscard]] bool wants(double time_s) const noexcept { return schedule_.due(time_s); }

  /// `still` is kStillSide × kStillSide, or for CLIP the whole frame, whose colours then count as they are; may take up
  /// to a second. Never throws: an encoder that throws or returns something that is not finite leaves `semantic` zero
  /// and is counted.
  [[nodiscard]] stream::SlowObservation look(const stream::PictureView& still, double time_s) noexcept;

  /// The next frame is a first frame again.
  void reset() noexcept { schedule_.reset(); }

  [[nodiscard]] std::uint64_t encoder_failures() const noexcept { return encoder_failures_; }

 private:
  stream::SemanticEncoder* encoder_;
  ClipPicture clip_picture_;
  StillSchedule schedule_;
  std::uint64_t encoder_failures_ = 0;
};

}  // namespace photoplayer::perception
