// SPDX-License-Identifier: Apache-2.0
#include "symmetric_eigenvalues.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace photoplayer::train::detail {
namespace {

/// Reflections H = I − 2 v vᵀ from both sides, one per column; the lower right part is kept whole.
void tridiagonalise(std::vector<double>& a, std::size_t n, std::vector<double>& diagonal, std::vector<double>& beside) {
  std::vector<double> v(n), p(n);
  for (std::size_t k = 0; k + 1 < n; ++k) {
    diagonal[k] = a[k * n + k];
    double square = 0.0;
    for (std::size_t i = k + 1; i < n; ++i) square += (v[i] = a[i * n + k]) * v[i];
    const double length = std::sqrt(square);
    beside[k] = v[k + 1] > 0.0 ? -length : length;
    v[k + 1] -= beside[k];
    const double norm = square + beside[k] * beside[k] - 2.0 * beside[k] * (v[k + 1] + beside[k]);  // |v|²
    if (norm <= std::numeric_limits<double>::min()) continue;
    double vp = 0.0;
    for (std::size_t i = k + 1; i < n; ++i) {
      double sum = 0.0;
      for (std::size_t j = k + 1; j < n; ++j) sum += a[i * n + j] * v[j];
      p[i] = 2.0 * sum / norm;
      vp += v[i] * p[i];
    }
    for (std::size_t i = k + 1; i < n; ++i) p[i] -= vp / norm * v[i];
    for (std::size_t i = k + 1; i < n; ++i) {
      for (std::size_t j = k + 1; j < n; ++j) a[i * n + j] -= v[i] * p[j] + p[i] * v[j];
    }
  }
  if (n > 0) diagonal[n - 1] = a[n * n - 1];
}

/// One implicit QL step chases the bulge from `last` up to `first`.
void step(std::vector<double>& d, std::vector<double>& e, std::size_t first, std::size_t last) {
  const double half = (d[first + 1] - d[first]) / (2.0 * e[first]);
  const double root = std::hypot(half, 1.0);
  double g = d[last] - d[first] + e[first] / (half + (half >= 0.0 ? root : -root));
  double sine = 1.0, cosine = 1.0, moved = 0.0;
  for (std::size_t i = last; i-- > first;) {
    const double f = sine * e[i], b = cosine * e[i];
    const double r = std::hypot(f, g);
    e[i + 1] = r;
    if (r == 0.0) {  // it fell apart in the middle: start again on the parts
      d[i + 1] -= moved;
      e[last] = 0.0;
      return;
    }
    sine = f / r;
    cosine = g / r;
    g = d[i + 1] - moved;
    const double turned = (d[i] - g) * sine + 2.0 * cosine * b;
    moved = sine * turned;
    d[i + 1] = g + moved;
    g = cosine * turned - b;
  }
  d[first] -= moved;
  e[first] = g;
  e[last] = 0.0;
}

}  // namespace

std::vector<double> symmetric_eigenvalues(std::vector<double> matrix, std::size_t n) {
  std::vector<double> d(n), e(n, 0.0);
  tridiagonalise(matrix, n, d, e);
  double largest = 0.0;
  for (std::size_t i = 0; i < n; ++i) largest = std::max(largest, std::abs(d[i]) + std::abs(e[i]));
  // Against the largest, not against the neighbours: among values that are nothing but rounding it would never end.
  const double nothing = std::numeric_limits<double>::epsilon() * largest;
  for (std::size_t first = 0; first < n; ++first) {
    constexpr int kPatience = 200;  // three are usual
    for (int turn = 0; turn < kPatience; ++turn) {
      std::size_t last = first;
      while (last + 1 < n && std::abs(e[last]) > nothing) ++last;
      if (last == first) break;
      step(d, e, first, last);
    }
  }
  return d;
}

}  // namespace photoplayer::train::detail
