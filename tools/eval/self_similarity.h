// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Does music go round in circles? Stretches of eight bars against all others of the same piece. Pure functions; any
/// thread. Tested in tests/unit/tools/self_similarity_test.cpp.
#include <photoplayer/train/score_metrics.h>

#include <cstddef>

namespace photoplayer::tools {

inline constexpr std::size_t kStretch_bars = 8;

/// Of two stretches: the mean over their bars of the share of notes (place in the bar in sixteenths, layer, pitch) that
/// both bars have, of all that either has. Stretches that overlap are not compared, nor those without notes.
struct Returns {
  std::size_t stretches = 0;
  double largest = 0.0;               ///< similarity of any two
  std::size_t first = 0, second = 0;  ///< bars where those two begin
  double usual = 0.0;                 ///< mean over stretches of the similarity to the one most like it
  double returning = 0.0;        ///< share of stretches that have one at least 0.9 like them: heard again as it was
  std::size_t longest_bars = 0;  ///< bars on end that come again, note for note
};
[[nodiscard]] Returns find_returns(const train::WrittenMusic& music);

}  // namespace photoplayer::tools
