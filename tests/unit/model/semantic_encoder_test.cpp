// SPDX-License-Identifier: Apache-2.0
#include "support/catch.h"

#include <photoplayer/model/semantic_encoder.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <random>

using namespace photoplayer;

namespace {

constexpr const char* kConfig = R"({"side": 128, "widths": [8, 12, 16], "blocks": [0, 1, 1]})";

/// Random weights of the asked shape, the same for the same name; `break_name` gets one value too few.
model::TensorSource random_source(std::string break_name = {}, float broken_value = 0.0F) {
  return [=](const std::string& name, std::span<const std::int64_t> shape) -> Result<std::vector<float>> {
    std::int64_t count = 1;
    for (const auto size : shape) count *= size;
    std::mt19937 random(static_cast<unsigned>(std::hash<std::string>{}(name)));
    const float scale = shape.size() == 4 ? std::sqrt(2.0F / static_cast<float>(shape[1] * 9)) : 0.1F;
    std::normal_distribution<float> normal(0.0F, scale);
    std::vector<float> values(static_cast<std::size_t>(count));
    for (auto& value : values) value = normal(random);
    if (name == break_name && broken_value != 0.0F)
      values[0] = broken_value;
    else if (name == break_name)
      values.pop_back();
    return values;
  };
}

struct Picture {
  int width, height;
  std::ptrdiff_t stride;
  std::vector<std::uint8_t> bytes;
  explicit Picture(unsigned seed, int w = stream::kStillSide, int h = stream::kStillSide, int padding = 0)
      : width(w), height(h), stride(3 * w + padding), bytes(static_cast<std::size_t>(stride * h)) {
    for (int y = 0; y < h; ++y)
      for (int x = 0; x < 3 * w; ++x)
        bytes[static_cast<std::size_t>(y * stride + x)] = static_cast<std::uint8_t>(
            (static_cast<unsigned>(x) * seed + static_cast<unsigned>(y * y) / (seed + 1)) % 256);
  }
  [[nodiscard]] stream::PictureView view() const { return {bytes.data(), width, height, stride}; }
};

using Embedding = std::array<float, stream::kSemanticDims>;

Embedding encode(stream::SemanticEncoder& encoder, const stream::PictureView& picture) {
  Embedding out{};
  encoder.encode(picture, out);
  return out;
}

float dot(const Embedding& a, const Embedding& b) {
  float sum = 0.0F;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

}  // namespace

TEST_CASE("the semantic encoder gives unit vectors, the same for the same picture", "[semantic]") {
  auto encoder = model::make_semantic_encoder(kConfig, random_source());
  REQUIRE(encoder);
  const Picture picture(3);
  const auto first = encode(**encoder, picture.view());
  CHECK(std::abs(dot(first, first) - 1.0F) < 1e-4F);
  CHECK(encode(**encoder, picture.view()) == first);

  auto again = model::make_semantic_encoder(kConfig, random_source());
  REQUIRE(again);
  CHECK(encode(**again, picture.view()) == first);
}

TEST_CASE("different pictures get different vectors", "[semantic]") {
  auto encoder = model::make_semantic_encoder(kConfig, random_source());
  REQUIRE(encoder);
  const auto a = encode(**encoder, Picture(3).view()), b = encode(**encoder, Picture(11).view());
  CHECK(dot(a, b) < 0.9999F);
}

TEST_CASE("rows may be padded, and odd sizes or no picture still give a unit vector", "[semantic]") {
  auto encoder = model::make_semantic_encoder(kConfig, random_source());
  REQUIRE(encoder);
  const Picture tight(5), padded(5, stream::kStillSide, stream::kStillSide, 7), odd(5, 9, 200);
  CHECK(encode(**encoder, tight.view()) == encode(**encoder, padded.view()));
  for (const auto& view : {odd.view(), stream::PictureView{}}) {
    const auto unit = encode(**encoder, view);
    CHECK(std::abs(dot(unit, unit) - 1.0F) < 1e-4F);
  }
}

TEST_CASE("bad tensors are refused by name", "[semantic]") {
  const std::string broken =
      GENERATE("semantic.stage0.down.weight", "semantic.stage1.block0.b.bias", "semantic.head.weight");
  for (const float value : {0.0F, std::numeric_limits<float>::quiet_NaN()}) {
    const auto encoder = model::make_semantic_encoder(kConfig, random_source(broken, value));
    REQUIRE_FALSE(encoder);
    CHECK(encoder.error().code == ErrorCode::kBadBundle);
    CHECK_THAT(encoder.error().message, Catch::Contains(broken));
  }
}

TEST_CASE("what the source says of a missing tensor reaches the caller", "[semantic]") {
  const auto none = [](const std::string& name, std::span<const std::int64_t>) -> Result<std::vector<float>> {
    return fail(ErrorCode::kBadBundle, "no tensor '" + name + "'");
  };
  const auto encoder = model::make_semantic_encoder(kConfig, none);
  REQUIRE_FALSE(encoder);
  CHECK(encoder.error().message == "no tensor 'semantic.stage0.down.weight'");
}

TEST_CASE("configs that make no network are refused", "[semantic]") {
  const auto* config = GENERATE(
      "", "[]", "{}", R"({"side": 128, "widths": [], "blocks": []})",
      R"({"side": 128, "widths": [8, 8], "blocks": [0]})", R"({"side": 128, "widths": [-8], "blocks": [0]})",
      R"({"side": 1000000, "widths": [8], "blocks": [0]})", R"({"side": 128, "widths": [8], "blocks": [99999]})",
      R"({"side": "wide", "widths": [8], "blocks": [0]})");
  const auto encoder = model::make_semantic_encoder(config, random_source());
  REQUIRE_FALSE(encoder);
  CHECK(encoder.error().code == ErrorCode::kBadBundle);
}
