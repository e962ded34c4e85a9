// SPDX-License-Identifier: Apache-2.0
#include "eval/classify.h"

#include "eval/principal.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

namespace photoplayer::tools {
namespace {

constexpr int kSteps = 300;
constexpr double kRate = 0.2, kDecay = 0.05;

class Regression {
 public:
  /// From those rows of `rows` that `known` names.
  Regression(const Labelled& rows, const std::vector<std::size_t>& known)
      : width_(rows.width),
        kinds_(static_cast<std::size_t>(*std::max_element(rows.kinds.begin(), rows.kinds.end())) + 1) {
    standardise(rows, known);
    weights_.assign(kinds_ * (width_ + 1), 0.0);
    std::vector<std::vector<double>> values;
    for (const std::size_t row : known) values.push_back(values_of(rows, row));
    for (int step = 0; step < kSteps; ++step) descend(rows, known, values);
  }

  [[nodiscard]] std::vector<double> answer(const Labelled& rows, std::size_t row) const {
    return sums(values_of(rows, row));
  }

 private:
  [[nodiscard]] std::vector<double> values_of(const Labelled& rows, std::size_t row) const {
    std::vector<double> values(width_);
    for (std::size_t i = 0; i < width_; ++i) values[i] = (rows.features[row * width_ + i] - centre_[i]) / spread_[i];
    return values;
  }

  [[nodiscard]] std::vector<double> sums(const std::vector<double>& values) const {
    std::vector<double> sums(weights_.end() - static_cast<std::ptrdiff_t>(kinds_), weights_.end());
    for (std::size_t i = 0; i < width_; ++i) {
      for (std::size_t kind = 0; kind < kinds_; ++kind) sums[kind] += weights_[i * kinds_ + kind] * values[i];
    }
    return sums;
  }

  void standardise(const Labelled& rows, const std::vector<std::size_t>& known) {
    const auto count = static_cast<double>(known.size());
    centre_.assign(width_, 0.0);
    spread_.assign(width_, 0.0);
    for (std::size_t i = 0; i < width_; ++i) {
      for (const std::size_t row : known) centre_[i] += rows.features[row * width_ + i] / count;
      for (const std::size_t row : known) {
        const double off = rows.features[row * width_ + i] - centre_[i];
        spread_[i] += off * off / count;
      }
      // What does not vary tells nothing.
      spread_[i] = spread_[i] > 1e-12 ? std::sqrt(spread_[i]) : 1.0;
    }
  }

  void descend(const Labelled& rows, const std::vector<std::size_t>& known,
               const std::vector<std::vector<double>>& values) {
    std::vector<double> slope(weights_.size(), 0.0);
    for (std::size_t at = 0; at < known.size(); ++at) {
      std::vector<double> off = sums(values[at]);
      const double most = *std::max_element(off.begin(), off.end());
      double total = 0.0;
      for (double& one : off) total += one = std::exp(one - most);
      for (double& one : off) one /= total;
      off[static_cast<std::size_t>(rows.kinds[known[at]])] -= 1.0;
      for (double& one : off) one /= static_cast<double>(known.size());
      for (std::size_t i = 0; i <= width_; ++i) {
        const double value = i < width_ ? values[at][i] : 1.0;
        for (std::size_t kind = 0; kind < kinds_; ++kind) slope[i * kinds_ + kind] += off[kind] * value;
      }
    }
    for (std::size_t i = 0; i < weights_.size(); ++i) weights_[i] -= kRate * (slope[i] + kDecay * weights_[i]);
  }

  std::size_t width_, kinds_;
  std::vector<double> centre_, spread_;
  std::vector<double> weights_;  ///< [width + 1, kinds], the constants last
};

void judge_row(const Regression& regression, const Labelled& rows, std::size_t row, Verdicts& verdicts) {
  const std::vector<double> sums = regression.answer(rows, row);
  verdicts.kinds[row] = static_cast<int>(std::max_element(sums.begin(), sums.end()) - sums.begin());
  verdicts.scores[row] = sums[1] - sums[0];
}

}  // namespace

void Labelled::add(const std::vector<double>& row, int kind, std::size_t fold) {
  features.insert(features.end(), row.begin(), row.end());
  kinds.push_back(kind);
  folds.push_back(fold);
}

Labelled Labelled::without(std::size_t feature) const {
  Labelled rest{width - 1, {}, kinds, folds};
  for (std::size_t i = 0; i < features.size(); ++i) {
    if (i % width != feature) rest.features.push_back(features[i]);
  }
  return rest;
}

double Verdicts::accuracy(const std::vector<int>& truth) const {
  double right = 0.0;
  for (std::size_t i = 0; i < truth.size(); ++i) right += kinds[i] == truth[i] ? 1.0 : 0.0;
  return truth.empty() ? 0.0 : right / static_cast<double>(truth.size());
}

std::vector<std::vector<int>> Verdicts::confusion(const std::vector<int>& truth) const {
  int most = 0;
  for (const int kind : truth) most = std::max(most, kind);
  for (const int kind : kinds) most = std::max(most, kind);
  const auto size = static_cast<std::size_t>(most) + 1;
  std::vector<std::vector<int>> counts(size, std::vector<int>(size, 0));
  for (std::size_t i = 0; i < truth.size(); ++i)
    ++counts[static_cast<std::size_t>(truth[i])][static_cast<std::size_t>(kinds[i])];
  return counts;
}

std::optional<Verdicts> tell_apart(const Labelled& rows, std::size_t components) {
  const std::set<std::size_t> folds(rows.folds.begin(), rows.folds.end());
  const std::set<int> kinds(rows.kinds.begin(), rows.kinds.end());
  if (folds.size() < 2 || kinds.size() < 2) return std::nullopt;
  Verdicts verdicts{std::vector<int>(rows.kinds.size(), 0), std::vector<double>(rows.kinds.size(), 0.0)};
  for (const std::size_t fold : folds) {
    std::vector<std::size_t> known;
    for (std::size_t row = 0; row < rows.kinds.size(); ++row) {
      if (rows.folds[row] != fold) known.push_back(row);
    }
    const Labelled seen = components > 0 ? along_principal(rows, known, components) : rows;
    const Regression regression(seen, known);
    for (std::size_t row = 0; row < rows.kinds.size(); ++row) {
      if (rows.folds[row] == fold) judge_row(regression, seen, row, verdicts);
    }
  }
  return verdicts;
}

Verdicts judged_by(const Labelled& known, const Labelled& rows) {
  std::vector<std::size_t> all(known.kinds.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  const Regression regression(known, all);
  Verdicts verdicts{std::vector<int>(rows.kinds.size(), 0), std::vector<double>(rows.kinds.size(), 0.0)};
  for (std::size_t row = 0; row < rows.kinds.size(); ++row) judge_row(regression, rows, row, verdicts);
  return verdicts;
}

}  // namespace photoplayer::tools
