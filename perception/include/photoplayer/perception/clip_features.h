// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A clip's cuts, visual beats and colours, one per second, as Diff-V2M's network was trained on them: offline, with
/// all of the clip in view. One thread at a time. Tested in tests/unit/perception/clip_features_test.cpp.
///
/// What the authors have not published is chosen here: the rhythm curve is ContentDetector's score, a cut belongs to
/// the second that it lies in, and a second's colours are those of its first frame.
#include <photoplayer/perception/content_detector.h>
#include <photoplayer/perception/slow_path.h>
#include <photoplayer/stream/timeline.h>

#include <array>
#include <cstdint>
#include <vector>

namespace photoplayer::perception {

/// [seconds] each, seconds = the clip's length rounded up.
struct ClipFeatureRows {
  std::vector<float> scene_cut;                                ///< 0 or 1
  std::vector<float> visual_beat;                              ///< 0…1
  std::vector<std::array<float, stream::kColourDims>> colour;  ///< RGB-uv histograms [plane, u, v]; a second without a
                                                               ///< frame has the one's before
};

class ClipFeatures {
 public:
  /// Frames in order, RGB at full size; the first one's time is the clip's beginning.
  void add(const stream::PictureView& frame, double time_s);

  /// `end_s`: when the last frame ends, on the same clock. Without frames there are no rows.
  [[nodiscard]] ClipFeatureRows finish(double end_s) const;

 private:
  ContentDetector detector_;
  SlowPath colours_{nullptr};
  std::vector<double> times_s_;  ///< of every frame, since the first
  std::vector<double> scores_;   ///< against the frame before; the first frame has none
  std::vector<std::int64_t> cuts_;
  std::vector<stream::SlowObservation> seen_;
  double origin_s_ = 0.0;
};

}  // namespace photoplayer::perception
