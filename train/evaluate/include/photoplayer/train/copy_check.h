// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Is a piece copied from another? Both are taken apart into phrases: ten onsets in a row of a voice's top line, as
/// intervals and distances in sixteenths, so that key and tempo do not matter. Phrases that hardly move are left out,
/// for everybody uses them. One thread at a time. Tested in tests/unit/evaluate/copy_check_test.cpp.
#include <photoplayer/train/score_metrics.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace photoplayer::train {

struct Neighbour {
  double shared = 0.0;        ///< share of the piece's different phrases that the neighbour holds, 0…1
  std::size_t reference = 0;  ///< index of the neighbour
  std::size_t phrases = 0;    ///< how many the piece has
};

class CopyCheck {
 public:
  explicit CopyCheck(std::span<const WrittenMusic> reference);

  /// The reference piece that holds most of `music`; `except`: an index that does not count, for a piece of the
  /// reference itself. Nothing for a piece with fewer than 20 phrases, of which nothing can be said.
  [[nodiscard]] std::optional<Neighbour> nearest(const WrittenMusic& music,
                                                 std::optional<std::size_t> except = {}) const;

 private:
  std::unordered_map<std::uint64_t, std::vector<std::uint32_t>> holders_;  ///< phrase → pieces, ascending
  std::size_t pieces_ = 0;
};

}  // namespace photoplayer::train
