// SPDX-License-Identifier: Apache-2.0
#include "eval/principal.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace photoplayer::tools {
namespace {

using Vector = std::vector<double>;

constexpr int kRounds = 100;

double dot(const Vector& a, const Vector& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

/// Every row, measured from the mean of the known ones.
std::vector<Vector> centred(const Labelled& rows, const std::vector<std::size_t>& known) {
  Vector centre(rows.width, 0.0);
  for (const std::size_t row : known) {
    for (std::size_t i = 0; i < rows.width; ++i)
      centre[i] += rows.features[row * rows.width + i] / static_cast<double>(known.size());
  }
  std::vector<Vector> off(rows.kinds.size(), Vector(rows.width));
  for (std::size_t i = 0; i < rows.features.size(); ++i)
    off[i / rows.width][i % rows.width] = rows.features[i] - centre[i % rows.width];
  return off;
}

/// To unit length, at right angles to those before; what they explain entirely becomes 0.
void straighten(std::vector<Vector>& axes) {
  for (std::size_t axis = 0; axis < axes.size(); ++axis) {
    const double length_before = std::sqrt(dot(axes[axis], axes[axis]));
    for (std::size_t other = 0; other < axis; ++other) {
      const double share = dot(axes[axis], axes[other]);
      for (std::size_t i = 0; i < axes[axis].size(); ++i) axes[axis][i] -= share * axes[other][i];
    }
    const double length = std::sqrt(dot(axes[axis], axes[axis]));
    const double scale = length > 1e-9 * length_before ? 1.0 / length : 0.0;
    for (double& value : axes[axis]) value *= scale;
  }
}

/// The eigenvectors of a symmetric matrix with the largest eigenvalues, by orthogonal iteration.
std::vector<Vector> strongest(const std::vector<Vector>& matrix, std::size_t count) {
  std::mt19937_64 random(1);
  std::vector<Vector> axes(count, Vector(matrix.size()));
  for (Vector& axis : axes) {
    for (double& value : axis) value = static_cast<double>(random() % 2001) / 1000.0 - 1.0;
  }
  straighten(axes);
  for (int round = 0; round < kRounds; ++round) {
    for (Vector& axis : axes) {
      Vector next;
      for (const Vector& line : matrix) next.push_back(dot(line, axis));
      axis = std::move(next);
    }
    straighten(axes);
  }
  return axes;
}

}  // namespace

Labelled along_principal(const Labelled& rows, const std::vector<std::size_t>& known, std::size_t count) {
  const std::vector<Vector> off = centred(rows, known);
  // With fewer rows than numbers the small matrix is that of the rows' products: its eigenvectors mix rows into axes.
  std::vector<Vector> products;
  for (const std::size_t row : known) {
    Vector line;
    for (const std::size_t other : known) line.push_back(dot(off[row], off[other]));
    products.push_back(std::move(line));
  }
  const auto mixtures = strongest(products, std::min({count, rows.width, known.size() - 1}));
  Labelled places{mixtures.size(), Vector(rows.kinds.size() * mixtures.size(), 0.0), rows.kinds, rows.folds};
  for (std::size_t component = 0; component < mixtures.size(); ++component) {
    Vector axis(rows.width, 0.0);
    for (std::size_t k = 0; k < known.size(); ++k) {
      for (std::size_t i = 0; i < rows.width; ++i) axis[i] += mixtures[component][k] * off[known[k]][i];
    }
    const double length = std::sqrt(dot(axis, axis));
    if (length == 0.0) continue;
    for (std::size_t row = 0; row < off.size(); ++row)
      places.features[row * places.width + component] = dot(off[row], axis) / length;
  }
  return places;
}

}  // namespace photoplayer::tools
