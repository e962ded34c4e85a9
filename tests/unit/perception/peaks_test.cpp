// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/perception/peaks.h>

#include <vector>

#include "support/catch.h"
#include "support/made_inputs.h"

using namespace photoplayer;
using perception::CurvePeak;
using perception::find_peaks;
using perception::peaks_per_second;
using perception::visual_beats_per_second;

namespace {

std::vector<std::size_t> places(const std::vector<double>& curve, double least = 0.0) {
  std::vector<std::size_t> at;
  for (const CurvePeak& peak : find_peaks(curve, least)) at.push_back(peak.at);
  return at;
}

using Places = std::vector<std::size_t>;

}  // namespace

TEST_CASE("Peaks: equal scipy.signal.find_peaks, plateaus too", "[perception][golden]") {
  const auto goldens = tests::feature_goldens("pictures.json");
  for (const auto& golden : goldens["peaks"]) {
    const auto curve = tests::made_curve(golden["seed"], 300, golden["steps"]);
    const auto peaks = find_peaks(curve, golden["least"]);
    CAPTURE(golden["seed"].get<int>());
    REQUIRE(peaks.size() == golden["at"].size());
    for (std::size_t i = 0; i < peaks.size(); ++i) {
      CHECK(peaks[i].at == golden["at"][i].get<std::size_t>());
      CHECK(peaks[i].prominence == Approx(golden["prominences"][i].get<double>()).epsilon(1e-9));
    }
  }
}

TEST_CASE("Peaks: ends are none, a plateau's middle is rounded down", "[perception][unit]") {
  CHECK(places({}).empty());
  CHECK(places({1.0}).empty());
  CHECK(places({2.0, 1.0, 2.0}).empty());
  CHECK(places({0.0, 1.0, 1.0}).empty());
  CHECK(places({0.0, 1.0, 1.0, 0.0}) == Places{1});
  CHECK(places({0.0, 1.0, 1.0, 1.0, 0.0}) == Places{2});
  CHECK(places({0.0, 1.0, 1.0, 2.0, 0.0}) == Places{3});
  CHECK(places({0.0, 2.0, 1.7, 2.0, 0.0}, 0.3) == Places{1, 3});
  CHECK(places({0.0, 2.0, 1.75, 1.9, 0.0}, 0.25) == Places{1});
}

TEST_CASE("Peaks per second: half to even, never negative, the highest", "[perception][unit]") {
  const std::vector<double> curve = {1.0, 2.0, 3.0, 4.0, 5.0, -6.0, 7.0};
  const std::vector<double> times_s = {0.5, 1.5, 2.5, 2.6, 3.4, 4.0, 4.51};
  std::vector<CurvePeak> peaks;
  for (std::size_t i = 0; i < curve.size(); ++i) peaks.push_back({i, 1.0});
  CHECK(peaks_per_second(curve, times_s, peaks, 5) == std::vector<float>{1.0F, 0.0F, 3.0F, 5.0F, 0.0F});
  CHECK(peaks_per_second(curve, times_s, peaks, 6) == std::vector<float>{1.0F, 0.0F, 3.0F, 5.0F, 0.0F, 7.0F});
}

TEST_CASE("Visual beats per second: equal SciPy on the curve scaled to its clip", "[perception][golden]") {
  const auto goldens = tests::feature_goldens("pictures.json");
  for (const auto& golden : goldens["beats"]) {
    const auto curve = tests::made_curve(golden["seed"], 300);
    std::vector<double> times_s;
    for (int i = 0; i < 300; ++i) times_s.push_back(i / golden["fps"].get<double>());
    const auto beats = visual_beats_per_second(curve, times_s, golden["beats"].size());
    CAPTURE(golden["seed"].get<int>());
    for (std::size_t i = 0; i < beats.size(); ++i) {
      CHECK(static_cast<double>(beats[i]) == Approx(golden["beats"][i].get<double>()).margin(1e-5));
    }
  }
}

TEST_CASE("Visual beats per second: a flat curve has none, scale and offset do not matter", "[perception][unit]") {
  const std::vector<double> times_s = {0.0, 1.0, 2.0, 3.0, 4.0};
  const std::vector<float> none(5, 0.0F);
  CHECK(visual_beats_per_second({}, {}, 5) == none);
  CHECK(visual_beats_per_second(std::vector<double>(5, 3.0), times_s, 5) == none);
  const std::vector<double> curve = {0.0, 0.5, 0.25, 1.0, 0.0}, other = {7.0, 8.0, 7.5, 9.0, 7.0};
  const std::vector<float> beats = {0.0F, 0.0F, 0.0F, 1.0F, 0.0F};  // 0.5 stands out by 0.25 only
  CHECK(visual_beats_per_second(curve, times_s, 5) == beats);
  CHECK(visual_beats_per_second(other, times_s, 5) == beats);
}
