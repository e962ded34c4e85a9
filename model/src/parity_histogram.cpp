// SPDX-License-Identifier: Apache-2.0
/// RGB-uv histograms. The kernel of the live path has 32 bins and pictures of at most 150 a side; a file that says
/// otherwise is recomputed by the formula, slowly.
#include "parity_kinds.h"

#include <photoplayer/kernels/rgb_uv_histogram.h>

#include <cmath>

namespace photoplayer::model::detail {
namespace {

using kernels::RgbUvKernel;

struct Settings {
  std::int64_t bins = kernels::kRgbUvBins;
  std::int64_t max_side = kernels::kRgbUvMaxSide;
  double sigma = 0.02;
};

torch::Tensor by_kernel(const torch::Tensor& rgb, RgbUvKernel kernel, const Settings& settings) {
  const auto bytes = rgb.round().clamp(0, 255).to(torch::kUInt8).contiguous();
  auto histogram = torch::empty({kernels::kRgbUvPlanes, kernels::kRgbUvBins, kernels::kRgbUvBins});
  kernels::RgbUvHistogramArgs args;
  args.rgb = bytes.data_ptr<std::uint8_t>();
  args.height = static_cast<int>(rgb.size(0));
  args.width = static_cast<int>(rgb.size(1));
  args.stride_bytes = 3 * args.width;
  args.kernel = kernel;
  args.sigma = static_cast<float>(settings.sigma);
  args.histogram = histogram.data_ptr<float>();
  const auto status = kernels::rgb_uv_histogram(args);
  TORCH_CHECK(status.ok(), status.what);
  return histogram;
}

/// [pixels] log ratios → [pixels, bins]
torch::Tensor kernel_values(const torch::Tensor& ratio, RgbUvKernel kernel, const Settings& settings) {
  const auto centres = torch::linspace(-3, 3, settings.bins, torch::kDouble);
  const auto distance = ratio.to(torch::kDouble).unsqueeze(1) - centres;
  const auto square = (distance / settings.sigma).square();
  switch (kernel) {
    case RgbUvKernel::kInverseQuadratic:
      return 1.0 / (1.0 + square);
    case RgbUvKernel::kRbf:
      return torch::exp(-square);
    case RgbUvKernel::kThresholding:
      return (distance.abs() <= 3.0 / static_cast<double>(settings.bins)).to(torch::kDouble);
  }
  return square;
}

torch::Tensor by_formula(const torch::Tensor& rgb, RgbUvKernel kernel, const Settings& settings) {
  auto picture = (rgb / 255.0).clamp(0, 1).permute({2, 0, 1}).unsqueeze(0);
  if (picture.size(2) > settings.max_side || picture.size(3) > settings.max_side) {
    picture = torch::upsample_bilinear2d(picture, {settings.max_side, settings.max_side}, /*align_corners=*/false);
  }
  const auto pixels = picture.reshape({3, -1});
  const auto weight = (pixels.square().sum(0) + 1e-6).sqrt().to(torch::kDouble).unsqueeze(1);
  const auto logs = (pixels + 1e-6).log();
  std::vector<torch::Tensor> planes;
  for (std::int64_t c = 0; c < 3; ++c) {
    const auto first = c == 0 ? 1 : 0, second = c == 2 ? 1 : 2;
    const auto u = kernel_values(logs[c] - logs[first], kernel, settings);
    const auto v = kernel_values(logs[c] - logs[second], kernel, settings);
    planes.push_back(torch::matmul((u * weight).t(), v));
  }
  const auto histogram = torch::stack(planes);
  return histogram / (histogram.sum() + 1e-6);
}

}  // namespace

Result<Recomputed> recompute_histogram(const ParityFile& file) {
  Settings settings;
  const auto bins = file.size("bins", settings.bins, 2, 1024), side = file.size("max_side", settings.max_side, 1, 8192);
  const auto sigma = file.real("sigma", settings.sigma);
  if (!bins || !side || !sigma) return tl::unexpected((!bins ? bins.error() : !side ? side.error() : sigma.error()));
  settings = {*bins, *side, *sigma};
  const bool live = *bins == kernels::kRgbUvBins && *side == kernels::kRgbUvMaxSide;
  Recomputed results;
  for (int k = 0; file.has_any("in." + std::to_string(k) + "."); ++k) {
    const std::string name = "in." + std::to_string(k) + ".rgb_hwc_u8_as_f32";
    const auto rgb = file.number(name);
    if (!rgb) return tl::unexpected(rgb.error());
    if (rgb->dim() != 3 || rgb->size(2) != 3 || rgb->numel() == 0 || rgb->size(0) > 1 << 15 || rgb->size(1) > 1 << 15) {
      return fail(ErrorCode::kBadInput, "'" + name + "' is not a picture [height, width, 3]");
    }
    for (const auto& [kind, kernel] :
         {std::pair{"inverse-quadratic", RgbUvKernel::kInverseQuadratic}, std::pair{"RBF", RgbUvKernel::kRbf},
          std::pair{"thresholding", RgbUvKernel::kThresholding}}) {
      const std::string out = "out." + std::to_string(k) + "." + kind;
      if (!file.has(out)) continue;
      results[out] = live ? by_kernel(*rgb, kernel, settings) : by_formula(*rgb, kernel, settings);
    }
  }
  return results;
}

}  // namespace photoplayer::model::detail
