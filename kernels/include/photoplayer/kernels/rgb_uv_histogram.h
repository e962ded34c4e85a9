// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Which colours a picture has, almost independent of how bright they are: HistoGAN's RGB-uv histogram with
/// 32 bins (mahmoudnafifi/HistoGAN, RGBuvHistBlock), the colour feature of Diff-V2M.
///
/// With x = 8-bit value / 255 and e = 1e-6, each pixel adds w·k(u)·k(v) to each of three planes, w =
/// √(R²+G²+B²+e), k = kernel(distance to the bin's centre), centres evenly on [−3, 3], and with l = ln(x +
/// e):
///   plane R: (u, v) = (lR − lG, lR − lB)    plane G: (lG − lR, lG − lB)    plane B: (lB − lR, lB − lG)
/// The sum over all planes is then divided out (+ e). A picture with a side above 150 is first resized to
/// 150 × 150, bilinear, half-pixel centres, no antialiasing (PyTorch's align_corners=false).
///
/// No state, no allocation; any thread. Tested in tests/unit/kernels.
#include <photoplayer/kernels/status.h>
#include <photoplayer/kernels/stream_ref.h>

#include <cstddef>
#include <cstdint>

namespace photoplayer::kernels {

inline constexpr int kRgbUvBins = 32;
inline constexpr int kRgbUvPlanes = 3;
inline constexpr int kRgbUvValues = kRgbUvPlanes * kRgbUvBins * kRgbUvBins;
inline constexpr int kRgbUvMaxSide = 150;

enum class RgbUvKernel {
  kInverseQuadratic,  ///< 1 / (1 + (d/sigma)²)
  kRbf,               ///< exp(−(d/sigma)²)
  kThresholding,      ///< 1 if d ≤ 3/32 (half of 6/bins), else 0; sigma unused
};

struct RgbUvHistogramArgs {
  const std::uint8_t* rgb = nullptr;  ///< [height, width, 3], rows `stride_bytes` apart
  int width = 0;
  int height = 0;
  std::ptrdiff_t stride_bytes = 0;  ///< at least 3 · width
  RgbUvKernel kernel = RgbUvKernel::kInverseQuadratic;
  float sigma = 0.02F;         ///< > 0
  float* histogram = nullptr;  ///< out: [plane, u, v], kRgbUvValues floats
};

/// What both versions refuse: null pointers, empty pictures, strides too short, sigma ≤ 0.
[[nodiscard]] inline Status check_rgb_uv_histogram(const RgbUvHistogramArgs& args) noexcept {
  if (args.rgb == nullptr) return bad_argument("rgb is null");
  if (args.histogram == nullptr) return bad_argument("histogram is null");
  if (args.width < 1 || args.height < 1) return bad_argument("the picture is empty");
  if (args.stride_bytes < 3 * static_cast<std::ptrdiff_t>(args.width)) return bad_argument("stride_bytes is too small");
  if (!(args.sigma > 0.0F)) return bad_argument("sigma must be above 0");
  return {};
}

/// Reference, on the calling thread; host pointers.
[[nodiscard]] Status rgb_uv_histogram(const RgbUvHistogramArgs& args) noexcept;

/// Asynchronous on `stream`; device pointers. Same sums in a fixed order, so repeated runs agree bit for bit.
/// Present only in builds with PHOTOPLAYER_WITH_CUDA.
[[nodiscard]] Status rgb_uv_histogram_cuda(const RgbUvHistogramArgs& args, StreamRef stream) noexcept;

}  // namespace photoplayer::kernels
