// SPDX-License-Identifier: Apache-2.0
/// CUDA against the reference. Skips visibly where there is no GPU; builds everywhere.
#include <cuda_runtime_api.h>
#include <photoplayer/kernels/rgb_uv_histogram.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "support/catch.h"

using namespace photoplayer::kernels;

TEST_CASE("RGB-uv histogram on CUDA: bad arguments are refused before any launch", "[kernels][unit]") {
  CHECK(rgb_uv_histogram_cuda({}, StreamRef(static_cast<CUstream_st*>(nullptr))).code == StatusCode::kBadArgument);
}

// Bound: 1e-4 of the largest value, as for the reference against PyTorch; logf and the order of sums differ.
TEST_CASE("RGB-uv histogram on CUDA: equals the reference", "[kernels][gpu]") {
  int devices = 0;
  if (cudaGetDeviceCount(&devices) != cudaSuccess || devices == 0) {
    WARN("SKIPPED: no CUDA device");
    return;
  }
  const auto [width, height] = GENERATE(std::pair{1, 1}, std::pair{16, 16}, std::pair{17, 15}, std::pair{128, 128},
                                        std::pair{150, 150}, std::pair{320, 180});
  const RgbUvKernel kernel = GENERATE(RgbUvKernel::kInverseQuadratic, RgbUvKernel::kRbf, RgbUvKernel::kThresholding);
  std::vector<std::uint8_t> rgb(static_cast<std::size_t>(3 * width * height));
  std::uint32_t state = 99;
  for (auto& byte : rgb) {
    state = state * 1664525U + 1013904223U;
    byte = static_cast<std::uint8_t>(state >> 24U);
  }
  std::vector<float> expected(kRgbUvValues), actual(kRgbUvValues);
  RgbUvHistogramArgs args;
  args.width = width;
  args.height = height;
  args.stride_bytes = 3 * width;
  args.kernel = kernel;
  args.rgb = rgb.data();
  args.histogram = expected.data();
  REQUIRE(rgb_uv_histogram(args).ok());

  std::uint8_t* device_rgb = nullptr;
  float* device_histogram = nullptr;
  cudaStream_t stream = nullptr;
  REQUIRE(cudaStreamCreate(&stream) == cudaSuccess);
  REQUIRE(cudaMalloc(reinterpret_cast<void**>(&device_rgb), rgb.size()) == cudaSuccess);
  REQUIRE(cudaMalloc(reinterpret_cast<void**>(&device_histogram), kRgbUvValues * sizeof(float)) == cudaSuccess);
  REQUIRE(cudaMemcpy(device_rgb, rgb.data(), rgb.size(), cudaMemcpyHostToDevice) == cudaSuccess);
  args.rgb = device_rgb;
  args.histogram = device_histogram;
  const Status status = rgb_uv_histogram_cuda(args, StreamRef(stream));
  INFO(status.what << " " << status.cuda_error);
  REQUIRE(status.ok());
  REQUIRE(cudaStreamSynchronize(stream) == cudaSuccess);
  REQUIRE(cudaMemcpy(actual.data(), device_histogram, kRgbUvValues * sizeof(float), cudaMemcpyDeviceToHost) ==
          cudaSuccess);
  cudaFree(device_rgb);
  cudaFree(device_histogram);
  cudaStreamDestroy(stream);

  const float largest = *std::max_element(expected.begin(), expected.end());
  for (std::size_t i = 0; i < expected.size(); ++i) REQUIRE(std::abs(actual[i] - expected[i]) <= 1e-4F * largest);
}
