// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/harmony/theory.h>

#include <array>
#include <cstdlib>

namespace photoplayer::harmony {
namespace {

PitchSet to_set(const std::vector<int>& classes) {
  unsigned set = 0;
  for (int p : classes) set |= 1U << static_cast<unsigned>(((p % 12) + 12) % 12);
  return static_cast<PitchSet>(set);
}

bool take(std::string_view& text, std::string_view prefix) {
  if (text.substr(0, prefix.size()) != prefix) return false;
  text.remove_prefix(prefix.size());
  return true;
}

/// Semitones above the tonic of a numeral, in terms of the major scale; `upper` says whether it was upper
/// case.
int take_numeral(std::string_view& text, bool& upper) {
  int shift = 0;
  while (take(text, "b")) --shift;
  while (take(text, "#")) ++shift;
  // Longest first, so that "VII" is not read as "V".
  static constexpr std::array<const char*, 7> kUpper = {"VII", "III", "VI", "IV", "II", "V", "I"};
  static constexpr std::array<const char*, 7> kLower = {"vii", "iii", "vi", "iv", "ii", "v", "i"};
  static constexpr std::array<int, 7> kSemitones = {11, 4, 9, 5, 2, 7, 0};
  for (std::size_t i = 0; i < 7; ++i) {
    if (take(text, kUpper[i])) {
      upper = true;
      return kSemitones[i] + shift;
    }
    if (take(text, kLower[i])) {
      upper = false;
      return kSemitones[i] + shift;
    }
  }
  upper = true;
  return shift;
}

}  // namespace

PitchSet scale_set(stream::ScaleMode mode) {
  switch (mode) {
    case stream::ScaleMode::kMajor:
      return to_set({0, 2, 4, 5, 7, 9, 11});
    case stream::ScaleMode::kMinor:
      return to_set({0, 2, 3, 5, 7, 8, 10});
    case stream::ScaleMode::kDorian:
      return to_set({0, 2, 3, 5, 7, 9, 10});
    case stream::ScaleMode::kMixolydian:
      return to_set({0, 2, 4, 5, 7, 9, 10});
  }
  return to_set({0, 2, 4, 5, 7, 9, 11});
}

Harmony parse_roman(std::string_view text) {
  bool upper = true;
  int root = take_numeral(text, upper);
  std::vector<int> intervals = upper ? std::vector<int>{0, 4, 7} : std::vector<int>{0, 3, 7};
  int inversion = 0;
  if (take(text, "o7")) {
    intervals = {0, 3, 6, 9};
  } else if (take(text, "h7")) {
    intervals = {0, 3, 6, 10};
  } else if (take(text, "o")) {
    intervals = {0, 3, 6};
  } else if (take(text, "+")) {
    intervals = {0, 4, 8};
  } else if (take(text, "maj7")) {
    intervals.push_back(11);
  } else if (take(text, "maj9")) {
    intervals.push_back(11);
    intervals.push_back(2);
  } else if (take(text, "sus4")) {
    intervals = {0, 5, 7};
  } else if (take(text, "sus2")) {
    intervals = {0, 2, 7};
  } else if (take(text, "7sus4")) {
    intervals = {0, 5, 7, 10};
  } else if (take(text, "add9")) {
    intervals.push_back(2);
  } else if (take(text, "65")) {
    intervals.push_back(10);
    inversion = 1;
  } else if (take(text, "42")) {
    intervals.push_back(10);
    inversion = 3;
  } else if (take(text, "64")) {
    inversion = 2;
  } else if (take(text, "6")) {
    inversion = 1;
  } else if (take(text, "7")) {
    intervals.push_back(10);
  } else if (take(text, "9")) {
    intervals.push_back(10);
    intervals.push_back(2);
  }
  if (take(text, "/")) {
    bool ignored = true;
    root += take_numeral(text, ignored);
  }
  Harmony harmony;
  harmony.root = ((root % 12) + 12) % 12;
  for (int interval : intervals) harmony.stack.push_back((harmony.root + interval) % 12);
  harmony.tones = to_set(harmony.stack);
  harmony.bass = harmony.stack[static_cast<std::size_t>(inversion)];
  return harmony;
}

PitchSet chord_scale(PitchSet scale, PitchSet chord) {
  unsigned out = scale;
  for (int p = 0; p < 12; ++p) {
    if (!contains(chord, p) || contains(scale, p)) continue;
    for (int side : {-1, 1}) {
      const int neighbour = (p + side + 12) % 12;
      if (!contains(chord, neighbour)) out &= ~(1U << static_cast<unsigned>(neighbour));
    }
    out |= 1U << static_cast<unsigned>(p);
  }
  return static_cast<PitchSet>(out | chord);
}

std::vector<int> keys_in(PitchSet set, int low, int high) {
  std::vector<int> keys;
  for (int key = low; key <= high; ++key) {
    if (contains(set, key)) keys.push_back(key);
  }
  return keys;
}

int nearest_index(const std::vector<int>& keys, int key) {
  int best = 0;
  for (int i = 1; i < static_cast<int>(keys.size()); ++i) {
    if (std::abs(keys[static_cast<std::size_t>(i)] - key) < std::abs(keys[static_cast<std::size_t>(best)] - key))
      best = i;
  }
  return best;
}

}  // namespace photoplayer::harmony
