// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A made-up film for a timeline: 25 frames a second, steady motion, cuts where wanted.
#include <photoplayer/stream/timeline.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace photoplayer::test {

struct Film {
  double length_s = 10.0;
  float motion = 0.4F;
  std::vector<std::pair<double, float>> cuts;  ///< time, strength
  double origin_s = 0.0;

  static constexpr double kFrame_s = 0.04;

  [[nodiscard]] static Film between(double from_s, double to_s) {
    Film film;
    film.origin_s = from_s;
    film.length_s = to_s - from_s;
    return film;
  }

  /// Shows everything before `until_s`, on from what was shown.
  void show(stream::Timeline& timeline, double until_s) {
    const double end_s = std::min(until_s, origin_s + length_s);
    for (; origin_s + static_cast<double>(frame_) * kFrame_s < end_s; ++frame_) {
      stream::FastObservation seen;
      seen.time_s = origin_s + static_cast<double>(frame_) * kFrame_s;
      seen.brightness = 0.5F;
      seen.motion = motion;
      seen.change = motion;
      for (const auto& [time_s, strength] : cuts) {
        const double at_s = origin_s + time_s;
        if (frame_ != static_cast<long>(time_s / kFrame_s + 1e-9)) continue;
        seen.cut = strength;
        timeline.push(stream::VisualEvent{at_s, stream::VisualEventKind::kCut, strength});
      }
      timeline.push(seen);
    }
    timeline.advance(end_s);
    if (until_s >= origin_s + length_s) timeline.finish(origin_s + length_s);
  }
  void show_all(stream::Timeline& timeline) { show(timeline, origin_s + length_s); }

 private:
  long frame_ = 0;
};

}  // namespace photoplayer::test
