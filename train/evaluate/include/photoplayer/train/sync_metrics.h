// SPDX-License-Identifier: Apache-2.0
#pragma once
/// How music goes with a picture, and how much of that a blind metronome would get. Times in seconds from the film's
/// beginning. Pure functions, any thread. Tested in tests/unit/evaluate/sync_metrics_test.cpp.
#include <photoplayer/train/onsets.h>
#include <photoplayer/train/statistics.h>

#include <optional>
#include <span>
#include <vector>

namespace photoplayer::train {

/// What counts as together: music from `early_s` before until `late_s` after.
struct Tolerance {
  double early_s = 0.07, late_s = 0.07;
};
/// A live system can only be late; sound up to 125 ms after the picture passes unnoticed (ITU-R BT.1359).
inline constexpr Tolerance kLateOnly{0.0, 0.125};

/// Share of `targets` that have one of `found` near them.
[[nodiscard]] double share_met(std::span<const double> targets, std::span<const double> found, Tolerance near);
[[nodiscard]] AgainstChance targets_met(std::span<const double> targets, std::vector<double> found, double length_s,
                                        Tolerance near = {});

/// F measure with at most one partner each, as mir_eval's but without leaving out the beginning.
[[nodiscard]] double f_measure(std::span<const double> reference, std::span<const double> found, double near_s);
[[nodiscard]] AgainstChance events_matched(std::span<const double> reference, std::vector<double> found,
                                           double length_s, double near_s);

/// Share of the onsets near a cut that are stronger than three quarters of all: a hit that nobody hears is none.
/// Nothing without onsets near cuts.
[[nodiscard]] std::optional<double> accent_share(std::span<const double> cuts, const Onsets& onsets,
                                                 Tolerance near = {});

struct Lag {
  double lag_ms = 0.0;        ///< of the music behind the picture, at the peak within ± 1 s
  AgainstChance correlation;  ///< the peak, and what it is for shifted music
};
/// Two curves at kCurveRate_hz over the same time (the longer one is cut). Nothing if one does not vary. At most the
/// first six minutes count. O(n²).
[[nodiscard]] std::optional<Lag> curve_lag(std::span<const double> picture, std::span<const double> music);

/// Rank correlation of two curves at the same rate, against one of them shifted around. Steps where either is not
/// finite are left out. Nothing if too little is left or one does not vary.
[[nodiscard]] std::optional<AgainstChance> following(std::span<const double> picture, std::span<const double> music);

/// Beats per minute, 50…180, from the autocorrelation of a curve at kCurveRate_hz, with a mild liking for 110. Nothing
/// for a curve without a period (less than 0.1 of its power).
[[nodiscard]] std::optional<double> tempo_of(std::span<const double> curve);
/// Within 4 %, half and double tempo allowed.
[[nodiscard]] bool tempi_agree(double one_bpm, double other_bpm);

}  // namespace photoplayer::train
