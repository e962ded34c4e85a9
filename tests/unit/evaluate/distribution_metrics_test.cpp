// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/train/distribution_metrics.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "support/catch.h"
#include "support/made_inputs.h"
#include "symmetric_eigenvalues.h"

using namespace photoplayer;
using namespace photoplayer::train;

TEST_CASE("symmetric_eigenvalues: of matrices whose values are known", "[evaluate][unit]") {
  SECTION("two by two: 1 and 3") {
    auto values = detail::symmetric_eigenvalues({2.0, 1.0, 1.0, 2.0}, 2);
    std::sort(values.begin(), values.end());
    CHECK(values[0] == Approx(1.0));
    CHECK(values[1] == Approx(3.0));
  }
  SECTION("second differences: 2 − 2 cos(kπ / (n + 1))") {
    constexpr std::size_t kSize = 40;
    std::vector<double> matrix(kSize * kSize, 0.0);
    for (std::size_t i = 0; i < kSize; ++i) {
      matrix[i * kSize + i] = 2.0;
      if (i > 0) matrix[i * kSize + i - 1] = matrix[(i - 1) * kSize + i] = -1.0;
    }
    auto values = detail::symmetric_eigenvalues(matrix, kSize);
    std::sort(values.begin(), values.end());
    for (std::size_t k = 0; k < kSize; ++k)
      CHECK(values[k] == Approx(2.0 - 2.0 * std::cos(static_cast<double>(k + 1) * 3.141592653589793 / (kSize + 1))));
  }
  SECTION("all ones: n once, 0 else; nothing at all; nothing but zeros") {
    auto values = detail::symmetric_eigenvalues(std::vector<double>(49, 1.0), 7);
    std::sort(values.begin(), values.end());
    CHECK(values[6] == Approx(7.0));
    CHECK(std::abs(values[5]) < 1e-12);
    CHECK(detail::symmetric_eigenvalues({}, 0).empty());
    CHECK(detail::symmetric_eigenvalues(std::vector<double>(4, 0.0), 2) == std::vector<double>{0.0, 0.0});
  }
  SECTION("sum and sum of squares of a dense one") {
    constexpr std::size_t kSize = 60;
    tests::Noise noise(5);
    std::vector<double> matrix(kSize * kSize);
    double trace = 0.0, squares = 0.0;
    for (std::size_t i = 0; i < kSize; ++i) {
      for (std::size_t j = 0; j <= i; ++j) matrix[i * kSize + j] = matrix[j * kSize + i] = noise.next_signed();
      trace += matrix[i * kSize + i];
    }
    for (const double value : matrix) squares += value * value;
    for (const double value : detail::symmetric_eigenvalues(matrix, kSize)) trace -= value, squares -= value * value;
    CHECK(std::abs(trace) < 1e-10);
    CHECK(std::abs(squares) < 1e-9);
  }
}

TEST_CASE("frechet_distance: of small sets, by hand", "[evaluate][unit]") {
  // One number: (m₁ − m₂)² + (s₁ − s₂)². {0, 2}: mean 1, deviation √2; {5, 11}: mean 8, deviation √18.
  const std::vector<float> a = {0, 2}, b = {5, 11};
  CHECK(*frechet_distance({a, 1}, {b, 1}) == Approx(49.0 + 8.0));
  // Two numbers that do not depend on each other: the sum of both.
  const std::vector<float> c = {0, 0, 2, 0, 0, 4, 2, 4}, d = {1, 1, 1, 1, 1, 1, 1, 1};
  CHECK(*frechet_distance({c, 2}, {d, 2}) == Approx(0.0 + 1.0 + 4.0 / 3.0 + 16.0 / 3.0));
  CHECK(std::abs(*frechet_distance({c, 2}, {c, 2})) < 1e-9);
  CHECK_FALSE(frechet_distance({a, 1}, {std::span(b).first(1), 1}));
}

TEST_CASE("frechet_distance: turning both sets together changes nothing, and rank may be lacking", "[evaluate][unit]") {
  constexpr std::size_t kWidth = 6;
  tests::Noise noise(3);
  std::vector<float> a(4 * kWidth), b(9 * kWidth);  // four rows of six numbers: rank 3
  for (float& value : a) value = static_cast<float>(noise.next_signed());
  for (float& value : b) value = static_cast<float>(0.5 + noise.next_signed());
  const auto turned = [](std::vector<float> rows) {
    for (std::size_t at = 0; at < rows.size(); at += kWidth) {
      for (std::size_t i = 0; i + 1 < kWidth; ++i) {
        const float x = rows[at + i], y = rows[at + i + 1];
        rows[at + i] = 0.6F * x - 0.8F * y, rows[at + i + 1] = 0.8F * x + 0.6F * y;
      }
    }
    return rows;
  };
  const auto one = turned(a), other = turned(b);
  const double before = *frechet_distance({a, kWidth}, {b, kWidth});
  CHECK(before > 0.5);
  CHECK(*frechet_distance({one, kWidth}, {other, kWidth}) == Approx(before).epsilon(1e-5));
  CHECK(*frechet_distance({b, kWidth}, {a, kWidth}) == Approx(before).epsilon(1e-5));
}

TEST_CASE("class_divergence: of two classes by hand", "[evaluate][unit]") {
  const std::vector<float> p = {0.5F, 0.5F}, q = {0.3F, 0.1F};  // 1/2, 1/2 against 3/4, 1/4
  CHECK(class_divergence({p, 2}, {q, 2}) == Approx(0.5 * std::log(2.0 / 3.0) + 0.5 * std::log(2.0)));
  CHECK(std::abs(class_divergence({q, 2}, {q, 2})) < 1e-12);
}

TEST_CASE("density_coverage: on a line, by hand", "[evaluate][unit]") {
  // With k = 1 the balls are [0 ± 1], [1 ± 1], [10 ± 9].
  const std::vector<float> reference = {0, 1, 10}, near = {0.5F, 0.5F}, wide = {0.5F, 12}, far = {30, 30};
  const auto close = density_coverage({reference, 1}, {near, 1}, 1);
  REQUIRE(close);
  CHECK(close->density == Approx(2.0));  // both samples lie in the first two balls, none in the third
  CHECK(close->coverage == Approx(2.0 / 3.0));
  CHECK(density_coverage({reference, 1}, {wide, 1}, 1)->density == Approx(1.5));
  CHECK(density_coverage({reference, 1}, {wide, 1}, 1)->coverage == Approx(1.0));
  CHECK(density_coverage({reference, 1}, {far, 1}, 1)->coverage == Approx(0.0));
  CHECK_FALSE(density_coverage({reference, 1}, {near, 1}, 3));
}
