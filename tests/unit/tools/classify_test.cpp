// SPDX-License-Identifier: Apache-2.0
#include "eval/classify.h"

#include <set>

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

TEST_CASE("shuffled: the same values in another order", "[tools][unit]") {
  std::mt19937_64 random(5);
  const std::vector<int> values = {1, 2, 3, 4, 5, 6, 7, 8};
  const auto other = shuffled(values, random);
  CHECK(other != values);
  CHECK(std::multiset<int>(other.begin(), other.end()) == std::multiset<int>(values.begin(), values.end()));
}
