// SPDX-License-Identifier: Apache-2.0
#pragma once
/// From settings to milliseconds: how late music may be, and what a pipeline is told. Pure functions; docs/latency.md
/// explains them and tests/unit/tools/latency_formula_test.cpp holds engine, page and command to them.
#include <photoplayer/stream/beat_clock.h>

#include <algorithm>

namespace photoplayer::stream {

struct LatencyTerms {
  double max_hop_s = 1.25;     ///< a hop is the most whole rows within this, at least one
  double longest_row_s = 0.0;  ///< of a score: `longest_beat_s`; of a sound: its fixed length
  double analysis_s = 0.25;    ///< picture analysis
  double budget_s = 0.30;      ///< computation of one hop
  double jitter_s = 0.06;      ///< PCM kept ready
};

/// A beat at the slowest tempo that may occur, slowed further by a hit point.
[[nodiscard]] constexpr double longest_beat_s(double slowest_bpm) {
  return 60.0 / (slowest_bpm * (1.0 - kMaxBend));
}

[[nodiscard]] constexpr double longest_hop_s(const LatencyTerms& terms) {
  return std::max(terms.max_hop_s, terms.longest_row_s);
}

/// Reported to the pipeline in aligned mode: the picture waits for this long, and an accent lands on its cut.
[[nodiscard]] constexpr double aligned_latency_s(const LatencyTerms& terms) {
  return longest_hop_s(terms) + terms.analysis_s + terms.budget_s + terms.jitter_s;
}

/// Reported in instant mode: nothing waits for the music.
[[nodiscard]] constexpr double instant_latency_s(const LatencyTerms& terms) {
  return terms.jitter_s;
}

/// Of the conductor, which answers a cut or a flash at once.
inline constexpr double kReflexTick_s = 0.01;

/// Instant mode: an accent is struck as soon as the event is certain, into sound that waits for a jitter buffer
/// already. No accent is later than this after the first frame that shows its event.
[[nodiscard]] constexpr double latest_accent_s(const LatencyTerms& terms) {
  return terms.analysis_s + kReflexTick_s + terms.jitter_s;
}

/// Instant mode: a picture that arrives just after a window looked waits for the next one, which sounds a budget and
/// the jitter buffer later. No new score is later than this after what it answers; on average it is half a hop earlier.
[[nodiscard]] constexpr double latest_answer_s(const LatencyTerms& terms) {
  return longest_hop_s(terms) + terms.analysis_s + terms.budget_s + terms.jitter_s;
}

}  // namespace photoplayer::stream
