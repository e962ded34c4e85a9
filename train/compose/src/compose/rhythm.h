// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Rhythms of one bar, written as text so that they can be read: "6 2 r4 4" is a note of six sixteenths, one
/// of two, a rest of four, a note of four.
#include <photoplayer/harmony/random.h>

#include <string_view>
#include <vector>

namespace photoplayer::train::detail {

using harmony::Random;

struct Stroke {
  int start = 0;   ///< steps from the bar's beginning
  int length = 1;  ///< steps
};
using Rhythm = std::vector<Stroke>;

[[nodiscard]] Rhythm parse_rhythm(std::string_view text);

enum class Feel { kStraight, kSyncopated };

/// A melody bar. `density` 0…1 decides how many notes; the bar's first beat is usually marked.
[[nodiscard]] Rhythm melody_rhythm(Random& random, int beats_per_bar, double density, Feel feel);
/// A bar that comes to rest: its last note is the phrase's last.
[[nodiscard]] Rhythm cadence_rhythm(Random& random, int beats_per_bar, double density);
/// One long note joined or split, the rest kept: the same motif, said a little differently.
[[nodiscard]] Rhythm varied(Random& random, const Rhythm& rhythm);

}  // namespace photoplayer::train::detail
