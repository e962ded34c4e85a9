// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Writes training music by rule: functional harmony, motifs, idiomatic patterns per style, a form with
/// contrast. A pure function of its settings (own random numbers), so a bundle's training set can be made
/// again from its seeds. Any thread. Kept true by tests/unit/compose/composer_test.cpp.
#include <photoplayer/train/piece.h>

#include <cstdint>
#include <optional>

namespace photoplayer::train {

struct ComposeSettings {
  int style = 0;  ///< index into stream::kStyleNames; others are taken modulo
  std::uint64_t seed = 0;
  int bars = 32;                     ///< at least 4
  std::optional<float> arousal;      ///< −1…1; unset: drawn from what is usual in the style
  std::optional<float> valence;      ///< −1…1; unset: drawn
  std::optional<int> beats_per_bar;  ///< 3 or 4; 3 is honoured in piano, chamber, ambient, cinematic and folk
};

/// Notes are sorted, inside the piece, inside model::kPitchRanges and never overlap on one key of one layer.
/// Caller: any.
[[nodiscard]] Piece compose(const ComposeSettings& settings);

}  // namespace photoplayer::train
