// SPDX-License-Identifier: Apache-2.0
#include "eval/classify.h"

#include <cmath>
#include <set>

#include "eval/principal.h"
#include "support/catch.h"

using namespace photoplayer::tools;

namespace {

/// Three kinds around three corners, and a number that says nothing.
Labelled corners(double spread) {
  std::mt19937_64 random(3);
  const auto noise = [&] { return static_cast<double>(random() % 2001) / 1000.0 - 1.0; };
  Labelled rows{3, {}, {}, {}};
  for (std::size_t i = 0; i < 90; ++i) {
    const int kind = static_cast<int>(i % 3);
    rows.add(
        {(kind == 1 ? 1.0 : 0.0) + spread * noise(), (kind == 2 ? 100.0 : 0.0) + 100.0 * spread * noise(), noise()},
        kind, i / 3 % 5);
  }
  return rows;
}

}  // namespace

TEST_CASE("tell_apart: what differs is found, whatever its unit", "[tools][unit]") {
  const auto rows = corners(0.3);
  const auto verdicts = tell_apart(rows);
  REQUIRE(verdicts);
  CHECK(verdicts->accuracy(rows.kinds) > 0.95);
  const auto confusion = verdicts->confusion(rows.kinds);
  REQUIRE(confusion.size() == 3);
  CHECK(confusion[0][0] + confusion[0][1] + confusion[0][2] == 30);
  CHECK(confusion[2][2] > 27);
}

TEST_CASE("tell_apart: shuffled labels bring it to chance", "[tools][unit]") {
  auto rows = corners(0.3);
  std::mt19937_64 random(1);
  double sum = 0.0;
  for (int deal = 0; deal < 10; ++deal) {
    rows.kinds = shuffled(rows.kinds, random);
    sum += tell_apart(rows)->accuracy(rows.kinds) / 10.0;
  }
  CHECK(sum > 0.2);
  CHECK(sum < 0.45);
}

TEST_CASE("tell_apart: what only a fold's own rows could teach does not help", "[tools][unit]") {
  // Each fold has its own value, and kinds follow folds: known rows say nothing about a fold that was never seen.
  Labelled rows{1, {}, {}, {}};
  for (std::size_t fold = 0; fold < 6; ++fold) {
    const bool odd = fold % 2 == 1;
    for (int i = 0; i < 5; ++i)
      rows.add({odd ? -static_cast<double>(fold) : static_cast<double>(5 - fold) - 3.0}, odd, fold);
  }
  CHECK(tell_apart(rows)->accuracy(rows.kinds) < 1.0);
  for (auto& fold : rows.folds) fold = 0;
  CHECK_FALSE(tell_apart(rows));
}

TEST_CASE("along_principal: known rows alone decide the axes", "[tools][unit]") {
  // Known: long along (3, 4), short across. The unknown row lies far away, and must pull neither mean nor axes.
  Labelled rows{2, {}, {}, {}};
  rows.add({1.0 + 6.0, 2.0 + 8.0}, 0, 0);
  rows.add({1.0 - 6.0, 2.0 - 8.0}, 1, 0);
  rows.add({1.0 + 0.8, 2.0 - 0.6}, 0, 0);
  rows.add({1.0 - 0.8, 2.0 + 0.6}, 1, 0);
  rows.add({1.0 + 400.0, 2.0 - 300.0}, 1, 1);
  const std::vector<std::size_t> known = {0, 1, 2, 3};
  const auto places = along_principal(rows, known, 2);
  REQUIRE(places.width == 2);
  CHECK(places.kinds == rows.kinds);
  CHECK(places.folds == rows.folds);
  const auto size = [&](std::size_t row, std::size_t component) {
    return std::abs(places.features[row * 2 + component]);
  };
  CHECK(size(0, 0) == Approx(10.0));
  CHECK(size(0, 1) == Approx(0.0).margin(1e-9));
  CHECK(size(2, 0) == Approx(0.0).margin(1e-9));
  CHECK(size(2, 1) == Approx(1.0));
  CHECK(size(4, 0) == Approx(0.0).margin(1e-9));
  CHECK(size(4, 1) == Approx(500.0));
  CHECK(places.features[0] == Approx(-places.features[2]));
  CHECK(along_principal(rows, {0, 1}, 2).width == 1);
  CHECK(along_principal(rows, {1, 1, 1}, 2).features == std::vector<double>(10, 0.0));
}

TEST_CASE("tell_apart: of many more numbers than rows, by principal components", "[tools][unit]") {
  // Six directions of chance, a kind's one of three among them, seen through 600 numbers.
  constexpr std::size_t kWidth = 600;
  std::mt19937_64 random(11);
  const auto noise = [&] { return static_cast<double>(random() % 2001) / 1000.0 - 1.0; };
  std::vector<double> directions(6 * kWidth);
  for (double& value : directions) value = noise();
  Labelled rows{kWidth, {}, {}, {}};
  for (std::size_t i = 0; i < 60; ++i) {
    const std::size_t kind = i % 3;
    std::vector<double> row(kWidth);
    for (std::size_t way = 0; way < 6; ++way) {
      const double share = 0.5 * noise() + (way == kind ? 1.0 : 0.0);
      for (std::size_t k = 0; k < kWidth; ++k) row[k] += share * directions[way * kWidth + k] + 0.1 * noise();
    }
    rows.add(row, static_cast<int>(kind), i / 3 % 5);
  }
  CHECK(tell_apart(rows, 6)->accuracy(rows.kinds) > 0.95);
  CHECK(tell_apart(rows, 1)->accuracy(rows.kinds) < 0.9);
  double dealt = 0.0;
  auto other = rows;
  for (int deal = 0; deal < 10; ++deal) {
    other.kinds = shuffled(rows.kinds, random);
    dealt += tell_apart(other, 6)->accuracy(other.kinds) / 10.0;
  }
  CHECK(dealt > 0.2);
  CHECK(dealt < 0.45);
}

TEST_CASE("shuffled: the same values in another order", "[tools][unit]") {
  std::mt19937_64 random(5);
  const std::vector<int> values = {1, 2, 3, 4, 5, 6, 7, 8};
  const auto other = shuffled(values, random);
  CHECK(other != values);
  CHECK(std::multiset<int>(other.begin(), other.end()) == std::multiset<int>(values.begin(), values.end()));
}
