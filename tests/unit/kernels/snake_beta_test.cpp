// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/kernels/snake_beta.h>

#include <cmath>
#include <limits>
#include <vector>

#include "support/catch.h"

using namespace photoplayer::kernels;

namespace {

std::vector<float> snake(const std::vector<float>& x, const std::vector<float>& frequency,
                         const std::vector<float>& gain, Status (*run)(const SnakeBetaArgs&) noexcept = snake_beta) {
  std::vector<float> y(x.size() + 1, -7.0F);  // a guard value at the end
  SnakeBetaArgs args;
  args.channels = static_cast<std::int64_t>(frequency.size());
  args.rows = static_cast<std::int64_t>(x.size() / frequency.size());
  args.x = x.data(), args.frequency = frequency.data(), args.gain = gain.data(), args.y = y.data();
  REQUIRE(run(args).ok());
  CHECK(y.back() == -7.0F);
  y.pop_back();
  return y;
}

/// Largest error of sin² over a grid of arguments up to `limit`, which no channel scales.
double worst_error(double limit) {
  constexpr int kPoints = 400'000;
  std::vector<float> x;
  for (int i = 0; i < kPoints; ++i) x.push_back(static_cast<float>(limit * (2.0 * i / kPoints - 1.0)));
  // A gain far above x, so that adding x hides nothing: y / gain is sin² to 2^-24.
  const float gain = static_cast<float>(limit) * 0x1p20F;
  const auto y = snake(x, std::vector<float>(16, 1.0F), std::vector<float>(16, gain));
  double worst = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double sine = std::sin(static_cast<double>(x[i]));
    const double exact = sine * sine + static_cast<double>(x[i]) / static_cast<double>(gain);
    worst = std::max(worst, std::abs(static_cast<double>(y[i]) / static_cast<double>(gain) - exact));
  }
  return worst;
}

}  // namespace

TEST_CASE("SnakeBeta: the sine squared keeps its bound from small arguments to large ones", "[kernels][unit]") {
  for (const double limit : {0.01, 1.6, 10.0, 1e3, 1e5, 1.0e6}) {
    INFO("up to " << limit);
    CHECK(worst_error(limit) <= 3e-7);
  }
}

TEST_CASE("SnakeBeta: each channel has its own frequency and gain, at every odd width", "[kernels][unit]") {
  for (const std::size_t channels : {1U, 2U, 7U, 8U, 9U, 16U, 19U}) {
    std::vector<float> frequency, gain, x;
    for (std::size_t c = 0; c < channels; ++c) {
      frequency.push_back(0.5F + static_cast<float>(c));
      gain.push_back(2.0F - 0.1F * static_cast<float>(c));
    }
    for (std::size_t i = 0; i < 5 * channels; ++i) x.push_back(std::cos(1.3F * static_cast<float>(i)));
    const auto actual = snake(x, frequency, gain), expected = snake(x, frequency, gain, snake_beta_reference);
    for (std::size_t i = 0; i < x.size(); ++i) {
      INFO("channels " << channels << " at " << i);
      CHECK(std::abs(actual[i] - expected[i]) <= 1e-6F);
    }
  }
}

TEST_CASE("SnakeBeta: huge arguments, NaN and infinity are what std::sin makes of them", "[kernels][unit]") {
  const float inf = std::numeric_limits<float>::infinity();
  const float value = GENERATE_COPY(1e7F, -3e30F, 1.5e6F, -0.0F, inf, std::nanf(""), -inf);
  // A vector of one value, so that no neighbour decides how it is computed; a gain that adding x does not hide.
  const std::vector<float> x(8, value), ones(8, 1.0F), gains(8, 0x1p120F);
  const auto actual = snake(x, ones, gains), expected = snake(x, ones, gains, snake_beta_reference);
  for (std::size_t i = 0; i < 8; ++i) {
    INFO("x " << value << ": " << actual[i] << " for " << expected[i]);
    if (std::isnan(expected[i])) {
      CHECK(std::isnan(actual[i]));
    } else {
      CHECK(std::abs(actual[i] - expected[i]) <= 1e-6F * std::abs(expected[i]));
    }
  }
}

TEST_CASE("SnakeBeta: bad arguments are refused, nothing to do is fine", "[kernels][unit]") {
  float values[2] = {};
  SnakeBetaArgs args;
  CHECK(snake_beta(args).ok());
  args.rows = args.channels = 1;
  CHECK_FALSE(snake_beta(args).ok());
  args.x = args.frequency = args.gain = values;
  CHECK_FALSE(snake_beta(args).ok());
  args.y = values;
  CHECK_FALSE(snake_beta(args).ok());
  args.y = values + 1;
  CHECK(snake_beta(args).ok());
  args.rows = -1;
  CHECK_FALSE(snake_beta(args).ok());
}
