// SPDX-License-Identifier: Apache-2.0
// The fitness of a stretch: find the paths through the self-similarity matrix that run over the stretch's columns, one
// after another in time and each as similar as possible; count how well they fit (score) and how much of the piece they
// cover, both without the stretch's own trivial path; take the harmonic mean. O(bars⁴) in all.
#include <photoplayer/train/score_metrics.h>
#include <photoplayer/train/statistics.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace photoplayer::train {
namespace {

constexpr std::size_t kMostBars = 96;
constexpr double kKept = 0.15;     ///< share of the matrix that counts as similar at all
constexpr double kPenalty = -2.0;  ///< of the rest

using Matrix = std::vector<std::vector<double>>;

/// Sounding lengths of pitch classes per beat, [bars][12 · beats].
Matrix bar_features(const WrittenMusic& music) {
  const std::size_t bars = std::min(music.bars.size() - 1, kMostBars);
  Matrix features(bars);
  for (std::size_t bar = 0; bar < bars; ++bar) {
    const double from = music.bars[bar], to = music.bars[bar + 1];
    features[bar].assign(12 * 4, 0.0);
    for (const WrittenNote& note : music.notes) {
      if (note.drum || note.start >= to || note.end <= from) continue;
      for (std::size_t part = 0; part < 4; ++part) {
        const double begin = from + (to - from) * static_cast<double>(part) / 4.0, end = begin + (to - from) / 4.0;
        const double length = std::min(note.end, end) - std::max(note.start, begin);
        if (length > 0.0) features[bar][part * 12 + static_cast<std::size_t>(note.pitch % 12)] += length;
      }
    }
  }
  return features;
}

/// Cosines, brought to 0…1 above the threshold that leaves kKept of them, kPenalty below; 1 on the diagonal.
Matrix similarity(const Matrix& features) {
  const std::size_t n = features.size();
  Matrix result(n, std::vector<double>(n, 0.0));
  std::vector<double> all;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      double ab = 0.0, aa = 1e-12, bb = 1e-12;
      for (std::size_t k = 0; k < features[i].size(); ++k) {
        ab += features[i][k] * features[j][k];
        aa += features[i][k] * features[i][k];
        bb += features[j][k] * features[j][k];
      }
      result[i][j] = ab / std::sqrt(aa * bb);
      all.push_back(result[i][j]);
    }
  }
  // Music that repeats everywhere has more than kKept of perfect likeness; the threshold stays below that.
  const double threshold = std::min(quantile(all, 1.0 - kKept), 0.95);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      double& value = result[i][j];
      value = i == j ? 1.0 : value >= threshold ? (value - threshold) / (1.0 - threshold) : kPenalty;
    }
  }
  return result;
}

/// A family of paths so far: its score, its cells, the rows it covers, and where its open path began.
struct Family {
  double score = -std::numeric_limits<double>::infinity();
  double cells = 0.0, covered = 0.0;
  std::size_t begin = 0;
};
bool better(const Family& a, const Family& b) {
  return a.score > b.score;
}

double fitness(const Matrix& s, std::size_t first, std::size_t length) {
  const std::size_t n = s.size();
  std::vector<Family> before(length + 1), twice_before(length + 1), row(length + 1);
  for (std::size_t i = 0; i < n; ++i) {
    std::fill(row.begin(), row.end(), Family{});
    // Column 0 waits between paths: from there on, or from a path that just ended.
    if (i == 0) {
      row[0] = {0.0, 0.0, 0.0, 0};
    } else {
      Family ended = before[length];
      ended.covered += static_cast<double>(i - ended.begin);
      row[0] = better(ended, before[0]) ? ended : before[0];
    }
    const auto extend = [&](Family& to, const Family& from, double value) {
      if (from.score + value <= to.score) return;
      to = from;
      to.score += value;
      to.cells += 1.0;
    };
    extend(row[1], row[0], s[i][first]);
    row[1].begin = i;
    for (std::size_t m = 2; m <= length; ++m) {
      const double value = s[i][first + m - 1];
      extend(row[m], before[m - 1], value);
      extend(row[m], twice_before[m - 1], value);
      if (m > 2) extend(row[m], before[m - 2], value);
    }
    std::swap(twice_before, before);
    std::swap(before, row);
  }
  Family ended = before[length];
  ended.covered += static_cast<double>(n - ended.begin);
  const Family& best = better(ended, before[0]) ? ended : before[0];
  const auto own = static_cast<double>(length);
  if (best.cells <= 0.0) return 0.0;
  const double fit = (best.score - own) / best.cells, cover = (best.covered - own) / static_cast<double>(n);
  return fit > 0.0 && cover > 0.0 ? 2.0 * fit * cover / (fit + cover) : 0.0;
}

}  // namespace

double structure_index(const WrittenMusic& music, double from_s, double to_s) {
  if (music.bars.size() < 3 || music.length() <= 0.0) return 0.0;
  const Matrix s = similarity(bar_features(music));
  const double bar_s =
      music.length() / static_cast<double>(music.bars.size() - 1) * 60.0 / std::max(music.tempo_bpm, 1.0);
  double best = 0.0;
  for (std::size_t length = 1; length <= s.size() / 2; ++length) {
    const double lasts_s = static_cast<double>(length) * bar_s;
    if (lasts_s < from_s || lasts_s >= to_s) continue;
    for (std::size_t first = 0; first + length <= s.size(); ++first) best = std::max(best, fitness(s, first, length));
  }
  return best;
}

}  // namespace photoplayer::train
