// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Keys by the correlation of pitch classes with key profiles (Krumhansl, Schmuckler, Temperley), kept steady from bar
/// to bar.
#include <photoplayer/stream/controls.h>

#include <array>
#include <vector>

namespace photoplayer::train::detail {

using Chroma = std::array<double, 12>;

struct Key {
  int tonic = 0;  ///< pitch class
  bool minor = false;
  bool operator==(const Key&) const = default;
};

/// One key per bar from the weight of each pitch class in each bar.
[[nodiscard]] std::vector<Key> find_keys(const std::vector<Chroma>& bars);

/// Dorian and mixolydian told from minor and major by their sixth and seventh; `chroma` is relative to the
/// tonic.
[[nodiscard]] stream::ScaleMode scale_mode(const Chroma& chroma, bool minor);

}  // namespace photoplayer::train::detail
