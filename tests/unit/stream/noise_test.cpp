// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/stream/noise.h>

#include <cmath>
#include <vector>

#include "support/catch.h"

using namespace photoplayer::stream;

TEST_CASE("Noise: Philox4x32-10 gives Random123's published answers", "[stream][unit]") {
  // Random123, tests/kat_vectors, lines "philox4x32 10".
  CHECK(philox4x32({0, 0, 0, 0}, {0, 0}) == PhiloxCounter{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(philox4x32({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}) ==
        PhiloxCounter{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        PhiloxCounter{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("Noise: a row is the same wherever a window begins", "[stream][unit]") {
  constexpr int kDims = 6;
  std::vector<float> whole(10 * kDims), part(3 * kDims);
  fill_noise(7, 100, kDims, whole);
  fill_noise(7, 104, kDims, part);
  CHECK(std::equal(part.begin(), part.end(), whole.begin() + 4 * kDims));
}

TEST_CASE("Noise: seeds and purposes differ", "[stream][unit]") {
  std::vector<float> a(64), b(64), c(64);
  fill_noise(1, 0, 64, a);
  fill_noise(1ULL << 40U, 0, 64, b);
  fill_noise(1, 0, 64, c, NoiseStream::kUnknownWarmStart);
  CHECK(a != b);
  CHECK(a != c);
}

TEST_CASE("Noise: it is normal and finite", "[stream][unit]") {
  std::vector<float> noise(64 * 4096);
  fill_noise(3, -5, 64, noise);
  double sum = 0.0, squares = 0.0, fourth = 0.0;
  for (const float value : noise) {
    REQUIRE(std::isfinite(value));
    const auto x = static_cast<double>(value);
    sum += x;
    squares += x * x;
    fourth += x * x * x * x;
  }
  const auto count = static_cast<double>(noise.size());
  CHECK(std::abs(sum / count) < 0.01);
  CHECK(squares / count == Approx(1.0).margin(0.015));
  CHECK(fourth / count == Approx(3.0).margin(0.1));
}
