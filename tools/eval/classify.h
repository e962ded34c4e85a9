// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Can kinds be told apart by simple numbers? A small classifier that is asked only about rows it has not seen, and
/// what it says once the labels are shuffled. Pure functions; any thread. Tested in tests/unit/tools/classify_test.cpp.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <vector>

namespace photoplayer::tools {

struct Labelled {
  std::size_t width = 0;
  std::vector<double> features;    ///< [rows, width]
  std::vector<int> kinds;          ///< [rows], from 0
  std::vector<std::size_t> folds;  ///< [rows]; rows that share what the kind must not explain share a fold
  void add(const std::vector<double>& row, int kind, std::size_t fold);
  [[nodiscard]] Labelled without(std::size_t feature) const;
};

struct Verdicts {
  std::vector<int> kinds;      ///< [rows]: what the row was taken for
  std::vector<double> scores;  ///< [rows]: log odds of kind 1 against kind 0
  [[nodiscard]] double accuracy(const std::vector<int>& truth) const;
  /// [truth][verdict], counts.
  [[nodiscard]] std::vector<std::vector<int>> confusion(const std::vector<int>& truth) const;
};

/// Multinomial logistic regression, features standardised on the training part, each fold left out in turn. Where there
/// are more features than rows, `components` says how many principal components of the training part take their place.
/// Nothing with fewer than two folds or two kinds.
[[nodiscard]] std::optional<Verdicts> tell_apart(const Labelled& rows, std::size_t components = 0);
/// The same, of rows of one set by what another teaches; `known` has at least two kinds.
[[nodiscard]] Verdicts judged_by(const Labelled& known, const Labelled& rows);

/// Values dealt out anew: the control that a measure of obedience must fail.
template <typename Value>
[[nodiscard]] std::vector<Value> shuffled(std::vector<Value> values, std::mt19937_64& random) {
  // Not std::shuffle, whose draws differ between libraries.
  for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[random() % i]);
  return values;
}

}  // namespace photoplayer::tools
