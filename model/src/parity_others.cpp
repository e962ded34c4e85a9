// SPDX-License-Identifier: Apache-2.0
/// CLIP's tower and the Oobleck autoencoder.
#include "parity_kinds.h"

#include <photoplayer/diffv2m/clip_vision.h>
#include <photoplayer/network/oobleck.h>

#include <algorithm>

namespace photoplayer::model::detail {
namespace {

constexpr const char* kPicture = ".rgb_hwc_u8_as_f32";

torch::Tensor rounded(const torch::Tensor& x) {
  return x.to(torch::kBFloat16).to(torch::kFloat);
}

/// An Oobleck half whose convolutions read bf16 and add up in fp32. Written out because LibTorch has no transposed
/// convolution in bf16 on older CPUs.
torch::Tensor run_rounded(torch::nn::Module& module, const torch::Tensor& x) {
  if (auto* conv = module.as<torch::nn::Conv1dImpl>()) return conv->forward(rounded(x));
  if (auto* conv = module.as<torch::nn::ConvTranspose1dImpl>()) return conv->forward(rounded(x));
  if (auto* snake = module.as<network::SnakeBetaImpl>()) return snake->forward(x);
  if (auto* elu = module.as<torch::nn::ELUImpl>()) return elu->forward(x);
  if (auto* tanh = module.as<torch::nn::TanhImpl>()) return tanh->forward(x);
  auto y = x;
  if (module.as<torch::nn::SequentialImpl>() != nullptr) {
    for (const auto& child : module.children()) y = run_rounded(*child, y);
    return y;
  }
  const auto content = module.children().at(0);
  y = run_rounded(*content, x);
  const auto parts = content->children();
  const bool residual = std::none_of(parts.begin(), parts.end(), [](const auto& part) {
    return part->children().size() == 1;  // a block or a residual unit of its own
  });
  return residual ? x + y : y;
}

Result<diffv2m::ClipConfig> clip_config_of(const ParityFile& file) {
  diffv2m::ClipConfig config;
  for (const auto& [key, field] : {std::pair{"width", &config.width}, std::pair{"layers", &config.depth},
                                   std::pair{"heads", &config.heads}, std::pair{"output_dim", &config.out},
                                   std::pair{"patch", &config.patch}, std::pair{"resolution", &config.side}}) {
    const auto value = file.size(key, *field, 1, 8192);
    if (!value) return tl::unexpected(value.error());
    *field = *value;
  }
  return config;
}

Result<network::OobleckConfig> oobleck_config_of(const ParityFile& file) {
  network::OobleckConfig config;
  for (const auto& [key, field] :
       {std::pair{"in_channels", &config.audio_channels}, std::pair{"channels", &config.channels},
        std::pair{"latent_dim", &config.latent_dims}}) {
    const auto value = file.size(key, *field, 1, 8192);
    if (!value) return tl::unexpected(value.error());
    *field = *value;
  }
  for (const auto& [key, field] : {std::pair{"c_mults", &config.c_mults}, std::pair{"strides", &config.strides}}) {
    if (!file.text(key)) continue;
    const auto value = file.sizes(key);
    if (!value) return tl::unexpected(value.error());
    *field = *value;
  }
  for (const auto& [key, field] :
       {std::pair{"final_tanh", &config.final_tanh}, std::pair{"use_snake", &config.snake}}) {
    const auto value = file.flag(key, *field);
    if (!value) return tl::unexpected(value.error());
    *field = *value;
  }
  if (config.c_mults.size() != config.strides.size()) {
    return fail(ErrorCode::kBadInput, "its metadata has not as many strides as c_mults");
  }
  return config;
}

}  // namespace

Result<Recomputed> recompute_clip(const ParityFile& file, Precision precision) {
  const auto weights = file.weights(precision);
  if (!weights) return tl::unexpected(weights.error());
  const auto config = clip_config_of(file);
  if (!config) return tl::unexpected(config.error());
  const auto clip = diffv2m::ClipVision::make(*config, *weights);
  if (!clip) return fail(ErrorCode::kBadInput, clip.error().message);
  Recomputed results;
  for (int k = 0; file.has("in." + std::to_string(k) + kPicture); ++k) {
    const auto rgb = file.number("in." + std::to_string(k) + kPicture);
    if (!rgb) return tl::unexpected(rgb.error());
    if (rgb->sizes() != at::IntArrayRef({config->side, config->side, 3})) {
      const auto side = std::to_string(config->side);
      return fail(ErrorCode::kBadInput,
                  "'in." + std::to_string(k) + kPicture + "' is not [" + side + ", " + side + ", 3]");
    }
    const auto normalised = diffv2m::ClipVision::normalise(*rgb);
    results["mid." + std::to_string(k) + ".normalised"] = normalised;
    results["out." + std::to_string(k) + ".embedding"] = clip->embed(normalised.unsqueeze(0)).squeeze(0);
  }
  return results;
}

Result<Recomputed> recompute_oobleck(const ParityFile& file, Precision precision) {
  const auto weights = file.weights(Precision::kFp32);
  if (!weights) return tl::unexpected(weights.error());
  const auto config = oobleck_config_of(file);
  if (!config) return tl::unexpected(config.error());
  Recomputed results;
  const auto run = [&](auto module, const char* side, const char* in, const char* out) -> Result<void> {
    if (!file.has(in)) return {};
    if (auto loaded = network::load_oobleck(*module, *weights, side); !loaded) {
      return fail(ErrorCode::kBadInput, loaded.error().message);
    }
    const auto input = file.number(in);
    if (!input) return tl::unexpected(input.error());
    if (precision == Precision::kBf16) {
      for (auto& weight : module->parameters()) {
        if (weight.dim() == 3) weight.copy_(rounded(weight));
      }
      results[out] = run_rounded(*module, *input);
    } else {
      results[out] = module(*input);
    }
    return {};
  };
  if (auto done = run(network::OobleckEncoder(*config), "encoder.", "in.audio", "out.mean_scale"); !done) {
    return tl::unexpected(done.error());
  }
  if (auto done = run(network::OobleckDecoder(*config), "decoder.", "in.latent", "out.audio"); !done) {
    return tl::unexpected(done.error());
  }
  return results;
}

}  // namespace photoplayer::model::detail
