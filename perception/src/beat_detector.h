// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Visual beats: peaks of the curve of impacts and of change that no motion explains, which stand out on both sides,
/// confirmed at most 0.25 s later.
///
/// Diff-V2M scales the curve of the whole clip to 0…1 and takes peaks of prominence 0.3. Here the scale is
/// the spread (2nd to 98th part of a hundred) of the last 30 s, and the right side of the prominence is what
/// fell within 0.25 s.
#include <cstddef>
#include <optional>

#include "recent.h"
#include "visual_pulse.h"

namespace photoplayer::perception::detail {

struct Beat {
  double time_s = 0.0;
  float strength = 0.0F;  ///< how far it rose, in spreads, at most 1
};

class BeatDetector {
 public:
  void reset();
  /// `time_s` increases; `interval_s` is the distance of frames now; `now_s` ≥ `time_s` is when the caller
  /// learnt it. On a beat of `pulse` less has to stand out, between its beats more.
  [[nodiscard]] std::optional<Beat> add(double time_s, float value, double interval_s, double now_s,
                                        const std::optional<Pulse>& pulse = {});

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
  [[nodiscard]] std::optional<Beat> follow(const Sample& sample, double interval_s, double now_s,
                                           const std::optional<Pulse>& pulse);
  void learn_spread(const Sample& sample);

  Recent<Sample, 64> samples_;  // of at least 2 ms each
  std::size_t next_ = 0;        ///< the first sample not yet followed
  std::optional<Peak> peak_;
  std::optional<float> valley_;
  std::optional<double> last_beat_s_;

  static constexpr std::size_t kBins = 320;
  Recent<Sample, kBins> bins_;  ///< maxima over a tenth of a second each, for the last 30 s
  float spread_ = 0.0F;
};

}  // namespace photoplayer::perception::detail
