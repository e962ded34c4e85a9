// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Visual beats: peaks of the change-and-motion curve that stand out on both sides, confirmed at most 0.25 s
/// later.
///
/// Diff-V2M scales the curve of the whole clip to 0…1 and takes peaks of prominence 0.3. Here the scale is
/// the spread (2nd to 98th part of a hundred) of the last 30 s, and the right side of the prominence is what
/// fell within 0.25 s.
#include <array>
#include <cstddef>
#include <deque>
#include <optional>

namespace photoplayer::perception::detail {

struct Beat {
  double time_s = 0.0;
  float strength = 0.0F;  ///< how far it rose, in spreads, at most 1
};

class BeatDetector {
 public:
  void reset();
  /// `time_s` increases; `interval_s` is the distance of frames now; `now_s` ≥ `time_s` is when the caller
  /// learnt it.
  [[nodiscard]] std::optional<Beat> add(double time_s, float value, double interval_s, double now_s);

 private:
  struct Sample {
    double time_s;
    float value;
  };
  struct Peak {
    Sample at;
    float valley;  ///< the lowest value before it, since the last beat
    float right_lowest;
  };
  [[nodiscard]] float smoothed(std::size_t index) const;
  [[nodiscard]] std::optional<Beat> follow(const Sample& sample, double interval_s, double now_s);
  void learn_spread(const Sample& sample);

  std::deque<Sample> samples_;
  std::size_t next_ = 0;  ///< the first sample not yet followed
  std::optional<Peak> peak_;
  std::optional<float> valley_;
  std::optional<double> last_beat_s_;

  std::deque<Sample> bins_;  ///< maxima over a tenth of a second each, for the last 30 s
  std::optional<Sample> open_bin_;
  float spread_ = 0.0F;
};

}  // namespace photoplayer::perception::detail
