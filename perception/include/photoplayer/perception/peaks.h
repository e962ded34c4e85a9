// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Peaks of a curve and what they come to per second, as Diff-V2M's features are made offline: the rule is one for
/// music (onsets) and picture (visual beats). Pure functions, any thread.
/// Tested in tests/unit/perception/peaks_test.cpp.
#include <cstddef>
#include <span>
#include <vector>

namespace photoplayer::perception {

struct CurvePeak {
  std::size_t at = 0;       ///< index into the curve; of a plateau the middle, rounded down
  double prominence = 0.0;  ///< how far it stands above the higher of its two valleys
};

/// What scipy.signal.find_peaks(curve, prominence=min_prominence) finds, in order. The ends of the curve are no peaks.
/// In the worst case (one slope of ever higher peaks) time is quadratic.
[[nodiscard]] std::vector<CurvePeak> find_peaks(std::span<const double> curve, double min_prominence);

/// [seconds]: per second the highest peak, at least 0, so that a second without peaks, or with negative ones, is 0. A
/// peak at time t belongs to second round(t), half to even: second k holds [k − 0.5, k + 0.5], the first one is half as
/// long, and what rounds to `seconds` is dropped. `times_s` has the curve's length.
[[nodiscard]] std::vector<float> peaks_per_second(std::span<const double> curve, std::span<const double> times_s,
                                                  std::span<const CurvePeak> peaks, std::size_t seconds);

/// [seconds]: the curve is scaled to 0…1 over the whole clip; peaks that stand out by 0.3 are visual beats, and the
/// highest of each second counts (as in `peaks_per_second`). A flat curve has none.
[[nodiscard]] std::vector<float> visual_beats_per_second(std::span<const double> curve, std::span<const double> times_s,
                                                         std::size_t seconds);

}  // namespace photoplayer::perception
