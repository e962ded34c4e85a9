// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Which of the frames that differ from their predecessors begin a scene, given that scenes have a least length.
#include <photoplayer/perception/content_detector.h>

#include <cstdint>
#include <optional>

namespace photoplayer::perception::detail {

class FlashFilter {
 public:
  FlashFilter(CutFilter filter, int min_scene_frames) noexcept : filter_(filter), min_scene_frames_(min_scene_frames) {}

  /// The cut that `frame` confirms: this frame or, merging, an earlier one.
  [[nodiscard]] std::optional<std::int64_t> add(std::int64_t frame, bool differs) noexcept {
    if (min_scene_frames_ <= 0) return differs ? std::optional(frame) : std::nullopt;
    if (!last_) last_ = frame;  // the film's beginning counts as a cut
    const bool long_enough = frame - *last_ >= min_scene_frames_;
    return filter_ == CutFilter::kSuppress ? suppress(frame, differs, long_enough) : merge(frame, differs, long_enough);
  }

 private:
  std::optional<std::int64_t> suppress(std::int64_t frame, bool differs, bool long_enough) noexcept {
    if (!differs || !long_enough) return std::nullopt;
    last_ = frame;
    return frame;
  }

  /// `long_enough` was measured before this frame, so a burst ends with the first calm frame that is far enough from
  /// it; a burst shorter than a scene goes on until another one has made it long enough.
  std::optional<std::int64_t> merge(std::int64_t frame, bool differs, bool long_enough) noexcept {
    if (differs) last_ = frame;
    if (burst_) {
      if (differs || !long_enough || *last_ - *burst_ < min_scene_frames_) return std::nullopt;
      burst_.reset();
      return last_;
    }
    if (!differs) return std::nullopt;
    if (long_enough) {
      had_cut_ = true;
      return frame;
    }
    if (had_cut_) burst_ = frame;
    return std::nullopt;
  }

  CutFilter filter_;
  int min_scene_frames_;
  std::optional<std::int64_t> last_;   ///< the last frame that differed (suppressing: the last cut)
  std::optional<std::int64_t> burst_;  ///< where the frames began that are being merged
  bool had_cut_ = false;               ///< nothing is merged before the first cut
};

}  // namespace photoplayer::perception::detail
