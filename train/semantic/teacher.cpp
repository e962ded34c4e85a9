// SPDX-License-Identifier: Apache-2.0
#include "teacher.h"

#include <algorithm>
#include <array>

namespace photoplayer::train {
namespace {

constexpr auto kLayout = torch::MemoryFormat::ChannelsLast;  // five times faster than planes here

torch::Tensor activate(torch::Tensor x, std::int32_t activation) {
  if (activation == 1) return torch::relu_(x);
  if (activation == 3) return x.clamp_(0, 6);
  return x;
}

/// TensorFlow's SAME puts the odd pixel after, not before.
torch::Tensor pad_same(const torch::Tensor& x, const torch::Tensor& weight, const TfliteOperator& op) {
  const auto total = [](std::int64_t size, std::int64_t kernel, std::int64_t stride) {
    return std::max<std::int64_t>(((size + stride - 1) / stride - 1) * stride + kernel - size, 0);
  };
  const auto y = total(x.size(2), weight.size(2), op.stride_y), z = total(x.size(3), weight.size(3), op.stride_x);
  if (y == 0 && z == 0) return x;
  return torch::constant_pad_nd(x, {z / 2, z - z / 2, y / 2, y - y / 2});
}

bool weighted(const TfliteOperator& op) {
  return op.op == TfliteOp::kConv || op.op == TfliteOp::kDepthwiseConv || op.op == TfliteOp::kFullyConnected;
}

}  // namespace

Result<Teacher> Teacher::load(const std::filesystem::path& path) {
  auto read = read_tflite(path);
  if (!read) return tl::unexpected(read.error());
  Teacher teacher;
  teacher.model_ = std::move(*read);
  for (const auto& tensor : teacher.model_.tensors)
    teacher.constants_.push_back(tensor.values.empty() ? torch::Tensor{}
                                                       : torch::tensor(tensor.values).reshape(tensor.shape));
  for (const auto& op : teacher.model_.operators) {
    const bool conv = op.op == TfliteOp::kConv, depthwise = op.op == TfliteOp::kDepthwiseConv;
    if (!weighted(op)) continue;
    for (std::size_t i = 1; i < 3; ++i)
      if (op.inputs.size() != 3 || !teacher.constants_[static_cast<std::size_t>(op.inputs[i])].defined())
        return fail(ErrorCode::kBadInput, path.string() + ": a layer has no readable weights");
    auto& weight = teacher.constants_[static_cast<std::size_t>(op.inputs[1])];
    if (conv) weight = weight.permute({0, 3, 1, 2}).contiguous(kLayout);
    if (depthwise) weight = weight.permute({3, 0, 1, 2}).contiguous(kLayout);
    teacher.last_ = &op;
  }
  if (teacher.last_ == nullptr) return fail(ErrorCode::kBadInput, path.string() + " has no weighted layer");
  return teacher;
}

Taught Teacher::operator()(const torch::Tensor& rgb) const {
  const torch::InferenceMode guard;
  auto values = constants_;
  const auto at = [&](std::int32_t i) -> torch::Tensor& { return values[static_cast<std::size_t>(i)]; };
  at(model_.inputs.front()) = rgb.permute({0, 3, 1, 2}).to(torch::kFloat).sub_(127.5).div_(127.5).contiguous(kLayout);
  for (const auto& op : model_.operators) {
    const auto& x = at(op.inputs.front());
    if (&op == last_) {
      const auto [weight, bias] = head();
      Taught taught;
      taught.pooled = x.reshape({x.size(0), -1});
      taught.logits = torch::linear(taught.pooled, weight, bias);
      return taught;
    }
    torch::Tensor y;
    switch (op.op) {
      case TfliteOp::kConv:
      case TfliteOp::kDepthwiseConv: {
        const auto& weight = at(op.inputs[1]);
        const auto groups = op.op == TfliteOp::kConv ? 1 : weight.size(0);
        const std::array<std::int64_t, 2> stride = {op.stride_y, op.stride_x}, none = {0, 0}, dense = {1, 1};
        y = torch::conv2d(op.same_padding ? pad_same(x, weight, op) : x, weight, at(op.inputs[2]), stride, none, dense,
                          groups);
        break;
      }
      case TfliteOp::kAdd:
        y = x + at(op.inputs[1]);
        break;
      case TfliteOp::kPad: {  // NHWC pairs (before, after)
        const auto pads = at(op.inputs[1]).to(torch::kLong).reshape({-1});
        const auto n = [&](std::int64_t i) { return pads[i].item<std::int64_t>(); };
        y = torch::constant_pad_nd(x, {n(4), n(5), n(2), n(3)});
        break;
      }
      case TfliteOp::kAveragePool:
      case TfliteOp::kMean:
        y = x.mean({2, 3}, true);
        break;
      default:  // quantise and the like: nothing to do in float
        y = x;
    }
    at(op.outputs.front()) = activate(y, op.activation);
  }
  return {};
}

std::pair<torch::Tensor, torch::Tensor> Teacher::head() const {
  const auto& weight = constants_[static_cast<std::size_t>(last_->inputs[1])];
  return {weight.reshape({weight.size(0), -1}), constants_[static_cast<std::size_t>(last_->inputs[2])]};
}

}  // namespace photoplayer::train
