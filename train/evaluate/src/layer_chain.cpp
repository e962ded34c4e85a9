// SPDX-License-Identifier: Apache-2.0
#include "layer_chain.h"

#include <photoplayer/kernels/gemm.h>

#include <algorithm>
#include <limits>

namespace photoplayer::train::detail {
namespace {

/// The columns of a convolution's product: one row per place, what the kernel covers there; zeros beyond the edge.
std::vector<float> gathered(const Layer& layer, const std::vector<float>& x) {
  const std::size_t row = layer.kernel_x * layer.from.channels;
  std::vector<float> columns(layer.to.height * layer.to.width * layer.kernel_y * row, 0.0F);
  float* out = columns.data();
  for (std::size_t y = 0; y < layer.to.height; ++y) {
    for (std::size_t z = 0; z < layer.to.width; ++z) {
      for (std::size_t ky = 0; ky < layer.kernel_y; ++ky, out += row) {
        const std::size_t at_y = y * layer.stride_y + ky;
        if (at_y < layer.pad_y || at_y - layer.pad_y >= layer.from.height) continue;
        for (std::size_t kx = 0; kx < layer.kernel_x; ++kx) {
          const std::size_t at_x = z * layer.stride_x + kx;
          if (at_x < layer.pad_x || at_x - layer.pad_x >= layer.from.width) continue;
          const float* from =
              x.data() + ((at_y - layer.pad_y) * layer.from.width + at_x - layer.pad_x) * layer.from.channels;
          std::copy_n(from, layer.from.channels, out + kx * layer.from.channels);
        }
      }
    }
  }
  return columns;
}

std::vector<float> dense(const Layer& layer, const std::vector<float>& x) {
  const bool pointwise = layer.from.size() / layer.from.channels == layer.to.height * layer.to.width &&
                         layer.kernel_y == 1 && layer.kernel_x == 1;
  const std::vector<float> columns = pointwise ? std::vector<float>() : gathered(layer, x);
  std::vector<float> y(layer.to.size());
  kernels::GemmArgs product;
  product.rows = static_cast<std::int64_t>(layer.to.height * layer.to.width);
  product.columns = static_cast<std::int64_t>(layer.to.channels);
  product.depth = static_cast<std::int64_t>(layer.kernel_y * layer.kernel_x * layer.from.channels);
  product.x = pointwise ? x.data() : columns.data();
  product.x_stride = product.depth;
  product.weight = layer.weights.data();
  product.bias = layer.bias.data();
  product.y = y.data();
  product.y_stride = product.columns;
  const auto& version = kernels::gemm_version();
  (void)version.run(product, 0, version.tiles(product));  // the sizes were checked when the chain was made
  return y;
}

std::vector<float> depthwise(const Layer& layer, const std::vector<float>& x) {
  const std::size_t channels = layer.to.channels;
  std::vector<float> y(layer.to.size());
  for (std::size_t row = 0; row < layer.to.height; ++row) {
    for (std::size_t column = 0; column < layer.to.width; ++column) {
      float* out = y.data() + (row * layer.to.width + column) * channels;
      std::copy_n(layer.bias.data(), channels, out);
      for (std::size_t ky = 0; ky < layer.kernel_y; ++ky) {
        const std::size_t at_y = row * layer.stride_y + ky;
        if (at_y < layer.pad_y || at_y - layer.pad_y >= layer.from.height) continue;
        for (std::size_t kx = 0; kx < layer.kernel_x; ++kx) {
          const std::size_t at_x = column * layer.stride_x + kx;
          if (at_x < layer.pad_x || at_x - layer.pad_x >= layer.from.width) continue;
          const float* from = x.data() + ((at_y - layer.pad_y) * layer.from.width + at_x - layer.pad_x) * channels;
          const float* weight = layer.weights.data() + (ky * layer.kernel_x + kx) * channels;
          for (std::size_t c = 0; c < channels; ++c) out[c] += weight[c] * from[c];
        }
      }
    }
  }
  return y;
}

/// TensorFlow's SAME: as many places as strides fit, the odd pixel of padding after, not before. A kernel that is
/// larger than a plane without padding leaves nothing.
bool place(std::size_t size, std::size_t kernel, std::size_t stride, bool same, std::size_t& places, std::size_t& pad) {
  if (stride == 0 || kernel == 0 || (!same && kernel > size)) return false;
  places = same ? (size + stride - 1) / stride : (size - kernel) / stride + 1;
  const std::size_t covered = (places - 1) * stride + kernel;
  pad = same && covered > size ? (covered - size) / 2 : 0;
  return true;
}

/// False where the operator's constants do not fit what comes in.
bool shape(const TfliteOperator& op, const TfliteModel& model, const Plane& from, Layer& layer) {
  if (op.inputs.size() != 3) return false;
  const auto& weight = model.tensors[static_cast<std::size_t>(op.inputs[1])];
  const auto& bias = model.tensors[static_cast<std::size_t>(op.inputs[2])];
  if (weight.values.empty() || op.stride_x < 1 || op.stride_y < 1) return false;
  layer.depthwise = op.op == TfliteOp::kDepthwiseConv;
  layer.from = from;
  const bool flat = op.op == TfliteOp::kFullyConnected;
  if (weight.shape.size() != (flat ? 2U : 4U)) return false;
  const auto size = [&](std::size_t axis) { return static_cast<std::size_t>(weight.shape[axis]); };
  layer.to.channels = layer.depthwise ? size(3) : size(0);
  const std::size_t depth = flat ? size(1) : layer.depthwise ? layer.to.channels : size(3);
  if (depth != from.channels || bias.values.size() != layer.to.channels) return false;
  if (!flat) layer.kernel_y = size(1), layer.kernel_x = size(2);
  layer.stride_y = static_cast<std::size_t>(op.stride_y), layer.stride_x = static_cast<std::size_t>(op.stride_x);
  layer.ceiling = op.activation == 3 ? 6.0F : op.activation == 1 ? std::numeric_limits<float>::max() : 0.0F;
  layer.weights = weight.values, layer.bias = bias.values;
  return place(from.height, layer.kernel_y, layer.stride_y, op.same_padding, layer.to.height, layer.pad_y) &&
         place(from.width, layer.kernel_x, layer.stride_x, op.same_padding, layer.to.width, layer.pad_x);
}

}  // namespace

Result<LayerChain> LayerChain::make(TfliteModel model, const Plane& input, const std::string& name) {
  const auto bad = [&](const std::string& what) { return fail(ErrorCode::kBadInput, name + " " + what); };
  LayerChain chain;
  Plane plane = input;
  bool pooled = false, ended = false;
  std::int32_t last = model.inputs.size() == 1 ? model.inputs.front() : -1;
  for (const TfliteOperator& op : model.operators) {
    const std::size_t data = op.op == TfliteOp::kSplit ? 1 : 0;  // a split into one part: the axis comes first
    if (op.inputs.size() <= data || op.outputs.size() != 1 || op.inputs[data] != last) return bad("is no plain chain");
    last = op.outputs.front();
    switch (op.op) {
      case TfliteOp::kConv:
      case TfliteOp::kDepthwiseConv:
      case TfliteOp::kFullyConnected: {
        Layer layer;
        if (ended || pooled != (op.op == TfliteOp::kFullyConnected) || !shape(op, model, plane, layer))
          return bad("has a layer that does not fit the one before it");
        plane = layer.to;
        ended = pooled;
        chain.layers_.push_back(std::move(layer));
        break;
      }
      case TfliteOp::kMean:
        pooled = true;
        plane = {1, 1, plane.channels};
        break;
      case TfliteOp::kQuantize:
      case TfliteOp::kDequantize:
      case TfliteOp::kReshape:
      case TfliteOp::kSplit:
      case TfliteOp::kLogistic:
        break;  // nothing to do in float; the caller knows what the last numbers mean
      default:
        return bad("has an operator of another kind of network");
    }
  }
  if (!ended) return bad("does not end in a dense layer");
  return chain;
}

void LayerChain::run(std::span<const float> input, std::span<float> pooled, std::span<float> logits) const {
  std::vector<float> x(input.begin(), input.end());
  for (std::size_t i = 0; i + 1 < layers_.size(); ++i) {
    const Layer& layer = layers_[i];
    x = layer.depthwise ? depthwise(layer, x) : dense(layer, x);
    if (layer.ceiling > 0.0F) {
      for (float& value : x) value = std::clamp(value, 0.0F, layer.ceiling);
    }
  }
  const std::size_t channels = pooled_size(), places = x.size() / channels;
  std::fill(pooled.begin(), pooled.end(), 0.0F);
  for (std::size_t i = 0; i < x.size(); ++i) pooled[i % channels] += x[i] / static_cast<float>(places);
  const auto last = dense(layers_.back(), std::vector<float>(pooled.begin(), pooled.end()));
  std::copy(last.begin(), last.end(), logits.begin());
}

}  // namespace photoplayer::train::detail
