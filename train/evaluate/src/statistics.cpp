// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/train/statistics.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

namespace photoplayer::train {
namespace {

std::vector<double> ranks(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> result(values.size());
  for (std::size_t i = 0; i < order.size();) {
    std::size_t end = i;
    while (end < order.size() && values[order[end]] == values[order[i]]) ++end;
    for (std::size_t k = i; k < end; ++k) result[order[k]] = static_cast<double>(i + end - 1) / 2.0;
    i = end;
  }
  return result;
}

/// Mean and deviation of each feature over some rows; a feature that does not vary is left alone.
struct Scale {
  std::vector<double> centre, width;
};
template <typename Chosen>
Scale scale_of(const std::vector<double>& features, std::size_t width, Chosen chosen) {
  Scale scale{std::vector<double>(width, 0.0), std::vector<double>(width, 0.0)};
  double count = 0.0;
  for (std::size_t row = 0; row * width < features.size(); ++row) {
    if (!chosen(row)) continue;
    count += 1.0;
    for (std::size_t i = 0; i < width; ++i) {
      scale.centre[i] += features[row * width + i];
      scale.width[i] += features[row * width + i] * features[row * width + i];
    }
  }
  for (std::size_t i = 0; i < width; ++i) {
    scale.centre[i] /= count;
    const double variance = scale.width[i] / count - scale.centre[i] * scale.centre[i];
    scale.width[i] = variance > 1e-12 ? std::sqrt(variance) : 1.0;
  }
  return scale;
}

}  // namespace

double quantile(std::vector<double> values, double share) {
  if (values.empty()) return 0.0;
  std::sort(values.begin(), values.end());
  const double at = share * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (at - static_cast<double>(below)) * (values[above] - values[below]);
}

double mean(std::span<const double> values) {
  return values.empty() ? 0.0 : std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

std::optional<double> spearman(std::span<const double> a, std::span<const double> b) {
  if (a.size() != b.size() || a.size() < 3) return std::nullopt;
  const auto x = ranks(a), y = ranks(b);
  const double middle = static_cast<double>(a.size() - 1) / 2.0;
  double xy = 0.0, xx = 0.0, yy = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xy += (x[i] - middle) * (y[i] - middle);
    xx += (x[i] - middle) * (x[i] - middle);
    yy += (y[i] - middle) * (y[i] - middle);
  }
  if (xx <= 0.0 || yy <= 0.0) return std::nullopt;
  return xy / std::sqrt(xx * yy);
}

std::optional<double> area_under_curve(std::span<const double> scores, const std::vector<bool>& positive) {
  const auto rank = ranks(scores);
  double sum = 0.0, yes = 0.0;
  for (std::size_t i = 0; i < rank.size(); ++i) {
    if (positive[i]) sum += rank[i], yes += 1.0;
  }
  const double no = static_cast<double>(rank.size()) - yes;
  if (yes == 0.0 || no == 0.0) return std::nullopt;
  return (sum - yes * (yes - 1.0) / 2.0) / (yes * no);
}

std::optional<double> cross_validated_auc(const std::vector<double>& features, std::size_t width,
                                          const std::vector<bool>& positive, std::size_t folds) {
  constexpr int kSteps = 400;
  constexpr double kRate = 0.5, kDecay = 0.01;
  const std::size_t rows = positive.size();
  const auto yes = static_cast<std::size_t>(std::count(positive.begin(), positive.end(), true));
  if (std::min(yes, rows - yes) < 2 * folds) return std::nullopt;
  std::vector<double> scores(rows);
  for (std::size_t fold = 0; fold < folds; ++fold) {
    const auto trains = [&](std::size_t row) { return row % folds != fold; };
    const Scale scale = scale_of(features, width, trains);
    std::vector<double> weights(width + 1, 0.0);
    const auto answer = [&](std::size_t row) {
      double sum = weights[width];
      for (std::size_t i = 0; i < width; ++i)
        sum += weights[i] * (features[row * width + i] - scale.centre[i]) / scale.width[i];
      return sum;
    };
    for (int step = 0; step < kSteps; ++step) {
      std::vector<double> slope(width + 1, 0.0);
      double used = 0.0;
      for (std::size_t row = 0; row < rows; ++row) {
        if (!trains(row)) continue;
        used += 1.0;
        const double off = 1.0 / (1.0 + std::exp(-answer(row))) - (positive[row] ? 1.0 : 0.0);
        for (std::size_t i = 0; i < width; ++i)
          slope[i] += off * (features[row * width + i] - scale.centre[i]) / scale.width[i];
        slope[width] += off;
      }
      for (std::size_t i = 0; i <= width; ++i)
        weights[i] -= kRate * (slope[i] / used + (i < width ? kDecay * weights[i] : 0.0));
    }
    // Without the constant, which differs between parts for no reason that concerns the rows left out.
    for (std::size_t row = fold; row < rows; row += folds) scores[row] = answer(row) - weights[width];
  }
  return area_under_curve(scores, positive);
}

double nearest_mean_accuracy(const std::vector<double>& features, std::size_t width, const std::vector<int>& classes) {
  const Scale scale = scale_of(features, width, [](std::size_t) { return true; });
  std::map<int, std::pair<std::vector<double>, double>> sums;
  const auto value = [&](std::size_t row, std::size_t i) {
    return (features[row * width + i] - scale.centre[i]) / scale.width[i];
  };
  for (std::size_t row = 0; row < classes.size(); ++row) {
    auto& [sum, count] = sums[classes[row]];
    sum.resize(width, 0.0);
    count += 1.0;
    for (std::size_t i = 0; i < width; ++i) sum[i] += value(row, i);
  }
  std::size_t right = 0;
  for (std::size_t row = 0; row < classes.size(); ++row) {
    double nearest = std::numeric_limits<double>::max();
    int found = classes[row] - 1;
    for (const auto& [kind, total] : sums) {
      const bool own = kind == classes[row];
      const double count = total.second - (own ? 1.0 : 0.0);
      if (count == 0.0) continue;
      double way = 0.0;
      for (std::size_t i = 0; i < width; ++i) {
        const double centre = (total.first[i] - (own ? value(row, i) : 0.0)) / count;
        way += (value(row, i) - centre) * (value(row, i) - centre);
      }
      if (way < nearest) nearest = way, found = kind;
    }
    right += found == classes[row];
  }
  return classes.empty() ? 0.0 : static_cast<double>(right) / static_cast<double>(classes.size());
}

AgainstChance against_chance(const std::function<double(double share)>& measure) {
  AgainstChance result;
  result.value = measure(0.0);
  double squares = 0.0;
  for (int i = 1; i <= kShifts; ++i) {
    const double shifted = measure(static_cast<double>(i) / (kShifts + 1));
    result.chance += shifted / kShifts;
    squares += shifted * shifted / kShifts;
  }
  result.deviation = std::sqrt(std::max(0.0, squares - result.chance * result.chance));
  return result;
}

}  // namespace photoplayer::train
