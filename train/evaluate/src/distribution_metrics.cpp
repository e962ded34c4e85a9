// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/train/distribution_metrics.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "symmetric_eigenvalues.h"

namespace photoplayer::train {
namespace {

using Matrix = std::vector<double>;

std::vector<double> mean_of(const Samples& set) {
  std::vector<double> mean(set.width, 0.0);
  for (std::size_t i = 0; i < set.values.size(); ++i)
    mean[i % set.width] += static_cast<double>(set.values[i]) / static_cast<double>(set.rows());
  return mean;
}

Matrix covariance(const Samples& set, const std::vector<double>& mean) {
  const std::size_t n = set.width;
  Matrix result(n * n, 0.0);
  std::vector<double> off(n);
  for (std::size_t row = 0; row < set.rows(); ++row) {
    for (std::size_t i = 0; i < n; ++i) off[i] = static_cast<double>(set.row(row)[i]) - mean[i];
    for (std::size_t i = 0; i < n; ++i) {
      if (off[i] == 0.0) continue;
      for (std::size_t j = 0; j < n; ++j) result[i * n + j] += off[i] * off[j];
    }
  }
  for (double& value : result) value /= static_cast<double>(set.rows() - 1);
  return result;
}

/// Lower L with L Lᵀ = C for a C that may lack rank (fewer samples than numbers): what is left of a column that the
/// others explain is rounding, and stays out.
Matrix root_of(const Matrix& c, std::size_t n) {
  Matrix l(n * n, 0.0);
  double largest = 0.0;
  for (std::size_t i = 0; i < n; ++i) largest = std::max(largest, c[i * n + i]);
  for (std::size_t j = 0; j < n; ++j) {
    double pivot = c[j * n + j];
    for (std::size_t k = 0; k < j; ++k) pivot -= l[j * n + k] * l[j * n + k];
    if (pivot <= 1e-10 * largest) continue;
    const double root = std::sqrt(pivot);
    l[j * n + j] = root;
    for (std::size_t i = j + 1; i < n; ++i) {
      double sum = c[i * n + j];
      for (std::size_t k = 0; k < j; ++k) sum -= l[i * n + k] * l[j * n + k];
      l[i * n + j] = sum / root;
    }
  }
  return l;
}

double trace(const Matrix& a, std::size_t n) {
  double sum = 0.0;
  for (std::size_t i = 0; i < n; ++i) sum += a[i * n + i];
  return sum;
}

/// tr (A B)^½: with A = L Lᵀ the eigenvalues of A B are those of the symmetric Lᵀ B L.
double trace_of_root(const Matrix& a, const Matrix& b, std::size_t n) {
  const Matrix l = root_of(a, n);
  Matrix bl(n * n, 0.0), inner(n * n, 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < n; ++k) {
      const double factor = b[i * n + k];
      for (std::size_t j = 0; j <= k; ++j) bl[i * n + j] += factor * l[k * n + j];
    }
  }
  for (std::size_t k = 0; k < n; ++k) {
    for (std::size_t i = 0; i <= k; ++i) {
      const double factor = l[k * n + i];
      if (factor == 0.0) continue;
      for (std::size_t j = 0; j < n; ++j) inner[i * n + j] += factor * bl[k * n + j];
    }
  }
  double sum = 0.0;
  for (const double value : detail::symmetric_eigenvalues(std::move(inner), n)) sum += std::sqrt(std::max(value, 0.0));
  return sum;
}

double distance(std::span<const float> a, std::span<const float> b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double off = static_cast<double>(a[i]) - static_cast<double>(b[i]);
    sum += off * off;
  }
  return std::sqrt(sum);
}

}  // namespace

Result<double> frechet_distance(const Samples& a, const Samples& b) {
  if (a.width != b.width || a.rows() < 2 || b.rows() < 2)
    return fail(ErrorCode::kBadInput, "a Fréchet distance needs two samples on each side");
  const auto mean_a = mean_of(a), mean_b = mean_of(b);
  const Matrix one = covariance(a, mean_a), other = covariance(b, mean_b);
  double apart = 0.0;
  for (std::size_t i = 0; i < a.width; ++i) apart += (mean_a[i] - mean_b[i]) * (mean_a[i] - mean_b[i]);
  return apart + trace(one, a.width) + trace(other, a.width) - 2.0 * trace_of_root(one, other, a.width);
}

double class_divergence(const Samples& reference, const Samples& music) {
  constexpr double kFaintest = 1e-9;
  auto p = mean_of(reference), q = mean_of(music);
  double p_sum = 0.0, q_sum = 0.0, divergence = 0.0;
  for (double& value : p) p_sum += value += kFaintest;
  for (double& value : q) q_sum += value += kFaintest;
  for (std::size_t i = 0; i < p.size(); ++i) divergence += p[i] / p_sum * std::log(p[i] / p_sum * q_sum / q[i]);
  return divergence;
}

Result<Fidelity> density_coverage(const Samples& reference, const Samples& music, std::size_t k) {
  if (reference.rows() <= k || music.values.empty()) {
    return fail(ErrorCode::kBadInput,
                "density and coverage need more than " + std::to_string(k) + " reference samples and one of music");
  }
  Fidelity result;
  for (std::size_t i = 0; i < reference.rows(); ++i) {
    std::vector<double> ways;
    for (std::size_t j = 0; j < reference.rows(); ++j) {
      if (j != i) ways.push_back(distance(reference.row(i), reference.row(j)));
    }
    std::nth_element(ways.begin(), ways.begin() + static_cast<std::ptrdiff_t>(k - 1), ways.end());
    const double radius = ways[k - 1];
    std::size_t inside = 0;
    for (std::size_t j = 0; j < music.rows(); ++j) inside += distance(reference.row(i), music.row(j)) <= radius;
    result.density += static_cast<double>(inside) / static_cast<double>(k * music.rows());
    result.coverage += (inside > 0 ? 1.0 : 0.0) / static_cast<double>(reference.rows());
  }
  return result;
}

}  // namespace photoplayer::train
