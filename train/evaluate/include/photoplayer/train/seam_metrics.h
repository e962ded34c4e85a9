// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Can the joins between hops be heard? Each beat is a place where something may jump; beats that are joins are
/// compared with beats of the same place in the bar that are none, because chords and loudness change with the bar.
/// Where every beat of a place is a join, nothing is compared. Pure functions, any thread. Tested in
/// tests/unit/evaluate/seam_metrics_test.cpp.
#include <photoplayer/train/loudness.h>

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace photoplayer::train {

struct BeatTimes {
  std::vector<double> seams_s, beats_s, bars_s;
  std::vector<double> accents_s;  ///< loud on purpose: joints within half a second of one do not count
};

/// What happens at one beat.
struct Joint {
  bool seam = false;
  int place = 0;          ///< in the bar, from 0
  double click = 0.0;     ///< largest second difference within ± 1 ms, in parts of the piece's 99.9th percentile of it
  double flux = 0.0;      ///< dB between the third-octave bands of 46 ms before and after, root mean square
  double loudness = 0.0;  ///< LU between 0.4 s before and after
  double harmony = 0.0;   ///< 1 − cosine of the pitch classes of 2 s before and after
  double stereo = 0.0;    ///< change of the correlation of the channels, 0.4 s before and after
  double interval = 0.0;  ///< how far the beat's length is from its neighbours', relative
};

/// Joints that lie at least 2 s inside the music. Interleaved stereo, 44.1 kHz.
[[nodiscard]] std::vector<Joint> joints_of(std::span<const float> stereo, const LoudnessCurves& loudness,
                                           const BeatTimes& times);

struct SeamReport {
  std::size_t seams = 0, compared = 0;  ///< all; those that have other beats of their place to compare with
  double clicks = 0.0;  ///< share of all seams with a click above 1 and above that of any beat that is no seam
  double loud = 0.0, foreign = 0.0,
         wide = 0.0;                          ///< share beyond the others' 95th percentile of loudness, harmony, stereo
  double uneven = 0.0;                        ///< share of all seams with an interval beyond 2 %
  double flux_rank = 0.5, flux_rank_z = 0.0;  ///< mean rank among the others; 0.5 by chance, z of its distance from it
  std::optional<double> detectability;        ///< cross-validated AUC of a logistic regression on all of it
};
/// Of one or many pieces together. `compared` is 0 if no place has 5 seams and 20 other beats.
[[nodiscard]] SeamReport judge_seams(std::span<const Joint> joints);

}  // namespace photoplayer::train
