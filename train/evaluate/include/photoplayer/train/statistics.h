// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The statistics that the measures share. Pure functions, any thread.
/// Tested in tests/unit/evaluate/statistics_test.cpp.
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace photoplayer::train {

/// Linear between ranks (NumPy's default); 0 of nothing.
[[nodiscard]] double quantile(std::vector<double> values, double share);
[[nodiscard]] double mean(std::span<const double> values);

/// Rank correlation, ties by their mean rank. Nothing if there are fewer than three pairs or one side does not vary.
[[nodiscard]] std::optional<double> spearman(std::span<const double> a, std::span<const double> b);

/// Share of (positive, negative) pairs in which the positive is higher; ties count half. Nothing without both kinds.
[[nodiscard]] std::optional<double> area_under_curve(std::span<const double> scores, const std::vector<bool>& positive);

/// How well a logistic regression tells two kinds apart that it has not seen: `features` [rows, width] are standardised
/// on the training part of each of `folds` parts (row i is in part i mod folds); then one curve over all rows. Nothing
/// with fewer than two of a kind per part. 0.5 is chance; in small samples values below it are usual as well.
[[nodiscard]] std::optional<double> cross_validated_auc(const std::vector<double>& features, std::size_t width,
                                                        const std::vector<bool>& positive, std::size_t folds = 5);

/// Share of rows whose nearest class mean (standardised features; the row itself left out) is their own class's.
[[nodiscard]] double nearest_mean_accuracy(const std::vector<double>& features, std::size_t width,
                                           const std::vector<int>& classes);

/// A measure of two things in time, against the same measure with one of them shifted around in a circle.
struct AgainstChance {
  double value = 0.0;
  double chance = 0.0;     ///< mean over the shifts
  double deviation = 0.0;  ///< over the shifts
  /// 0 is chance, 1 is perfect; 0 as well where chance alone gets almost everything, so that nothing can be told.
  [[nodiscard]] double score() const { return chance < 0.95 ? (value - chance) / (1.0 - chance) : 0.0; }
  [[nodiscard]] double z() const { return deviation > 0.0 ? (value - chance) / deviation : 0.0; }
};
inline constexpr int kShifts = 200;
/// `measure(share)` with one side shifted by `share` of the whole, 0 ≤ share < 1; the shifts are evenly spaced.
[[nodiscard]] AgainstChance against_chance(const std::function<double(double share)>& measure);

}  // namespace photoplayer::train
