// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/train/copy_check.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace photoplayer::train {
namespace {

constexpr std::size_t kPhrase = 10, kLeastPhrases = 20;
constexpr std::size_t kLeastMoves = 4;  ///< different (interval, distance) pairs in a phrase

struct Move {
  int interval = 0, distance = 0;
  auto operator<=>(const Move&) const = default;
};

/// Per voice the highest note of each sixteenth in which one begins.
std::map<int, std::vector<std::pair<long, int>>> top_lines(const WrittenMusic& music) {
  std::map<int, std::map<long, int>> tops;
  for (const WrittenNote& note : music.notes) {
    if (note.drum) continue;
    int& top = tops[note.voice][std::lround(4.0 * note.start)];
    top = std::max(top, note.pitch);
  }
  std::map<int, std::vector<std::pair<long, int>>> lines;
  for (const auto& [voice, line] : tops) lines[voice].assign(line.begin(), line.end());
  return lines;
}

std::set<std::uint64_t> phrases_of(const WrittenMusic& music) {
  std::set<std::uint64_t> phrases;
  for (const auto& [voice, line] : top_lines(music)) {
    for (std::size_t at = 0; at + kPhrase <= line.size(); ++at) {
      std::set<Move> different;
      std::uint64_t hash = 1469598103934665603ULL;  // FNV-1a
      for (std::size_t i = at + 1; i < at + kPhrase; ++i) {
        const Move move{line[i].second - line[i - 1].second,
                        static_cast<int>(std::min(line[i].first - line[i - 1].first, 64L))};
        different.insert(move);
        for (const int part : {move.interval + 128, move.distance}) {
          hash ^= static_cast<std::uint64_t>(part);
          hash *= 1099511628211ULL;
        }
      }
      if (different.size() >= kLeastMoves) phrases.insert(hash);
    }
  }
  return phrases;
}

}  // namespace

CopyCheck::CopyCheck(std::span<const WrittenMusic> reference) : pieces_(reference.size()) {
  for (std::size_t i = 0; i < reference.size(); ++i) {
    for (const std::uint64_t phrase : phrases_of(reference[i]))
      holders_[phrase].push_back(static_cast<std::uint32_t>(i));
  }
}

std::optional<Neighbour> CopyCheck::nearest(const WrittenMusic& music, std::optional<std::size_t> except) const {
  const auto phrases = phrases_of(music);
  if (phrases.size() < kLeastPhrases) return std::nullopt;
  std::vector<std::size_t> shared(pieces_, 0);
  for (const std::uint64_t phrase : phrases) {
    const auto found = holders_.find(phrase);
    if (found == holders_.end()) continue;
    for (const std::uint32_t piece : found->second) ++shared[piece];
  }
  if (except) shared[*except] = 0;
  const auto most = std::max_element(shared.begin(), shared.end());
  Neighbour neighbour;
  neighbour.phrases = phrases.size();
  if (most == shared.end()) return neighbour;
  neighbour.shared = static_cast<double>(*most) / static_cast<double>(phrases.size());
  neighbour.reference = static_cast<std::size_t>(most - shared.begin());
  return neighbour;
}

}  // namespace photoplayer::train
