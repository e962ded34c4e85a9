// SPDX-License-Identifier: Apache-2.0
#include "row_convolution.h"

#include <photoplayer/kernels/snake_beta.h>
#include <photoplayer/network/products.h>

#include <algorithm>
#include <cmath>
#include <memory>

namespace photoplayer::network {

Activation Activation::snake(const torch::Tensor& alpha, const torch::Tensor& beta) {
  return {Kind::kSnake, alpha.exp().contiguous(), (1.0 / (beta.exp() + 1e-9)).contiguous()};
}

void Activation::operator()(const float* x, std::int64_t rows, std::int64_t channels, float* y) const {
  constexpr std::int64_t kAtOnce = 16384;  // numbers: enough to be worth a thread
  const std::int64_t block = std::max<std::int64_t>(1, kAtOnce / channels);
  share_out((rows + block - 1) / block, [&](std::int64_t index) {
    const std::int64_t from = index * block, to = std::min(rows, from + block);
    const float* in = x + from * channels;
    float* out = y + from * channels;
    if (kind == Kind::kSnake) {
      kernels::SnakeBetaArgs args;
      args.rows = to - from, args.channels = channels;
      args.x = in, args.y = out;
      args.frequency = frequency.data_ptr<float>(), args.gain = gain.data_ptr<float>();
      const auto status = kernels::snake_beta(args);
      TORCH_CHECK(status.ok(), "snake: ", status.what);
    } else {
      const bool elu = kind == Kind::kElu;
      std::transform(in, in + (to - from) * channels, out,
                     [&](float value) { return elu && value < 0.0F ? std::expm1(value) : value; });
    }
  });
}

RowConvolution RowConvolution::same_length(const torch::Tensor& weight, const torch::Tensor& bias,
                                           std::int64_t dilation) {
  RowConvolution made;
  made.channels = weight.size(1), made.taps = weight.size(2), made.dilation = dilation;
  made.margin = dilation * (made.taps - 1) / 2;
  made.weight = weight.permute({0, 2, 1}).clone(at::MemoryFormat::Contiguous).view({weight.size(0), -1});
  if (bias.defined()) made.bias = bias.clone();
  return made;
}

RowConvolution RowConvolution::transposed(const torch::Tensor& weight, const torch::Tensor& bias) {
  const auto in = weight.size(0), out = weight.size(1), stride = weight.size(2) / 2;
  RowConvolution made;
  made.channels = in, made.taps = 2, made.margin = 1;
  // The later half of the kernel meets the earlier row.
  const auto parts = weight.view({in, out, 2, stride}).flip(2);
  made.weight = parts.permute({3, 1, 2, 0}).reshape({stride * out, 2 * in}).contiguous();
  made.bias = bias.repeat({stride});
  return made;
}

void RowConvolution::take_fewer_products() {
  fewer_products.emplace(weight, bias, dilation);
  weight = torch::Tensor();
  bias = torch::Tensor();
}

void RowConvolution::operator()(const Activation& activation, const float* x, std::int64_t rows, std::int64_t begin,
                                std::int64_t end, float* y, bool accumulate) const {
  if (activation.kind == Activation::Kind::kNone && margin == 0) {
    return multiply(x + begin * channels, end - begin, y, accumulate);
  }
  const std::int64_t read =
      fewer_products ? fewer_products->rows_read(end - begin) : end - begin + dilation * (taps - 1);
  const std::int64_t first = begin - margin, last = first + read;
  const auto input = std::make_unique_for_overwrite<float[]>(static_cast<std::size_t>(read * channels));
  const std::int64_t from = std::clamp<std::int64_t>(first, 0, rows), to = std::clamp<std::int64_t>(last, from, rows);
  std::fill_n(input.get(), (from - first) * channels, 0.0F);
  activation(x + from * channels, to - from, channels, input.get() + (from - first) * channels);
  std::fill_n(input.get() + (to - first) * channels, (last - to) * channels, 0.0F);
  multiply(input.get(), end - begin, y, accumulate);
}

void RowConvolution::multiply(const float* x, std::int64_t rows, float* y, bool accumulate) const {
  if (fewer_products) {
    TORCH_CHECK(!accumulate, "a convolution of seven taps does not accumulate");
    return (*fewer_products)(x, rows, y);
  }
  if (bf16_products && weight.scalar_type() == torch::kBFloat16) {
    const auto view = torch::from_blob(const_cast<float*>(x), {rows, taps, channels},
                                       {channels, dilation * channels, 1}, torch::kFloat);
    auto product = torch::linear(view.to(torch::kBFloat16).reshape({rows, taps * channels}), weight).to(torch::kFloat);
    if (bias.defined()) product += bias;
    auto out = torch::from_blob(y, {rows, columns()}, torch::kFloat);
    accumulate ? out.add_(product) : out.copy_(product);
    return;
  }
  kernels::GemmArgs args;
  args.rows = rows, args.columns = args.y_stride = columns();
  args.depth = args.x_stride = channels, args.taps = taps, args.tap_stride = dilation * channels;
  args.x = x, args.y = y, args.accumulate = accumulate;
  args.weight = weight.data_ptr(), args.type = weight_type_of(weight.scalar_type());
  args.bias = bias.defined() ? bias.data_ptr<float>() : nullptr;
  gemm(args);
}

}  // namespace photoplayer::network
