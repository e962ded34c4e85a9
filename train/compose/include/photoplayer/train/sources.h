// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Where a training set's pieces came from, counted, for the bundle's provenance. Pure; any thread. Tested in
/// tests/unit/compose/sources_test.cpp.
#include <map>
#include <set>
#include <span>
#include <string>

namespace photoplayer::train {

struct Sources {
  int composed_pieces = 0;
  std::map<std::string, int> composed;  ///< pieces per style that occurs
  int lieder_segments = 0, free_music_segments = 0;
  std::set<std::string> lieder;      ///< scores of the OpenScore Lieder Corpus, without ".mid"
  std::set<std::string> free_music;  ///< titles by Tanner Helland: their licence asks for the name
};

/// `names` as in Piece::source, one per piece.
[[nodiscard]] Sources count_sources(std::span<const std::string> names);

}  // namespace photoplayer::train
