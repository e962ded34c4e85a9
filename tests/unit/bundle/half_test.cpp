// SPDX-License-Identifier: Apache-2.0
#include "half.h"

#include "support/catch.h"

#include <cmath>
#include <cstdint>
#include <limits>

using namespace photoplayer::model::detail;

namespace {

/// The definition, in double.
double half_by_definition(std::uint16_t bits) {
  const double sign = (bits & 0x8000U) != 0 ? -1.0 : 1.0;
  const int exponent = (bits >> 10U) & 0x1f;
  const double mantissa = bits & 0x3ffU;
  if (exponent == 31) return mantissa == 0 ? sign * INFINITY : std::numeric_limits<double>::quiet_NaN();
  if (exponent == 0) return sign * std::ldexp(mantissa, -24);
  return sign * std::ldexp(1024.0 + mantissa, exponent - 25);
}

}  // namespace

TEST_CASE("Half: every pattern widens to its value and comes back", "[bundle][unit]") {
  for (std::uint32_t i = 0; i < 65536; ++i) {
    const auto bits = static_cast<std::uint16_t>(i);
    const double expected = half_by_definition(bits);
    const float widened = float_from_half(bits);
    if (std::isnan(expected)) {
      REQUIRE(std::isnan(widened));
      REQUIRE(std::isnan(float_from_half(half_from_float(widened))));
      continue;
    }
    REQUIRE(static_cast<double>(widened) == expected);
    REQUIRE(half_from_float(widened) == bits);
  }
}

TEST_CASE("Half: numbers between two patterns go to the nearer, ties to the even one", "[bundle][unit]") {
  for (std::uint32_t i = 0; i < 0x7bffU; ++i) {
    const auto low = static_cast<std::uint16_t>(i);
    const auto high = static_cast<std::uint16_t>(i + 1);
    const float below = float_from_half(low), above = float_from_half(high);
    const float middle = (below + above) / 2.0F;  // exact: a half has 13 bits to spare in a float
    REQUIRE(half_from_float(middle) == ((low & 1U) == 0 ? low : high));
    REQUIRE(half_from_float(std::nextafterf(middle, below)) == low);
    REQUIRE(half_from_float(std::nextafterf(middle, above)) == high);
  }
  CHECK(half_from_float(65519.0F) == 0x7bff);
  CHECK(half_from_float(65520.0F) == 0x7c00);
  CHECK(half_from_float(-1e9F) == 0xfc00);
}

TEST_CASE("Bfloat16: every pattern comes back; ties go to the even one", "[bundle][unit]") {
  for (std::uint32_t i = 0; i < 65536; ++i) {
    const auto bits = static_cast<std::uint16_t>(i);
    const float widened = float_from_bfloat16(bits);
    if (std::isnan(widened)) {
      REQUIRE(std::isnan(float_from_bfloat16(bfloat16_from_float(widened))));
    } else {
      REQUIRE(bfloat16_from_float(widened) == bits);
    }
  }
  CHECK(bfloat16_from_float(1.0F + 0x1p-8F) == 0x3f80);
  CHECK(bfloat16_from_float(1.0F + 3 * 0x1p-8F) == 0x3f82);
  CHECK(bfloat16_from_float(std::numeric_limits<float>::max()) == 0x7f80);
}
