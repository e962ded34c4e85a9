// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/network/oobleck.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <set>

namespace photoplayer::network {
namespace {

constexpr std::int64_t kKernel = 7;
constexpr std::int64_t kDilations[] = {1, 3, 9};

void add_activation(torch::nn::Sequential& layers, std::int64_t channels, bool snake) {
  if (snake) {
    layers->push_back(SnakeBeta(channels));
  } else {
    layers->push_back(torch::nn::ELU());
  }
}

class ResidualUnitImpl : public torch::nn::Module {
 public:
  ResidualUnitImpl(std::int64_t channels, std::int64_t dilation, bool snake) {
    const auto wide =
        torch::nn::Conv1dOptions(channels, channels, kKernel).dilation(dilation).padding(dilation * (kKernel - 1) / 2);
    layers = register_module("layers", torch::nn::Sequential());
    add_activation(layers, channels, snake);
    layers->push_back(torch::nn::Conv1d(wide));
    add_activation(layers, channels, snake);
    layers->push_back(torch::nn::Conv1d(torch::nn::Conv1dOptions(channels, channels, 1)));
  }
  torch::Tensor forward(const torch::Tensor& x) { return x + layers->forward(x); }

 private:
  torch::nn::Sequential layers;
};
TORCH_MODULE(ResidualUnit);

/// One block of either side; a module of its own because its name is a level in the authors' keys.
class BlockImpl : public torch::nn::Module {
 public:
  explicit BlockImpl(torch::nn::Sequential content) : layers(register_module("layers", std::move(content))) {}
  torch::Tensor forward(const torch::Tensor& x) { return layers->forward(x); }

 private:
  torch::nn::Sequential layers;
};
TORCH_MODULE(Block);

void add_residual_units(torch::nn::Sequential& block, std::int64_t channels, bool snake) {
  for (const auto dilation : kDilations) block->push_back(ResidualUnit(channels, dilation, snake));
}

Block down(std::int64_t from, std::int64_t to, std::int64_t stride, bool snake) {
  torch::nn::Sequential block;
  add_residual_units(block, from, snake);
  add_activation(block, from, snake);
  block->push_back(
      torch::nn::Conv1d(torch::nn::Conv1dOptions(from, to, 2 * stride).stride(stride).padding(stride / 2)));
  return Block(block);
}

Block up(std::int64_t from, std::int64_t to, std::int64_t stride, bool snake) {
  torch::nn::Sequential block;
  add_activation(block, from, snake);
  block->push_back(torch::nn::ConvTranspose1d(
      torch::nn::ConvTranspose1dOptions(from, to, 2 * stride).stride(stride).padding(stride / 2)));
  add_residual_units(block, to, snake);
  return Block(block);
}

torch::nn::Conv1d same_length(std::int64_t from, std::int64_t to, std::int64_t kernel, bool bias = true) {
  return torch::nn::Conv1d(torch::nn::Conv1dOptions(from, to, kernel).padding(kernel / 2).bias(bias));
}

/// Channels at each rate, the waveform's first.
std::vector<std::int64_t> widths(const OobleckConfig& config) {
  TORCH_CHECK(config.strides.size() == config.c_mults.size(), "Oobleck: one stride per channel multiple");
  std::vector<std::int64_t> all = {config.channels};
  for (const auto mult : config.c_mults) all.push_back(mult * config.channels);
  return all;
}

std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a / b - (a % b < 0 ? 1 : 0);
}
std::int64_t ceil_div(std::int64_t a, std::int64_t b) {
  return -floor_div(-a, b);
}

/// A weight under any of the names that it may have; `used` collects those that were read.
torch::Tensor find_weight(const std::map<std::string, torch::Tensor>& tensors, const std::string& name,
                          std::set<std::string>& used) {
  const auto take = [&](const std::string& key) {
    const auto found = tensors.find(key);
    if (found == tensors.end()) return torch::Tensor();
    used.insert(key);
    return found->second.to(torch::kFloat);
  };
  if (auto plain = take(name); plain.defined()) return plain;
  const auto owner = name.substr(0, name.rfind("weight"));
  for (const auto& [g_name, v_name] :
       {std::pair("weight_g", "weight_v"),
        std::pair("parametrizations.weight.original0", "parametrizations.weight.original1")}) {
    const auto g = take(owner + g_name), v = take(owner + v_name);
    if (!g.defined() || !v.defined() || v.dim() != 3 || g.numel() != v.size(0)) continue;
    // Axis 0 counts outputs in a convolution and inputs in a transposed one; the norm is per entry of it in both.
    return g.view({-1, 1, 1}) * v / v.norm(2, {1, 2}, /*keepdim=*/true);
  }
  return {};
}

}  // namespace

std::int64_t OobleckConfig::frames_per_latent() const {
  return std::accumulate(strides.begin(), strides.end(), std::int64_t{1}, std::multiplies<>());
}

Span rows_behind_end(Span rows) {
  return {rows.first - kKernel / 2, rows.last + kKernel / 2};
}

Span rows_behind_block(std::int64_t stride, Span rows) {
  for (const auto dilation : kDilations) {
    rows = {rows.first - dilation * (kKernel / 2), rows.last + dilation * (kKernel / 2)};
  }
  return {ceil_div(rows.first + stride / 2 - (2 * stride - 1), stride), floor_div(rows.last + stride / 2, stride)};
}

Span latents_behind(const OobleckConfig& config, Span frames) {
  auto rows = rows_behind_end(frames);
  for (const auto stride : config.strides) rows = rows_behind_block(stride, rows);
  return rows_behind_end(rows);
}

std::int64_t decoder_context(const OobleckConfig& config) {
  const auto behind = latents_behind(config, {0, config.frames_per_latent() - 1});
  return std::max(-behind.first, behind.last);
}

SnakeBetaImpl::SnakeBetaImpl(std::int64_t channels)
    : alpha_(register_parameter("alpha", torch::zeros({channels}))),
      beta_(register_parameter("beta", torch::zeros({channels}))) {}

torch::Tensor SnakeBetaImpl::forward(const torch::Tensor& x) {
  const auto wave = torch::sin(x * alpha_.exp().unsqueeze(-1));
  return x + wave * wave / (beta_.exp().unsqueeze(-1) + 1e-9);
}

OobleckEncoderImpl::OobleckEncoderImpl(const OobleckConfig& config) {
  const auto width = widths(config);
  layers = register_module("layers", torch::nn::Sequential(same_length(config.audio_channels, width[0], kKernel)));
  for (std::size_t i = 0; i < config.strides.size(); ++i) {
    layers->push_back(down(width[i], width[i + 1], config.strides[i], config.snake));
  }
  add_activation(layers, width.back(), config.snake);
  layers->push_back(same_length(width.back(), 2 * config.latent_dims, 3));
}

OobleckDecoderImpl::OobleckDecoderImpl(const OobleckConfig& config) : config_(config) {
  const auto width = widths(config);
  layers = register_module("layers", torch::nn::Sequential(same_length(config.latent_dims, width.back(), kKernel)));
  for (std::size_t i = config.strides.size(); i-- > 0;) {
    layers->push_back(up(width[i + 1], width[i], config.strides[i], config.snake));
  }
  add_activation(layers, width[0], config.snake);
  layers->push_back(same_length(width[0], config.audio_channels, kKernel, /*bias=*/false));
  if (config.final_tanh) layers->push_back(torch::nn::Tanh());
}

Result<void> load_oobleck(torch::nn::Module& module, const std::map<std::string, torch::Tensor>& tensors,
                          const std::string& prefix) {
  torch::NoGradGuard guard;
  std::string faults;
  const auto fault = [&](const std::string& what) { faults += (faults.empty() ? "" : "; ") + what; };
  std::set<std::string> used;
  for (auto& item : module.named_parameters()) {
    const auto value = find_weight(tensors, prefix + item.key(), used);
    if (!value.defined()) {
      fault("no '" + prefix + item.key() + "'");
    } else if (value.sizes() != item.value().sizes()) {
      fault("'" + prefix + item.key() + "' has another shape than the configuration says");
    } else {
      item.value().copy_(value);
    }
  }
  for (auto at = tensors.lower_bound(prefix); at != tensors.end() && at->first.starts_with(prefix); ++at) {
    if (!used.contains(at->first)) fault("nothing reads '" + at->first + "'");
  }
  if (!faults.empty()) return fail(ErrorCode::kBadBundle, faults);
  return {};
}

}  // namespace photoplayer::network
