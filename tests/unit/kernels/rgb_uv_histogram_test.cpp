// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/kernels/rgb_uv_histogram.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <numeric>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "support/catch.h"
#include "support/safetensors_reader.h"

using namespace photoplayer::kernels;

namespace {

struct Picture {
  int width, height;
  std::ptrdiff_t stride_bytes;
  std::vector<std::uint8_t> rgb;

  Picture(int w, int h, std::ptrdiff_t padding_bytes = 0)
      : width(w),
        height(h),
        stride_bytes(3 * w + padding_bytes),
        rgb(static_cast<std::size_t>(stride_bytes * h), std::uint8_t{77}) {}

  std::uint8_t* at(int x, int y) { return rgb.data() + y * stride_bytes + 3 * x; }

  void fill(std::uint8_t r, std::uint8_t g, std::uint8_t b) {
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) std::tie(at(x, y)[0], at(x, y)[1], at(x, y)[2]) = std::tuple(r, g, b);
    }
  }

  void scramble() {
    std::uint32_t state = 12345;
    for (int y = 0; y < height; ++y) {
      for (int i = 0; i < 3 * width; ++i) {
        state = state * 1664525U + 1013904223U;
        at(0, y)[i] = static_cast<std::uint8_t>(state >> 24U);
      }
    }
  }
};

std::vector<float> histogram_of(const Picture& picture, RgbUvKernel kernel = RgbUvKernel::kInverseQuadratic) {
  std::vector<float> out(kRgbUvValues + 2, -7.0F);  // a guard value at each end
  RgbUvHistogramArgs args;
  args.rgb = picture.rgb.data();
  args.width = picture.width;
  args.height = picture.height;
  args.stride_bytes = picture.stride_bytes;
  args.kernel = kernel;
  args.histogram = out.data() + 1;
  const Status status = rgb_uv_histogram(args);
  INFO(status.what);
  REQUIRE(status.ok());
  REQUIRE(out.front() == -7.0F);
  REQUIRE(out.back() == -7.0F);
  return {out.begin() + 1, out.end() - 1};
}

float sum(const std::vector<float>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0F);
}

}  // namespace

TEST_CASE("RGB-uv histogram: sums to one whatever the size", "[kernels][unit]") {
  const auto [width, height] =
      GENERATE(std::pair{1, 1}, std::pair{2, 1}, std::pair{63, 1}, std::pair{64, 1}, std::pair{65, 3},
               std::pair{64, 36}, std::pair{128, 128}, std::pair{150, 150}, std::pair{151, 2}, std::pair{1, 400});
  // One grey row, so that no picture misses the bins so far that the 1e-6 beside the total shows.
  Picture picture(width, height);
  picture.scramble();
  for (int x = 0; x < width; ++x) std::fill_n(picture.at(x, 0), 3, std::uint8_t{128});
  const auto histogram = histogram_of(picture);
  CHECK(sum(histogram) == Approx(1.0F).margin(1e-4));
  for (const float value : histogram) REQUIRE((std::isfinite(value) && value >= 0.0F));
}

TEST_CASE("RGB-uv histogram: grey peaks equally at the four centre bins of each plane", "[kernels][unit]") {
  Picture picture(16, 16);
  picture.fill(128, 128, 128);
  const auto histogram = histogram_of(picture);
  const float peak = *std::max_element(histogram.begin(), histogram.end());
  for (std::size_t plane = 0; plane < 3; ++plane) {
    for (const std::size_t u : {15U, 16U}) {
      for (const std::size_t v : {15U, 16U}) {
        CHECK(histogram[plane * 1024 + u * 32 + v] == Approx(peak).epsilon(1e-4));
      }
    }
    CHECK(histogram[plane * 1024 + 14 * 32 + 15] < 0.5F * peak);
  }
}

TEST_CASE("RGB-uv histogram: a colour's plane leans to positive u and v", "[kernels][unit]") {
  Picture picture(8, 8);
  picture.fill(200, 60, 60);
  const auto histogram = histogram_of(picture);
  const auto peak =
      static_cast<std::size_t>(std::max_element(histogram.begin(), histogram.begin() + 1024) - histogram.begin());
  const float expected_u = std::log(200.0F / 60.0F);
  CHECK(std::abs(-3.0F + 6.0F * static_cast<float>(peak / 32) / 31.0F - expected_u) <= 3.01F / 31.0F);
  CHECK(peak / 32 == peak % 32);
}

TEST_CASE("RGB-uv histogram: padding between rows is not read", "[kernels][unit]") {
  Picture tight(13, 7);
  Picture padded(13, 7, 5);
  tight.scramble();
  padded.scramble();
  CHECK(histogram_of(tight) == histogram_of(padded));
}

TEST_CASE("RGB-uv histogram: bad arguments are refused with a reason", "[kernels][unit]") {
  Picture picture(4, 4);
  std::vector<float> out(kRgbUvValues);
  RgbUvHistogramArgs good;
  good.rgb = picture.rgb.data();
  good.width = good.height = 4;
  good.stride_bytes = 12;
  good.histogram = out.data();
  REQUIRE(rgb_uv_histogram(good).ok());
  const auto refused = [](RgbUvHistogramArgs args) {
    const Status status = rgb_uv_histogram(args);
    return status.code == StatusCode::kBadArgument && std::string(status.what).size() > 4;
  };
  auto bad = good;
  bad.rgb = nullptr;
  CHECK(refused(bad));
  bad = good;
  bad.histogram = nullptr;
  CHECK(refused(bad));
  bad = good;
  bad.width = 0;
  CHECK(refused(bad));
  bad = good;
  bad.height = -1;
  CHECK(refused(bad));
  bad = good;
  bad.stride_bytes = 11;
  CHECK(refused(bad));
  bad = good;
  bad.sigma = 0.0F;
  CHECK(refused(bad));
  bad = good;
  bad.sigma = std::numeric_limits<float>::quiet_NaN();
  CHECK(refused(bad));
}

// Bound: 1e-4 of the tensor's standard deviation. The inverse-quadratic kernel is steep (sigma 0.02 against
// bins 0.19 apart), so one rounding of a log ratio near 3 moves a value by about 1e-5 of itself.
TEST_CASE("RGB-uv histogram: equals HistoGAN's own block on the parity pictures", "[kernels][parity]") {
  const char* shared = std::getenv("PHOTOPLAYER_SHARED");
  const std::filesystem::path path =
      std::filesystem::path(shared != nullptr ? shared : "") / "parity" / "rgb_uv_histogram.safetensors";
  if (shared == nullptr || !std::filesystem::exists(path)) {
    WARN("SKIPPED: no parity data at '" << path.string() << "' (PHOTOPLAYER_SHARED)");
    return;
  }
  const auto tensors = photoplayer::tests::read_safetensors(path);
  const std::array kernels = {std::pair{"inverse-quadratic", RgbUvKernel::kInverseQuadratic},
                              std::pair{"RBF", RgbUvKernel::kRbf},
                              std::pair{"thresholding", RgbUvKernel::kThresholding}};
  for (const char* k : {"0", "1", "2"}) {
    const auto& in = tensors.at("in." + std::string(k) + ".rgb_hwc_u8_as_f32");
    Picture picture(static_cast<int>(in.shape[1]), static_cast<int>(in.shape[0]));
    for (std::size_t i = 0; i < in.values.size(); ++i) picture.rgb[i] = static_cast<std::uint8_t>(in.values[i]);
    for (const auto& [name, kernel] : kernels) {
      const auto& expected = tensors.at("out." + std::string(k) + "." + name).values;
      const auto actual = histogram_of(picture, kernel);
      REQUIRE(expected.size() == actual.size());
      double mean = 0.0, square = 0.0, worst = 0.0;
      for (std::size_t i = 0; i < actual.size(); ++i) {
        mean += expected[i];
        square += static_cast<double>(expected[i]) * expected[i];
        worst = std::max(worst, std::abs(static_cast<double>(expected[i]) - actual[i]));
      }
      mean /= static_cast<double>(actual.size());
      const double deviation = std::sqrt(square / static_cast<double>(actual.size()) - mean * mean);
      INFO("picture " << k << ", " << name << ": worst error / deviation = " << worst / deviation);
      CHECK(worst <= 1e-4 * deviation);
    }
  }
}

TEST_CASE("RGB-uv histogram: time on this machine", "[kernels][.timing]") {
  for (const auto& [width, height] : {std::pair{64, 36}, std::pair{128, 128}, std::pair{320, 180}}) {
    for (const RgbUvKernel kernel : {RgbUvKernel::kInverseQuadratic, RgbUvKernel::kRbf}) {
      Picture picture(width, height);
      picture.scramble();
      double best_ms = 1e9;
      for (int run = 0; run < 20; ++run) {
        const auto start = std::chrono::steady_clock::now();
        histogram_of(picture, kernel);
        best_ms = std::min(best_ms,
                           std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
      }
      WARN(width << "x" << height << " kernel " << static_cast<int>(kernel) << ": " << best_ms << " ms");
    }
  }
}
