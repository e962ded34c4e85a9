// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The stock of progressions: four bars of roman numerals each ('.' divides a bar), by style and mode, and how a style
/// uses them. Constant data; any thread.
#include <photoplayer/stream/controls.h>

#include <string>
#include <vector>

namespace photoplayer::harmony {

/// The order of stream::kStyleNames.
enum Style { kPiano, kChamber, kAmbient, kLofi, kCinematic, kAdventure, kElectronic, kFolk };

using Phrases = std::vector<std::string>;

struct ProgressionPool {
  Phrases opening;   ///< ends open: a half cadence
  Phrases closing;   ///< ends on the tonic
  Phrases loops;     ///< goes round
  Phrases contrast;  ///< dwells elsewhere: the relative key, the subdominant side; ends open
};
[[nodiscard]] const ProgressionPool& progressions_of(int style, stream::ScaleMode scale);

/// Endings of two bars each.
struct Cadences {
  Phrases half;       ///< comes to rest on the dominant, or what stands for it in the mode
  Phrases full;       ///< … on the tonic
  Phrases deceptive;  ///< … on the chord that is not the tonic; may be empty
};
[[nodiscard]] const Cadences& cadences_of(int style, stream::ScaleMode scale);

/// Probabilities.
struct Habits {
  double functional;    ///< periods with cadences rather than loops
  double slow_harmony;  ///< a chord lasts two bars
  double sevenths;      ///< a plain triad gets its seventh or ninth
  double dominants;     ///< a full bar leads on by the dominant of the next chord
  double inversions;    ///< a chord inside the phrase stands over its third where that smooths the bass
};
[[nodiscard]] const Habits& habits_of(int style);

}  // namespace photoplayer::harmony
