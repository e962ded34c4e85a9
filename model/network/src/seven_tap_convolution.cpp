// SPDX-License-Identifier: Apache-2.0
#include "seven_tap_convolution.h"

#include <photoplayer/kernels/toom_cook.h>
#include <photoplayer/network/products.h>

#include <algorithm>
#include <memory>

namespace photoplayer::network {
namespace {

constexpr std::int64_t kTaps = 7, kHalf = kernels::kToomCookHalf;
constexpr std::int64_t kPoints = kernels::kToomCookPoints, kFinite = kPoints - 1;

std::unique_ptr<float[]> planes_of(std::int64_t numbers) {
  return std::make_unique_for_overwrite<float[]>(static_cast<std::size_t>(kPoints * numbers));
}

/// `work(begin, end)` for all of [0, rows), so many numbers at once that it is worth a thread.
void in_parts(std::int64_t rows, std::int64_t channels,
              const std::function<kernels::Status(std::int64_t, std::int64_t)>& work) {
  const std::int64_t part = std::max<std::int64_t>(1, 4096 / channels);
  share_out((rows + part - 1) / part, [&](std::int64_t index) {
    const auto status = work(index * part, std::min(rows, (index + 1) * part));
    TORCH_CHECK(status.ok(), "convolution of seven taps: ", status.what);
  });
}

}  // namespace

SevenTapConvolution::SevenTapConvolution(const torch::Tensor& weight, const torch::Tensor& bias, std::int64_t dilation)
    : columns_(weight.size(0)), channels_(weight.size(1) / kTaps), dilation_(dilation) {
  TORCH_CHECK(weight.scalar_type() == torch::kFloat && weight.size(1) == kTaps * channels_,
              "convolution of seven taps: weights ", weight.sizes(), " of type ", weight.scalar_type());
  if (bias.defined()) bias_ = bias.clone();
  const auto taps = torch::cat({weight, torch::zeros({columns_, channels_})}, 1)
                        .view({columns_, 2, kHalf, channels_})
                        .to(torch::kDouble);
  halves_ = torch::empty({kFinite, columns_, 2, channels_});
  for (std::int64_t point = 0; point < kFinite; ++point) {
    auto sum = torch::zeros({columns_, 2, channels_}, torch::kDouble);
    for (std::int64_t tap = 0; tap < kHalf; ++tap) {
      sum.add_(taps.select(2, tap),
               kernels::kToomCookWeights.at(static_cast<std::size_t>(point)).at(static_cast<std::size_t>(tap)));
    }
    halves_[point].copy_(sum);
  }
  at_infinity_ = taps.select(1, 0).select(1, kHalf - 1).to(torch::kFloat).contiguous();
}

std::int64_t SevenTapConvolution::blocks(std::int64_t rows) const {
  const std::int64_t block = kernels::kToomCookMoments * dilation_;
  return (rows + block - 1) / block;
}

std::int64_t SevenTapConvolution::rows_read(std::int64_t rows) const {
  // One block more is split, for the later half of the taps; it reads its own moments and three behind them.
  return (kernels::kToomCookMoments * (blocks(rows) + 1) + 3) * dilation_;
}

void SevenTapConvolution::operator()(const float* x, std::int64_t rows, float* y) const {
  const std::int64_t joined = blocks(rows) * dilation_, split = joined + dilation_;
  const auto inputs = planes_of(split * channels_), outputs = planes_of(joined * columns_);

  kernels::ToomCookSplit splitting;
  splitting.channels = channels_, splitting.dilation = dilation_;
  splitting.x = x, splitting.planes = inputs.get(), splitting.plane_stride = split * channels_;
  in_parts(split, channels_, [&](auto begin, auto end) { return kernels::toom_cook_split(splitting, begin, end); });

  const auto& version = kernels::gemm_version();
  const auto product = [&](std::int64_t point) {
    kernels::GemmArgs args;
    args.rows = joined, args.columns = args.y_stride = columns_;
    args.depth = args.x_stride = channels_, args.tap_stride = dilation_ * channels_;
    args.taps = point < kFinite ? 2 : 1;
    args.x = inputs.get() + point * split * channels_, args.y = outputs.get() + point * joined * columns_;
    args.weight =
        point < kFinite ? halves_.data_ptr<float>() + point * 2 * columns_ * channels_ : at_infinity_.data_ptr<float>();
    return args;
  };
  const std::int64_t tiles = version.tiles(product(0));
  share_out(kPoints * tiles, [&](std::int64_t index) {
    const auto status = version.run(product(index / tiles), index % tiles, index % tiles + 1);
    TORCH_CHECK(status.ok(), "convolution of seven taps: ", status.what);
  });

  kernels::ToomCookJoin joining;
  joining.channels = columns_, joining.dilation = dilation_,
  joining.bias = bias_.defined() ? bias_.data_ptr<float>() : nullptr;
  joining.planes = outputs.get(), joining.plane_stride = joined * columns_;
  joining.rows = rows, joining.y = y;
  in_parts(joined, columns_, [&](auto begin, auto end) { return kernels::toom_cook_join(joining, begin, end); });
}

}  // namespace photoplayer::network
