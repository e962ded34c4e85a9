// SPDX-License-Identifier: Apache-2.0
#include "eval/self_similarity.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace photoplayer::tools {
namespace {

constexpr double kAgain = 0.9;
constexpr double kStepsPerQuarter = 4.0;

/// Each bar's notes as sorted numbers.
std::vector<std::vector<int>> bars_of(const train::WrittenMusic& music) {
  std::vector<std::vector<int>> bars(music.bars.empty() ? 0 : music.bars.size() - 1);
  for (const train::WrittenNote& note : music.notes) {
    // Swing and hit points move notes off the grid.
    const double start = std::round(note.start * kStepsPerQuarter) / kStepsPerQuarter + 1e-6;
    const auto after = std::upper_bound(music.bars.begin(), music.bars.end(), start) - music.bars.begin();
    if (after == 0 || static_cast<std::size_t>(after) > bars.size()) continue;
    const auto bar = static_cast<std::size_t>(after) - 1;
    const int step = static_cast<int>((start - music.bars[bar]) * kStepsPerQuarter);
    bars[bar].push_back((step * 16 + note.voice) * 128 + note.pitch);
  }
  for (auto& bar : bars) {
    std::sort(bar.begin(), bar.end());
    bar.erase(std::unique(bar.begin(), bar.end()), bar.end());
  }
  return bars;
}

/// −1 where neither has a note.
float alike(const std::vector<int>& a, const std::vector<int>& b) {
  if (a.empty() && b.empty()) return -1.0F;
  std::size_t both = 0;
  for (auto i = a.begin(), j = b.begin(); i != a.end() && j != b.end();) {
    if (*i == *j) ++both;
    const bool forward = *i <= *j, other = *j <= *i;
    if (forward) ++i;
    if (other) ++j;
  }
  return static_cast<float>(both) / static_cast<float>(a.size() + b.size() - both);
}

}  // namespace

Returns find_returns(const train::WrittenMusic& music) {
  const auto bars = bars_of(music);
  Returns result;
  if (bars.size() < 2 * kStretch_bars) return result;
  result.stretches = bars.size() - kStretch_bars + 1;
  std::vector<double> best(result.stretches, 0.0);
  // One diagonal is one lag.
  for (std::size_t lag = kStretch_bars; lag + kStretch_bars <= bars.size(); ++lag) {
    std::vector<float> diagonal(bars.size() - lag);
    for (std::size_t i = 0; i < diagonal.size(); ++i) diagonal[i] = alike(bars[i], bars[i + lag]);
    std::size_t on_end = 0;
    for (std::size_t i = 0; i < diagonal.size(); ++i) {
      on_end = diagonal[i] >= 1.0F ? on_end + 1 : 0;
      result.longest_bars = std::max(result.longest_bars, on_end);
    }
    for (std::size_t i = 0; i + kStretch_bars <= diagonal.size(); ++i) {
      double sum = 0.0, count = 0.0;
      for (std::size_t k = i; k < i + kStretch_bars; ++k) {
        if (diagonal[k] >= 0.0F) sum += static_cast<double>(diagonal[k]), count += 1.0;
      }
      if (count == 0.0) continue;
      const double similarity = sum / count;
      best[i] = std::max(best[i], similarity);
      best[i + lag] = std::max(best[i + lag], similarity);
      if (similarity > result.largest) result.largest = similarity, result.first = i, result.second = i + lag;
    }
  }
  for (const double one : best) {
    result.usual += one / static_cast<double>(best.size());
    result.returning += one >= kAgain ? 1.0 / static_cast<double>(best.size()) : 0.0;
  }
  return result;
}

}  // namespace photoplayer::tools
