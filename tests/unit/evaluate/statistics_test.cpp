// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/train/statistics.h>

#include "support/catch.h"
#include "support/made_inputs.h"

using namespace photoplayer;
using namespace photoplayer::train;

TEST_CASE("quantile: between ranks, as NumPy has it", "[evaluate][unit]") {
  CHECK(quantile({4, 1, 3, 2}, 0.5) == Approx(2.5));
  CHECK(quantile({4, 1, 3, 2}, 0.95) == Approx(3.85));
  CHECK(quantile({7}, 0.1) == Approx(7.0));
}

TEST_CASE("spearman: by hand, with ties", "[evaluate][unit]") {
  CHECK(*spearman(std::vector<double>{1, 2, 3, 4}, std::vector<double>{1, 8, 27, 64}) == Approx(1.0));
  CHECK(*spearman(std::vector<double>{1, 2, 3, 4}, std::vector<double>{4, 3, 2, 1}) == Approx(-1.0));
  // Ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4: 4.5 / √(4.5 · 5).
  CHECK(*spearman(std::vector<double>{1, 2, 2, 4}, std::vector<double>{1, 2, 3, 4}) == Approx(0.9486833));
  CHECK_FALSE(spearman(std::vector<double>{1, 1, 1}, std::vector<double>{1, 2, 3}));
}

TEST_CASE("area_under_curve: by hand", "[evaluate][unit]") {
  CHECK(*area_under_curve(std::vector<double>{3, 1, 2, 0}, {true, false, true, false}) == Approx(1.0));
  CHECK(*area_under_curve(std::vector<double>{1, 1, 2, 0}, {true, false, true, false}) == Approx(0.875));
  CHECK_FALSE(area_under_curve(std::vector<double>{1, 2}, {true, true}));
}

TEST_CASE("cross_validated_auc: sees what is there and nothing where there is nothing", "[evaluate][unit]") {
  tests::Noise noise(2);
  std::vector<double> told, blind;
  std::vector<bool> kinds;
  for (int i = 0; i < 200; ++i) {
    kinds.push_back(noise.next_signed() > 0.0);
    for (auto* set : {&told, &blind})
      for (int k = 0; k < 3; ++k) set->push_back(noise.next_signed());
    if (kinds.back()) told.back() += 2.0;
  }
  CHECK(*cross_validated_auc(told, 3, kinds) > 0.95);
  CHECK(std::abs(*cross_validated_auc(blind, 3, kinds) - 0.5) < 0.12);
  CHECK_FALSE(cross_validated_auc({1, 2, 3}, 1, {true, false, true}));
}

TEST_CASE("nearest_mean_accuracy: the row itself does not help", "[evaluate][unit]") {
  CHECK(nearest_mean_accuracy({0, 1, 10, 11}, 1, {0, 0, 1, 1}) == Approx(1.0));
  // A mean that is not one, because the row is left out of the sum but not of the count, lies nearer to 0 than 2.2.
  CHECK(nearest_mean_accuracy({4, 4, 2.2, 2.2, -6.2, -6.2}, 1, {0, 0, 1, 1, 2, 2}) == Approx(1.0));
  // Each class holds one row of each place: without itself, its class's mean is the other place.
  CHECK(nearest_mean_accuracy({0, 10, 0, 10}, 1, {0, 0, 1, 1}) == Approx(0.0));
}
