// SPDX-License-Identifier: Apache-2.0
#include "semantic_encoder.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <nlohmann/json.hpp>

namespace photoplayer::model {
namespace {

constexpr auto kLayout = torch::MemoryFormat::ChannelsLast;  // the fastest for small convolutions on the CPU

/// A source that is trusted for nothing: its values must be as many as the shape says.
Result<torch::Tensor> fetch(const TensorSource& tensors, const std::string& name,
                            const std::vector<std::int64_t>& shape) {
  auto values = tensors(name, shape);
  if (!values) return tl::unexpected(values.error());
  std::int64_t count = 1;
  for (const auto size : shape) count *= size;
  if (static_cast<std::int64_t>(values->size()) != count)
    return fail(ErrorCode::kBadBundle, "semantic encoder: tensor " + name + " has " + std::to_string(values->size()) +
                                           " values, the config asks for " + std::to_string(count));
  if (!std::all_of(values->begin(), values->end(), [](float v) { return std::isfinite(v); }))
    return fail(ErrorCode::kBadBundle, "semantic encoder: tensor " + name + " has a value that is not finite");
  auto tensor = torch::from_blob(values->data(), shape, torch::kFloat).clone();
  return shape.size() == 4 ? tensor.contiguous(kLayout) : tensor;
}

torch::Tensor convolve(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias,
                       std::int64_t stride) {
  return torch::conv2d(x, weight, bias, stride, 1);
}

class Encoder final : public stream::SemanticEncoder {
 public:
  Encoder(SemanticNet net, std::int64_t side) : net_(std::move(net)), side_(side) {}

  void encode(const stream::PictureView& still, std::span<float, stream::kSemanticDims> out) override {
    // The port has no way to fail; a constant direction says "nothing seen" and keeps the promise of unit
    // length.
    std::fill(out.begin(), out.end(), 0.0F);
    out[0] = 1.0F;
    if (still.rgb == nullptr || still.width <= 0 || still.height <= 0) return;
    try {
      const torch::InferenceMode guard;
      auto rgb = torch::empty({still.height, still.width, 3}, torch::kByte);
      const auto row_bytes = 3 * static_cast<std::size_t>(still.width);
      for (int y = 0; y < still.height; ++y)
        std::copy_n(still.rgb + y * still.stride_bytes, row_bytes,
                    rgb.data_ptr<std::uint8_t>() + static_cast<std::size_t>(y) * row_bytes);
      auto planes = rgb.permute({2, 0, 1}).unsqueeze(0).to(torch::kFloat);
      if (still.width != side_ || still.height != side_) planes = torch::adaptive_avg_pool2d(planes, {side_, side_});
      const auto unit = net_(planes).contiguous();
      std::copy_n(unit.data_ptr<float>(), out.size(), out.begin());
    } catch (const std::exception&) {  // out of memory at worst; the music goes on
    }
  }

 private:
  SemanticNet net_;
  std::int64_t side_;
};

}  // namespace

Result<SemanticConfig> parse_semantic_config(std::string_view config_json) try {
  const auto json = nlohmann::json::parse(config_json);
  SemanticConfig config;
  config.side = json.at("side").get<std::int64_t>();
  config.widths = json.at("widths").get<std::vector<std::int64_t>>();
  config.blocks = json.at("blocks").get<std::vector<std::int64_t>>();
  const auto within = [](const std::vector<std::int64_t>& list, std::int64_t low, std::int64_t high) {
    return std::all_of(list.begin(), list.end(), [&](std::int64_t v) { return v >= low && v <= high; });
  };
  if (config.side < 16 || config.side > 512 || config.widths.empty() || config.widths.size() > 8 ||
      config.widths.size() != config.blocks.size() || !within(config.widths, 1, 2048) || !within(config.blocks, 0, 16))
    return fail(ErrorCode::kBadBundle, "semantic encoder: the config's side, widths and blocks do not make a network");
  return config;
} catch (const std::exception& error) {
  return fail(ErrorCode::kBadBundle, std::string("semantic encoder: the config cannot be read: ") + error.what());
}

Result<SemanticNet> SemanticNet::load(const SemanticConfig& config, const TensorSource& tensors) try {
  SemanticNet net;
  Error error;
  const auto layer = [&](Layer& to, const std::string& name, const std::vector<std::int64_t>& shape) {
    auto weight = fetch(tensors, "semantic." + name + ".weight", shape);
    auto bias = weight ? fetch(tensors, "semantic." + name + ".bias", {shape[0]}) : weight;
    if (!bias) {
      error = bias.error();
      return false;
    }
    to = {std::move(*weight), std::move(*bias)};
    return true;
  };
  std::int64_t from = 3;
  for (std::size_t i = 0; i < config.widths.size(); ++i) {
    const auto width = config.widths[i];
    const auto name = "stage" + std::to_string(i);
    auto& stage = net.stages_.emplace_back();
    if (!layer(stage.down, name + ".down", {width, from, 3, 3})) return tl::unexpected(error);
    for (std::int64_t j = 0; j < config.blocks[i]; ++j) {
      auto& [a, b] = stage.blocks.emplace_back();
      const auto block = name + ".block" + std::to_string(j);
      if (!layer(a, block + ".a", {width, width, 3, 3}) || !layer(b, block + ".b", {width, width, 3, 3}))
        return tl::unexpected(error);
    }
    from = width;
  }
  if (!layer(net.head_, "head", {static_cast<std::int64_t>(stream::kSemanticDims), from})) return tl::unexpected(error);
  return net;
} catch (const std::exception& error) {
  return fail(ErrorCode::kBadBundle, std::string("semantic encoder: ") + error.what());
}

torch::Tensor SemanticNet::operator()(const torch::Tensor& rgb) const {
  auto x = (rgb.to(torch::kFloat) / 127.5 - 1.0).contiguous(kLayout);
  for (const auto& stage : stages_) {
    x = convolve(x, stage.down.weight, stage.down.bias, 2).relu_();
    for (const auto& [a, b] : stage.blocks)
      x = convolve(convolve(x, a.weight, a.bias, 1).relu_(), b.weight, b.bias, 1).add_(x).relu_();
  }
  x = torch::linear(x.mean({2, 3}), head_.weight, head_.bias);
  return x / x.norm(2, 1, true).clamp_min(1e-6);
}

Result<std::unique_ptr<stream::SemanticEncoder>> make_semantic_encoder(std::string_view config_json,
                                                                       const TensorSource& tensors) {
  auto config = parse_semantic_config(config_json);
  if (!config) return tl::unexpected(config.error());
  auto net = SemanticNet::load(*config, tensors);
  if (!net) return tl::unexpected(net.error());
  return std::make_unique<Encoder>(std::move(*net), config->side);
}

}  // namespace photoplayer::model
