// SPDX-License-Identifier: Apache-2.0
#include "seven_tap_convolution.h"

#include "row_convolution.h"
#include "support/catch.h"

using namespace photoplayer::network;

namespace {

/// Largest error over the deviation of what LibTorch convolves in double.
double error_of(std::int64_t channels, std::int64_t dilation, std::int64_t rows, bool biased) {
  const auto weight = torch::randn({channels, channels, 7}) / std::sqrt(7.0 * static_cast<double>(channels));
  const auto bias = biased ? torch::randn({channels}) : torch::Tensor();
  const auto x = torch::randn({rows, channels});
  auto options = torch::nn::functional::Conv1dFuncOptions().dilation(dilation).padding(3 * dilation);
  if (biased) options.bias(bias.to(torch::kDouble));
  const auto expected =
      torch::nn::functional::conv1d(x.t().unsqueeze(0).to(torch::kDouble), weight.to(torch::kDouble), options)[0].t();
  auto convolution = RowConvolution::same_length(weight, bias, dilation);
  convolution.take_fewer_products();
  REQUIRE(convolution.columns() == channels);
  REQUIRE(convolution.rows_for(rows) == rows);
  auto y = torch::full({rows, channels}, 7.0F);
  // In two pieces, as long stretches go: the second begins within a block.
  const auto cut = rows / 2 + rows % 2;
  convolution({}, x.data_ptr<float>(), rows, 0, cut, y.data_ptr<float>(), /*accumulate=*/false);
  convolution({}, x.data_ptr<float>(), rows, cut, rows, y.data_ptr<float>() + cut * channels, /*accumulate=*/false);
  return ((y - expected).abs().max() / expected.square().mean().sqrt()).item<double>();
}

}  // namespace

// The points amplify rounding six-fold at most (measured 7e-6 at 128 channels, where a direct fp32 sum has 1e-6).
TEST_CASE("SevenTapConvolution: equals Conv1d at any width, dilation and length, with both edges", "[model][unit]") {
  torch::NoGradGuard guard;
  torch::manual_seed(9);
  double worst = 0.0;
  for (const std::int64_t channels : {1, 5, 16, 40, 128}) {
    for (const std::int64_t dilation : {1, 3, 9}) {
      for (const std::int64_t rows : {1, 2, 7, 54, 191, 400}) {
        const double error = error_of(channels, dilation, rows, rows % 2 == 0);
        INFO("channels " << channels << " dilation " << dilation << " rows " << rows << " error " << error);
        CHECK(error <= 2e-5);
        worst = std::max(worst, error);
      }
    }
  }
  INFO("worst " << worst);
  CHECK(worst >= 1e-7);  // else something exact was compared with itself
}

TEST_CASE("SevenTapConvolution: rows behind those that count change nothing but rounding", "[model][unit]") {
  torch::NoGradGuard guard;
  torch::manual_seed(10);
  const SevenTapConvolution convolution(torch::randn({8, 7 * 8}), {}, 3);
  constexpr std::int64_t kRows = 29;
  auto x = torch::randn({convolution.rows_read(kRows), 8});
  const auto run = [&] {
    auto y = torch::empty({kRows, 8});
    convolution(x.data_ptr<float>(), kRows, y.data_ptr<float>());
    return y;
  };
  const auto before = run();
  x.narrow(0, kRows + 18, x.size(0) - kRows - 18).normal_();
  const auto after = run();
  CHECK_FALSE(torch::equal(before, after));  // the last block did read them
  CHECK(((before - after).abs().max() / before.std()).item<double>() <= 2e-5);
}

TEST_CASE("SevenTapConvolution: refuses to add to what is there", "[model][unit]") {
  auto convolution = RowConvolution::same_length(torch::randn({4, 4, 7}), {}, 1);
  convolution.take_fewer_products();
  std::vector<float> x(40), y(40);
  CHECK_THROWS_AS(convolution({}, x.data(), 10, 0, 10, y.data(), /*accumulate=*/true), c10::Error);
}
