// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Eight bars of harmony with a beginning, a way and an end. The composer writes training music on them and the
/// director plans playing with them, so that the network meets at play what it has learnt. A pure function of the
/// random numbers; any thread. Tested in tests/unit/compose/harmony_test.cpp.
#include <photoplayer/harmony/random.h>
#include <photoplayer/harmony/theory.h>
#include <photoplayer/stream/controls.h>

#include <vector>

namespace photoplayer::harmony {

struct ChordSpan {
  int beat = 0;  ///< from the beginning of what holds it: of a theme, or of the piece
  int beats = 1;
  Harmony harmony;
};

/// The span of `spans` that sounds at a beat; the last one when the beat lies beyond.
[[nodiscard]] const ChordSpan& span_at(const std::vector<ChordSpan>& spans, int beat);

inline constexpr int kThemeBars = 8;

enum class Role {
  kHome,      ///< states the key
  kContrast,  ///< leaves it: other degrees first, often those of a neighbouring key
};

/// The same eight bars with two endings, as a repeat has them: `open` leads on, `closed` comes home. The first six bars
/// are equal.
struct ThemeChords {
  std::vector<ChordSpan> open, closed;
};

[[nodiscard]] ThemeChords write_theme(int style, stream::ScaleMode scale, int beats_per_bar, Role role, Random random);

}  // namespace photoplayer::harmony
