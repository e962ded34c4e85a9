// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/train/onsets.h>

#include <cmath>

#include "support/catch.h"
#include "support/made_inputs.h"

using namespace photoplayer;
using namespace photoplayer::train;

TEST_CASE("find_onsets: struck noises are found within 20 ms, and nothing else", "[evaluate][unit]") {
  const std::vector<double> struck = {0.7, 1.2, 1.9, 2.35, 3.5};
  std::vector<float> music(4 * 44100);
  tests::Noise floor(1);
  for (float& sample : music) sample = static_cast<float>(0.001 * floor.next_signed());
  for (std::size_t i = 0; i < struck.size(); ++i) {
    const auto first = static_cast<std::size_t>(struck[i] * 44100);
    tests::Noise noise(static_cast<std::uint32_t>(i + 2));
    for (std::size_t k = 0; k < 13230 && first + k < music.size(); ++k)
      music[first + k] += static_cast<float>((i % 2 == 0 ? 0.8 : 0.2) * std::exp(-static_cast<double>(k) / 3000.0) *
                                             noise.next_signed());
  }
  const auto found = find_onsets(music);
  REQUIRE(found);
  // And where the sound itself begins.
  REQUIRE(found->onsets.size() == struck.size() + 1);
  CHECK(found->onsets[0].time_s < 0.05);
  for (std::size_t i = 0; i < struck.size(); ++i) CHECK(std::abs(found->onsets[i + 1].time_s - struck[i]) <= 0.02);
  const auto strongest = found->strongest(3);
  REQUIRE(strongest.size() == 3);
  CHECK(std::abs(strongest[0] - 0.7) <= 0.02);
  CHECK(std::abs(strongest[1] - 1.9) <= 0.02);
  CHECK(std::abs(strongest[2] - 3.5) <= 0.02);
}

TEST_CASE("find_onsets: silence has none", "[evaluate][unit]") {
  const auto found = find_onsets(std::vector<float>(44100, 0.0F));
  REQUIRE(found);
  CHECK(found->onsets.empty());
}
