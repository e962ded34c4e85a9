// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/kernels/toom_cook.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "support/catch.h"

using namespace photoplayer::kernels;

namespace {

using Split = Status (*)(const ToomCookSplit&, std::int64_t, std::int64_t) noexcept;
using Join = Status (*)(const ToomCookJoin&, std::int64_t, std::int64_t) noexcept;

struct Sizes {
  std::int64_t rows, channels, dilation;
  [[nodiscard]] std::int64_t blocks() const { return (rows + 4 * dilation - 1) / (4 * dilation); }
  [[nodiscard]] std::int64_t rows_read() const { return (4 * blocks() + 7) * dilation; }
};

/// Every channel on its own, which makes the middle step a product of numbers.
std::vector<float> convolved(const Sizes& sizes, const std::vector<float>& x, const std::vector<double>& taps,
                             const std::vector<float>& bias, Split split, Join join) {
  const std::int64_t joined = sizes.blocks() * sizes.dilation, all = joined + sizes.dilation;
  const auto numbers = [&](std::int64_t rows) { return static_cast<std::size_t>(7 * rows * sizes.channels); };
  std::vector<float> inputs(numbers(all)), products(numbers(joined));
  const ToomCookSplit splitting{sizes.channels, sizes.dilation, x.data(), inputs.data(), all * sizes.channels};
  REQUIRE(split(splitting, all / 2, all).ok());  // any order
  REQUIRE(split(splitting, 0, all / 2).ok());
  for (std::size_t point = 0; point < 7; ++point) {
    double halves[2] = {};
    for (std::size_t tap = 0; tap < 7; ++tap) halves[tap / 4] += kToomCookWeights[point][tap % 4] * taps[tap];
    const auto begin = static_cast<std::int64_t>(point) * all * sizes.channels;
    for (std::int64_t i = 0; i < joined * sizes.channels; ++i) {
      const auto at = static_cast<std::size_t>(begin + i);
      const auto next = at + static_cast<std::size_t>(sizes.dilation * sizes.channels);
      const double later = point == 6 ? 0.0 : halves[1] * static_cast<double>(inputs[next]);
      products[static_cast<std::size_t>(static_cast<std::int64_t>(point) * joined * sizes.channels + i)] =
          static_cast<float>(halves[0] * static_cast<double>(inputs[at]) + later);
    }
  }
  std::vector<float> y(static_cast<std::size_t>(sizes.rows * sizes.channels) + 1, -7.0F);  // a guard value at the end
  ToomCookJoin joining{sizes.channels, sizes.dilation, products.data(), joined * sizes.channels,
                       nullptr,        sizes.rows,     y.data()};
  if (!bias.empty()) joining.bias = bias.data();
  REQUIRE(join(joining, joined / 3, joined).ok());
  REQUIRE(join(joining, 0, joined / 3).ok());
  CHECK(y.back() == -7.0F);
  y.pop_back();
  return y;
}

}  // namespace

// Numbers up to one and taps up to one: intermediate values reach some dozens, where fp32 rounds by 2e-6.
TEST_CASE("Toom-Cook: split, multiplied and joined is the convolution", "[kernels][unit]") {
  const bool baseline = GENERATE(false, true), biased = GENERATE(false, true);
  std::mt19937 random(5);
  std::uniform_real_distribution<float> draw(-1.0F, 1.0F);
  for (const std::int64_t rows : {1, 3, 4, 5, 35, 36, 37, 100}) {
    for (const std::int64_t channels : {1, 4, 7, 8, 19}) {
      for (const std::int64_t dilation : {1, 3, 9}) {
        const Sizes sizes{rows, channels, dilation};
        std::vector<float> x(static_cast<std::size_t>(sizes.rows_read() * channels)), bias;
        for (float& value : x) value = draw(random);
        if (biased) bias.resize(static_cast<std::size_t>(channels));
        for (float& value : bias) value = draw(random);
        std::vector<double> taps(7);
        for (double& tap : taps) tap = static_cast<double>(draw(random));
        const auto y = baseline ? convolved(sizes, x, taps, bias, toom_cook_split_baseline, toom_cook_join_baseline)
                                : convolved(sizes, x, taps, bias, toom_cook_split, toom_cook_join);
        for (std::int64_t t = 0; t < rows; ++t) {
          for (std::int64_t c = 0; c < channels; ++c) {
            double sum = biased ? static_cast<double>(bias[static_cast<std::size_t>(c)]) : 0.0;
            for (std::int64_t k = 0; k < 7; ++k) {
              sum += taps[static_cast<std::size_t>(k)] *
                     static_cast<double>(x[static_cast<std::size_t>((t + k * dilation) * channels + c)]);
            }
            INFO("rows " << rows << " channels " << channels << " dilation " << dilation << " at " << t << ", " << c);
            CHECK(std::abs(static_cast<double>(y[static_cast<std::size_t>(t * channels + c)]) - sum) <= 2e-5);
          }
        }
      }
    }
  }
}

TEST_CASE("Toom-Cook: NaN is not lost", "[kernels][unit]") {
  const Sizes sizes{16, 3, 1};
  std::vector<float> x(static_cast<std::size_t>(sizes.rows_read() * 3), 0.5F);
  x[static_cast<std::size_t>(9 * 3 + 1)] = std::numeric_limits<float>::quiet_NaN();
  const auto y = convolved(sizes, x, {1, 1, 1, 1, 1, 1, 1}, {}, toom_cook_split, toom_cook_join);
  for (std::size_t t = 3; t <= 9; ++t) {
    CHECK(std::isnan(y[t * 3 + 1]));
    CHECK_FALSE(std::isnan(y[t * 3]));
  }
}

TEST_CASE("Toom-Cook: bad arguments are refused, nothing to do is fine", "[kernels][unit]") {
  float values[64] = {};
  ToomCookSplit split{1, 1, values, values + 32, 1};
  CHECK(toom_cook_split(split, 0, 0).ok());
  CHECK(toom_cook_split(split, 0, 1).ok());
  CHECK_FALSE(toom_cook_split(split, 0, 2).ok());  // planes would overlap
  CHECK_FALSE(toom_cook_split(split, 1, 0).ok());
  CHECK_FALSE(toom_cook_split(split, -1, 0).ok());
  split.dilation = 0;
  CHECK_FALSE(toom_cook_split(split, 0, 1).ok());
  split.dilation = 1, split.x = nullptr;
  CHECK_FALSE(toom_cook_split(split, 0, 1).ok());
  ToomCookJoin join{1, 1, values, 1, nullptr, 4, values + 32};
  CHECK(toom_cook_join(join, 0, 1).ok());
  join.y = nullptr;
  CHECK_FALSE(toom_cook_join(join, 0, 1).ok());
}
