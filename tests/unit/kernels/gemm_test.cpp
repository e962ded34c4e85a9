// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/kernels/gemm.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "support/catch.h"

using namespace photoplayer::kernels;

namespace {

std::uint16_t to_bf16(float value) {  // by cutting off: any bf16 will do
  std::uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return static_cast<std::uint16_t>(bits >> 16U);
}

std::uint16_t to_fp16(float value) {  // of numbers that fp16 has: normal, at most 11 bits
  std::uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  if ((bits & 0x7FFFFFFFU) == 0) return static_cast<std::uint16_t>(bits >> 16U);
  return static_cast<std::uint16_t>(((bits >> 16U) & 0x8000U) | (((bits >> 23U) & 0xFFU) - 112U) << 10U |
                                    ((bits >> 13U) & 0x3FFU));
}

/// One product: its arguments and what they point to. Weights lie at an odd address, rows of x and y have gaps.
struct Product {
  GemmArgs args;
  std::vector<float> x, bias, y;
  std::vector<std::byte> weight;

  Product(std::int64_t rows, std::int64_t columns, std::int64_t depth, std::int64_t taps, WeightType type) {
    std::mt19937 random(7);
    std::uniform_int_distribution<int> sixteenths(-16, 16);
    const auto draw = [&] { return static_cast<float>(sixteenths(random)) / 16.0F; };
    args.rows = rows, args.columns = columns, args.depth = depth, args.taps = taps, args.type = type;
    args.x_stride = depth + 3, args.tap_stride = depth + 1, args.y_stride = columns + 2;
    x.resize(static_cast<std::size_t>((rows + taps + 1) * (depth + 3) + 8));
    bias.resize(static_cast<std::size_t>(columns) + 1);
    y.assign(static_cast<std::size_t>(rows * args.y_stride) + 1, 0.5F);
    for (auto* values : {&x, &bias}) {
      for (float& value : *values) value = draw();
    }
    const std::size_t width = type == WeightType::kFloat32 ? 4 : 2;
    const auto count = static_cast<std::size_t>(columns * depth * taps);
    weight.resize(count * width + 1);
    for (std::size_t i = 0; i < count; ++i) set_weight(i, draw());
    args.x = x.data(), args.weight = weight.data() + 1, args.bias = bias.data(), args.y = y.data();
  }

  void set_weight(std::size_t i, float value) {
    std::byte* at = weight.data() + 1 + i * (args.type == WeightType::kFloat32 ? 4 : 2);
    const std::uint16_t half = args.type == WeightType::kBFloat16 ? to_bf16(value) : to_fp16(value);
    if (args.type == WeightType::kFloat32) {
      std::memcpy(at, &value, 4);
    } else {
      std::memcpy(at, &half, 2);
    }
  }

  std::vector<float> computed_by(Status (*run)(const GemmArgs&)) const {
    auto out = y;
    auto copy = args;
    copy.y = out.data();
    const Status status = run(copy);
    INFO(status.what);
    REQUIRE(status.ok());
    return out;
  }
};

/// NaN equals NaN.
bool close(float a, float b, float bound) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
  return a == b || std::abs(a - b) <= bound;
}

/// Every version that this CPU runs, one tile at a time from the last to the first.
void check_all_versions(const Product& product, float bound) {
  const auto expected = product.computed_by([](const GemmArgs& args) { return gemm_reference(args); });
  for (int index = 0; index < kGemmVersions; ++index) {
    const GemmVersion* version = gemm_version(index);
    if (version == nullptr) continue;
    auto actual = product.y;
    auto args = product.args;
    args.y = actual.data();
    for (auto tile = version->tiles(args); tile-- > 0;) REQUIRE(version->run(args, tile, tile + 1).ok());
    INFO(version->name() << " rows " << args.rows << " columns " << args.columns << " depth " << args.depth << " taps "
                         << args.taps << " type " << static_cast<int>(args.type));
    for (std::size_t i = 0; i < actual.size(); ++i) {
      INFO("at " << i << ": " << actual[i] << " for " << expected[i]);
      if (!close(actual[i], expected[i], bound)) FAIL();
    }
  }
}

}  // namespace

// Sixteenths up to one: products are whole 256ths and sums below 2^16 exact in fp32, so all versions agree exactly.
TEST_CASE("gemm: every version equals the reference at every odd size", "[kernels][unit]") {
  const WeightType type = GENERATE(WeightType::kFloat32, WeightType::kBFloat16, WeightType::kFloat16);
  for (const std::int64_t rows : {1, 2, 3, 5, 6, 7, 12, 13, 31}) {
    for (const std::int64_t columns : {1, 7, 8, 15, 16, 17, 31, 32, 33, 130}) {
      for (const std::int64_t depth : {1, 7, 8, 9, 64, 100}) check_all_versions({rows, columns, depth, 1, type}, 0.0F);
    }
  }
}

TEST_CASE("gemm: depths and rows beyond one block, and several taps", "[kernels][unit]") {
  const WeightType type = GENERATE(WeightType::kFloat32, WeightType::kBFloat16, WeightType::kFloat16);
  check_all_versions({5, 20, 385, 1, type}, 0.0F);
  check_all_versions({7, 17, 1029, 1, type}, 0.0F);
  check_all_versions({775, 9, 24, 1, type}, 0.0F);
  check_all_versions({9, 17, 24, 7, type}, 0.0F);
  check_all_versions({9, 17, 130, 7, type}, 0.0F);
  check_all_versions({9, 17, 400, 2, type}, 0.0F);
}

TEST_CASE("gemm: without a bias, and on top of what is there", "[kernels][unit]") {
  Product product(7, 19, 400, 2, WeightType::kBFloat16);
  product.args.accumulate = GENERATE(false, true);
  if (GENERATE(false, true)) product.args.bias = nullptr;
  check_all_versions(product, 0.0F);
}

TEST_CASE("gemm: taps may go backwards and rows overlap", "[kernels][unit]") {
  Product product(9, 17, 16, 2, WeightType::kFloat32);
  product.args.x += 16;
  product.args.x_stride = 16;
  product.args.tap_stride = -16;
  check_all_versions(product, 0.0F);
}

TEST_CASE("gemm: nothing to do, and nothing to add up", "[kernels][unit]") {
  check_all_versions({0, 5, 5, 1, WeightType::kBFloat16}, 0.0F);
  check_all_versions({5, 0, 5, 1, WeightType::kBFloat16}, 0.0F);
  check_all_versions({5, 17, 0, 1, WeightType::kBFloat16}, 0.0F);
  check_all_versions({5, 17, 3, 0, WeightType::kBFloat16}, 0.0F);
}

TEST_CASE("gemm: NaN and infinity reach their own row or column and no other", "[kernels][unit]") {
  const float bad = GENERATE(std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity());
  const WeightType type = GENERATE(WeightType::kFloat32, WeightType::kBFloat16);
  Product in_x(13, 21, 19, 1, type);
  in_x.x[static_cast<std::size_t>(4 * in_x.args.x_stride + 2)] = bad;
  check_all_versions(in_x, 0.0F);
  Product in_weight(13, 21, 19, 1, type);
  in_weight.set_weight(20 * 19 + 3, bad);
  check_all_versions(in_weight, 0.0F);
}

TEST_CASE("gemm: fp16 weights that are tiny, infinite or no number", "[kernels][unit]") {
  Product product(1, 16, 8, 1, WeightType::kFloat16);
  std::fill(product.x.begin(), product.x.end(), 1.0F);
  std::fill(product.bias.begin(), product.bias.end(), 0.0F);
  std::fill(product.weight.begin(), product.weight.end(), std::byte{0});
  const std::uint16_t bits[] = {0x0001, 0x83FF, 0x0400, 0x7BFF, 0xFC00, 0x7E00};
  for (std::size_t column = 0; column < 6; ++column) {
    std::memcpy(product.weight.data() + 1 + column * 16, &bits[column], 2);
  }
  const auto y = product.computed_by([](const GemmArgs& args) { return gemm_reference(args); });
  CHECK(y[0] == 0x1p-24F);
  CHECK(y[1] == -0x1.FF8p-15F);
  CHECK(y[2] == 0x1p-14F);
  CHECK(y[3] == 65504.0F);
  CHECK(y[4] == -std::numeric_limits<float>::infinity());
  CHECK(std::isnan(y[5]));
  check_all_versions(product, 0.0F);
}

TEST_CASE("gemm: a row's result does not depend on the rows beside it", "[kernels][unit]") {
  Product product(13, 40, 500, 1, WeightType::kBFloat16);
  for (float& value : product.x) value *= 1.0F / 3.0F;  // sums now round
  const auto run = [](const GemmArgs& args) { return gemm_version().run(args, 0, gemm_version().tiles(args)); };
  const auto all = product.computed_by(run);
  for (std::int64_t row = 0; row < 13; ++row) {
    auto args = product.args;
    std::vector<float> alone(40);
    args.rows = 1, args.x += row * args.x_stride, args.y = alone.data();
    REQUIRE(run(args).ok());
    CHECK(std::equal(alone.begin(), alone.end(), all.begin() + row * product.args.y_stride));
  }
}

TEST_CASE("gemm: bad arguments are refused with a reason", "[kernels][unit]") {
  const Product product(3, 4, 5, 1, WeightType::kFloat32);
  const auto refused = [](const GemmArgs& args) {
    const Status status = gemm_version().run(args, 0, 1);
    return status.code == StatusCode::kBadArgument && std::string(status.what).size() > 4 &&
           gemm_reference(args).code == StatusCode::kBadArgument;
  };
  CHECK_FALSE(refused(product.args));
  const auto with = [&](auto change) {
    auto args = product.args;
    change(args);
    return args;
  };
  CHECK(refused(with([](GemmArgs& args) { args.rows = -1; })));
  CHECK(refused(with([](GemmArgs& args) { args.depth = -1; })));
  CHECK(refused(with([](GemmArgs& args) { args.x = nullptr; })));
  CHECK(refused(with([](GemmArgs& args) { args.weight = nullptr; })));
  CHECK(refused(with([](GemmArgs& args) { args.y = nullptr; })));
  CHECK(refused(with([](GemmArgs& args) { args.y_stride = 3; })));
  CHECK(gemm_version().run(product.args, 0, 2).code == StatusCode::kBadArgument);
  CHECK(gemm_version().run(product.args, -1, 1).code == StatusCode::kBadArgument);
}
