// SPDX-License-Identifier: Apache-2.0
/// A pixel needs three log ratios only: rg = lR − lG, rb = lR − lB, gb = lG − lB. The other three are their
/// negatives, and the bins are symmetric about 0, so k(−x)[i] = k(x)[31 − i]. Hence three rank-1 sums over
/// pixels,
///   R = Σ w·k(rg) ⊗ k(rb)   G' = Σ w·k(rg) ⊗ k(gb)   B' = Σ w·k(rb) ⊗ k(gb),
/// and G is G' with its rows reversed, B is B' with rows and columns reversed. Pixels go in blocks, so that a
/// row of the histogram stays in registers over a block.
#include <photoplayer/kernels/rgb_uv_histogram.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace photoplayer::kernels {
namespace {

constexpr float kEpsilon = 1e-6F;
constexpr int kBlockPixels = 64;

using Bins = std::array<float, kRgbUvBins>;
using Plane = std::array<float, kRgbUvBins * kRgbUvBins>;

/// Kernel values of one block of pixels. [pixel, bin]
struct Block {
  alignas(64) std::array<Bins, kBlockPixels> rg_weighted;
  alignas(64) std::array<Bins, kBlockPixels> rb;
  alignas(64) std::array<Bins, kBlockPixels> rb_weighted;
  alignas(64) std::array<Bins, kBlockPixels> gb;
  int pixels = 0;
};

/// The bins' centres, each as the sum of two floats: sigma is so small that the rounding of one float shows.
struct Centres {
  Bins high{}, low{};

  Centres() noexcept {
    for (std::size_t i = 0; i < kRgbUvBins; ++i) {
      const double centre = -3.0 + 6.0 * static_cast<double>(i) / (kRgbUvBins - 1);
      high[i] = static_cast<float>(centre);
      low[i] = static_cast<float>(centre - static_cast<double>(high[i]));
    }
  }

  [[nodiscard]] float distance(float x, std::size_t bin) const noexcept { return (x - high[bin]) - low[bin]; }
};

void kernel_values(float x, const Centres& centres, RgbUvKernel kernel, float sigma, Bins& out) noexcept {
  const float inverse_sigma = 1.0F / sigma;
  switch (kernel) {
    case RgbUvKernel::kInverseQuadratic:
      for (std::size_t i = 0; i < out.size(); ++i) {
        const float d = centres.distance(x, i) * inverse_sigma;
        out[i] = 1.0F / (1.0F + d * d);
      }
      break;
    case RgbUvKernel::kRbf:
      // Beyond √87·sigma the exponential is below the smallest normal float; only the bins within reach need
      // it.
      for (std::size_t i = 0; i < out.size(); ++i) {
        const float d = centres.distance(x, i) * inverse_sigma;
        out[i] = d * d < 87.0F ? std::exp(-d * d) : 0.0F;
      }
      break;
    case RgbUvKernel::kThresholding:
      for (std::size_t i = 0; i < out.size(); ++i) {
        out[i] = std::abs(centres.distance(x, i)) <= 3.0F / kRgbUvBins ? 1.0F : 0.0F;
      }
      break;
  }
}

/// plane[i, j] += Σ a[p, i] · b[p, j]. The block is summed from zero first: adding pixel by pixel to a large
/// total loses digits.
void accumulate(const std::array<Bins, kBlockPixels>& a, const std::array<Bins, kBlockPixels>& b, int pixels,
                Plane& plane) noexcept {
  for (std::size_t i = 0; i < kRgbUvBins; ++i) {
    float* row = plane.data() + i * kRgbUvBins;
    Bins sums{};
    for (std::size_t p = 0; p < static_cast<std::size_t>(pixels); ++p) {
      const float weight = a[p][i];
      for (std::size_t j = 0; j < kRgbUvBins; ++j) sums[j] += weight * b[p][j];
    }
    for (std::size_t j = 0; j < kRgbUvBins; ++j) row[j] += sums[j];
  }
}

struct Planes {
  Plane r{}, g{}, b{};

  void add(Block& block) noexcept {
    accumulate(block.rg_weighted, block.rb, block.pixels, r);
    accumulate(block.rg_weighted, block.gb, block.pixels, g);
    accumulate(block.rb_weighted, block.gb, block.pixels, b);
    block.pixels = 0;
  }
};

struct Pixel {
  float r, g, b;  ///< 0…1
};

/// Where PyTorch's bilinear resize reads: index, next index, weight of the next.
struct Tap {
  int at, next;
  float weight;
};

Tap tap(int out_index, int in_size) noexcept {
  // As PyTorch 1.13 does it on a CPU (seen by resizing a ramp): the scale is a float, the position is not.
  // Rounding the position to float moves it by up to 1e-5 of a pixel, which the small sigma makes visible.
  const float scale = static_cast<float>(in_size) / kRgbUvMaxSide;
  const double centre = std::max(static_cast<double>(scale) * (out_index + 0.5) - 0.5, 0.0);
  const int at = std::min(static_cast<int>(centre), in_size - 1);
  return {at, std::min(at + 1, in_size - 1), static_cast<float>(centre - at)};
}

Pixel pixel_at(const RgbUvHistogramArgs& args, int x, int y) noexcept {
  const std::uint8_t* p = args.rgb + y * args.stride_bytes + 3 * x;
  return {static_cast<float>(p[0]) / 255.0F, static_cast<float>(p[1]) / 255.0F, static_cast<float>(p[2]) / 255.0F};
}

float mix(float top_left, float top_right, float low_left, float low_right, const Tap& x, const Tap& y) noexcept {
  const float top = (1.0F - x.weight) * top_left + x.weight * top_right;
  const float low = (1.0F - x.weight) * low_left + x.weight * low_right;
  return (1.0F - y.weight) * top + y.weight * low;
}

Pixel resized_pixel_at(const RgbUvHistogramArgs& args, const Tap& x, const Tap& y) noexcept {
  const Pixel a = pixel_at(args, x.at, y.at), b = pixel_at(args, x.next, y.at);
  const Pixel c = pixel_at(args, x.at, y.next), d = pixel_at(args, x.next, y.next);
  return {mix(a.r, b.r, c.r, d.r, x, y), mix(a.g, b.g, c.g, d.g, x, y), mix(a.b, b.b, c.b, d.b, x, y)};
}

}  // namespace

Status rgb_uv_histogram(const RgbUvHistogramArgs& args) noexcept {
  if (const Status status = check_rgb_uv_histogram(args); !status.ok()) return status;

  const bool resize = args.width > kRgbUvMaxSide || args.height > kRgbUvMaxSide;
  const int width = resize ? kRgbUvMaxSide : args.width;
  const int height = resize ? kRgbUvMaxSide : args.height;
  const Centres centres;
  Planes planes;
  Block block;
  for (int y = 0; y < height; ++y) {
    const Tap tap_y = tap(y, args.height);
    for (int x = 0; x < width; ++x) {
      const Pixel pixel = resize ? resized_pixel_at(args, tap(x, args.width), tap_y) : pixel_at(args, x, y);
      const float weight = std::sqrt(pixel.r * pixel.r + pixel.g * pixel.g + pixel.b * pixel.b + kEpsilon);
      const float log_r = std::log(pixel.r + kEpsilon);
      const float log_g = std::log(pixel.g + kEpsilon);
      const float log_b = std::log(pixel.b + kEpsilon);
      const auto p = static_cast<std::size_t>(block.pixels);
      kernel_values(log_r - log_g, centres, args.kernel, args.sigma, block.rg_weighted[p]);
      kernel_values(log_r - log_b, centres, args.kernel, args.sigma, block.rb[p]);
      kernel_values(log_g - log_b, centres, args.kernel, args.sigma, block.gb[p]);
      for (std::size_t i = 0; i < kRgbUvBins; ++i) {
        block.rg_weighted[p][i] *= weight;
        block.rb_weighted[p][i] = weight * block.rb[p][i];
      }
      if (++block.pixels == kBlockPixels) planes.add(block);
    }
  }
  planes.add(block);

  double total = 0.0;
  for (const Plane* plane : {&planes.r, &planes.g, &planes.b}) {
    for (const float value : *plane) total += static_cast<double>(value);
  }
  const auto scale = static_cast<float>(1.0 / (total + static_cast<double>(kEpsilon)));
  constexpr std::size_t kLast = kRgbUvBins - 1;
  constexpr std::size_t kPlane = kRgbUvBins * kRgbUvBins;
  for (std::size_t u = 0; u < kRgbUvBins; ++u) {
    for (std::size_t v = 0; v < kRgbUvBins; ++v) {
      const std::size_t to = u * kRgbUvBins + v;
      args.histogram[to] = planes.r[to] * scale;
      args.histogram[kPlane + to] = planes.g[(kLast - u) * kRgbUvBins + v] * scale;
      args.histogram[2 * kPlane + to] = planes.b[(kLast - u) * kRgbUvBins + (kLast - v)] * scale;
    }
  }
  return {};
}

}  // namespace photoplayer::kernels
