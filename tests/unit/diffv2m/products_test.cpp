// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/diffv2m/products.h>

#include <cmath>
#include <limits>

#include "support/catch.h"

using namespace photoplayer::diffv2m;

namespace {

double largest_error(const torch::Tensor& actual, const torch::Tensor& expected) {
  REQUIRE(actual.sizes() == expected.sizes());
  return (actual.to(torch::kDouble) - expected).abs().max().item<double>();
}

torch::Tensor attend_plainly(const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& v,
                             const torch::Tensor& hidden) {
  const auto shared = q.size(1) / k.size(1);
  auto scores =
      torch::matmul(q, k.repeat_interleave(shared, 1).transpose(-1, -2)) / std::sqrt(static_cast<double>(q.size(3)));
  if (hidden.defined()) scores = scores + hidden;
  return torch::matmul(scores.softmax(-1), v.repeat_interleave(shared, 1));
}

}  // namespace

TEST_CASE("products: a projection equals the sum in double, whatever the weights are stored in", "[diffv2m][unit]") {
  torch::NoGradGuard guard;
  torch::manual_seed(1);
  const auto type = GENERATE(torch::kFloat, torch::kHalf, torch::kBFloat16);
  const auto weight = (torch::randn({40, 70}) / 8.0).to(type), bias = torch::randn({40});
  const auto x = torch::randn({70, 5, 2}).permute({2, 1, 0});  // not dense
  const auto expected = torch::matmul(x.to(torch::kDouble), weight.to(torch::kDouble).t());
  // Where a CPU multiplies bf16 in hardware, its library rounds activations to bf16.
  const double bound = type == torch::kBFloat16 ? 0.05 : 1e-5;
  CHECK(largest_error(project(x, weight), expected) <= bound);
  CHECK(largest_error(project(x, weight, bias), expected + bias) <= bound);
}

TEST_CASE("products: gradients go through a projection", "[diffv2m][unit]") {
  const auto x = torch::randn({3, 6}).requires_grad_();
  const auto weight = torch::randn({4, 6}).to(GENERATE(torch::kFloat, torch::kHalf, torch::kBFloat16));
  project(x, weight).sum().backward();
  CHECK(torch::allclose(x.grad()[1], weight.to(torch::kFloat).sum(0), 0.02, 0.05));
}

TEST_CASE("products: attention in pieces equals the plain formula", "[diffv2m][unit]") {
  torch::NoGradGuard guard;
  torch::manual_seed(2);
  const std::int64_t rows = GENERATE(1, 50, 97, 200), heads = GENERATE(3, 6), batch = 2, kv_heads = 3, dims = 32;
  const std::int64_t keys = GENERATE(1, 33);
  const auto q = torch::randn({batch, rows, heads, dims}).transpose(1, 2);  // as split_heads() gives them
  const auto k = torch::randn({batch, keys, kv_heads, dims}).transpose(1, 2);
  const auto v = torch::randn({batch, keys, kv_heads, dims}).transpose(1, 2);
  torch::Tensor hidden;
  if (GENERATE(false, true)) {
    hidden = torch::zeros({batch, 1, 1, keys});
    if (keys > 2) hidden.select(0, 1).narrow(-1, 1, 2).fill_(-std::numeric_limits<float>::infinity());
  }
  const auto d = [](const torch::Tensor& x) { return x.defined() ? x.to(torch::kDouble) : x; };
  CHECK(largest_error(attend(q, k, v, hidden), attend_plainly(d(q), d(k), d(v), d(hidden))) <= 1e-5);
}
