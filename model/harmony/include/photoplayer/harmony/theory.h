// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Scales and chords as sets of pitch classes relative to the tonic. Pure functions; any thread.
#include <photoplayer/stream/controls.h>

#include <cstdint>
#include <string_view>
#include <vector>

namespace photoplayer::harmony {

/// Bit p set: pitch class p is in it.
using PitchSet = std::uint16_t;

[[nodiscard]] constexpr bool contains(PitchSet set, int pitch) {
  return ((set >> static_cast<unsigned>(((pitch % 12) + 12) % 12)) & 1U) != 0;
}

struct Harmony {
  int root = 0;
  int bass = 0;  ///< pitch class in the bass: the root, or another chord tone in an inversion
  PitchSet tones = 0;
  std::vector<int> stack;  ///< pitch classes from the root upwards: 1, 3, 5, (7 or 9)
};

[[nodiscard]] PitchSet scale_set(stream::ScaleMode mode);

/// Reads a roman numeral: accidental, numeral (upper case major, lower case minor), quality, "/" target.
/// "I", "bVI", "ii7", "Imaj7", "viio", "Vsus4", "IVadd9", "V7/vi", "I6" (first inversion), "I64",
/// "V65" and "V42" (a dominant seventh over its third and its seventh).
[[nodiscard]] Harmony parse_roman(std::string_view text);

/// The scale to move in while a chord sounds: chromatic chord tones replace their neighbours.
[[nodiscard]] PitchSet chord_scale(PitchSet scale, PitchSet chord);

/// Every key from low to high (included) whose pitch class is in the set, ascending.
[[nodiscard]] std::vector<int> keys_in(PitchSet set, int low, int high);

/// Index of the nearest entry of an ascending, non-empty list; ties go down.
[[nodiscard]] int nearest_index(const std::vector<int>& keys, int key);

}  // namespace photoplayer::harmony
