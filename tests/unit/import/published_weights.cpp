// SPDX-License-Identifier: Apache-2.0
#include "published_weights.h"

#include <cmath>
#include <random>
#include <stdexcept>

namespace photoplayer::model::test {
namespace {

std::int64_t count(const std::vector<std::int64_t>& shape) {
  std::int64_t product = 1;
  for (const std::int64_t extent : shape) product *= extent;
  return product;
}

void replace(std::string& text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  if (at != std::string::npos) text.replace(at, from.size(), to);
}

/// Takes w apart into a gain and a direction, and gives back what they fold to, in double.
TestTensor with_weight_norm(const std::string& weight, const TestTensor& direction, NormNames names,
                            NamedTensors& out) {
  const bool classic = names == NormNames::kClassic;
  const std::string owner = weight.substr(0, weight.size() - 6);  // "weight"
  const std::int64_t rows = direction.shape[0];
  TestTensor gain = made_up(weight + ".gain", {rows, 1, 1});
  TestTensor folded = direction;
  const std::size_t row = direction.values.size() / static_cast<std::size_t>(rows);
  for (std::size_t i = 0; i < static_cast<std::size_t>(rows); ++i) {
    double squares = 0.0;
    for (std::size_t j = 0; j < row; ++j) squares += std::pow(static_cast<double>(direction.values[i * row + j]), 2);
    for (std::size_t j = 0; j < row; ++j) {
      folded.values[i * row + j] =
          static_cast<float>(static_cast<double>(gain.values[i]) * static_cast<double>(direction.values[i * row + j]) /
                             std::sqrt(squares));
    }
  }
  out.emplace_back(owner + (classic ? "weight_g" : "parametrizations.weight.original0"), gain);
  out.emplace_back(owner + (classic ? "weight_v" : "parametrizations.weight.original1"), direction);
  return folded;
}

}  // namespace

detail::Diffv2mConfig tiny_config() {
  detail::Diffv2mConfig config;
  config.width = 128;
  config.depth = 2;
  config.cond_dims = 64;
  config.latent_dims = 4;
  config.semantic_dims = 16;
  config.colour_dims = 48;
  config.predictor = {16, 2, 16};
  config.clip = {16, 2, 1, 16, 4, 8};
  config.vae = {2, {1, 2, 4}, {2, 4, 8}, 4};
  return config;
}

TestTensor made_up(const std::string& name, const std::vector<std::int64_t>& shape, std::uint64_t seed) {
  std::mt19937_64 random(std::hash<std::string>()(name) + seed);
  // As PyTorch initialises a linear layer, and never zero.
  const double inputs = shape.size() > 1 ? static_cast<double>(count(shape) / shape[0]) : 1.0;
  std::uniform_real_distribution<float> values(static_cast<float>(-1.0 / std::sqrt(inputs)),
                                               static_cast<float>(1.0 / std::sqrt(inputs)));
  TestTensor tensor{shape, std::vector<float>(static_cast<std::size_t>(count(shape)))};
  for (float& value : tensor.values) value = values(random);
  return tensor;
}

Published publish(const detail::Diffv2mConfig& config, NormNames names) {
  Published published;
  for (const detail::ExpectedTensor& wanted : detail::expected_tensors(config)) {
    TestTensor tensor = made_up(wanted.name, wanted.shape);
    if (wanted.name.starts_with("visual.")) {
      published.clip.emplace_back(wanted.name, tensor);
    } else if (!wanted.name.starts_with("pretransform.")) {
      published.network.emplace_back(wanted.name, tensor);
    } else if (wanted.name.ends_with(".weight")) {
      tensor = with_weight_norm(wanted.name, tensor, names, published.autoencoder);
    } else {
      published.autoencoder.emplace_back(wanted.name, tensor);
    }
    if (wanted.name.ends_with(".gamma")) {
      const std::string owner = wanted.name.substr(0, wanted.name.size() - 5);  // "gamma"
      published.network.emplace_back(owner + "beta",
                                     TestTensor{wanted.shape, std::vector<float>(tensor.values.size())});
    }
    published.expected.emplace(wanted.name, std::move(tensor));
  }
  const std::string conditioners = "conditioner.conditioners.";
  const auto dead = [&](const std::string& name, const std::vector<std::int64_t>& shape) {
    published.network.emplace_back(name, made_up(name, shape));
  };
  for (const auto& tensor : diffv2m::dit_layout(config.with_derived_sizes())) {
    if (tensor.need == diffv2m::Need::kDead && !tensor.name.ends_with(".beta")) dead(tensor.name, tensor.shape);
  }
  dead(conditioners + "semantic.proj_out.weight", {config.cond_dims, config.semantic_dims});
  dead(conditioners + "semantic.proj_out.bias", {config.cond_dims});
  dead(conditioners + "rhythm.proj_out.weight", {config.cond_dims, 1});
  dead(conditioners + "color.proj_out.weight", {config.cond_dims, config.colour_dims});
  dead(conditioners + "semantic.extractor.transformer.rotary_pos_emb.inv_freq", {16});
  dead("model.model.transformer.rotary_pos_emb.inv_freq", {16});
  dead(conditioners + "prompt.proj_out.weight", {4, 4});
  return published;
}

NamedTensors renamed(const NamedTensors& tensors, const std::string& from, const std::string& to) {
  NamedTensors result;
  for (const auto& [name, tensor] : tensors) {
    if (name.starts_with(from)) result.emplace_back(to + name.substr(from.size()), tensor);
  }
  return result;
}

NamedTensors joined(NamedTensors first, const NamedTensors& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

NamedTensors lightning_layout(const Published& published) {
  NamedTensors all = renamed(joined(published.network, published.autoencoder), "", "diffusion.");
  for (const auto& [name, tensor] : published.network) {
    if (!name.starts_with("model.")) continue;
    all.emplace_back("diffusion_ema.ema_model." + name.substr(6), made_up("ema of " + name, tensor.shape));
  }
  all.emplace_back("diffusion_ema.initted", TestTensor{{1}, {1.0F}});
  all.emplace_back("losses.losses.0.weight", TestTensor{{}, {1.0F}});
  for (auto& [name, tensor] : all) {
    if (name.ends_with("_norm.beta")) tensor.values.assign(tensor.values.size(), 0.0F);
  }
  return all;
}

NamedTensors diffusers_layout(const NamedTensors& autoencoder) {
  NamedTensors result;
  const int blocks = static_cast<int>(tiny_config().vae.strides.size());
  for (const auto& [published_name, published_tensor] : autoencoder) {
    std::string name = published_name;
    TestTensor tensor = published_tensor;
    replace(name, "pretransform.model.", "");
    const bool decoder = name.starts_with("decoder.");
    const std::string side = decoder ? "decoder." : "encoder.";
    replace(name, side + "layers.0.", side + "conv1.");
    replace(name, side + "layers." + std::to_string(blocks + 1) + ".", side + "snake1.");
    replace(name, side + "layers." + std::to_string(blocks + 2) + ".", side + "conv2.");
    for (int block = 1; block <= blocks; ++block) {
      replace(name, side + "layers." + std::to_string(block) + ".layers.",
              side + "block." + std::to_string(block - 1) + ".#");
    }
    const std::vector<std::string> inside =
        decoder ? std::vector<std::string>{"snake1", "conv_t1", "res_unit1", "res_unit2", "res_unit3"}
                : std::vector<std::string>{"res_unit1", "res_unit2", "res_unit3", "snake1", "conv1"};
    for (std::size_t i = 0; i < inside.size(); ++i) replace(name, "#" + std::to_string(i) + ".", inside[i] + ".");
    int position = 0;
    for (const char* unit : {"snake1", "conv1", "snake2", "conv2"}) {
      replace(name, "layers." + std::to_string(position++) + ".", std::string(unit) + ".");
    }
    if (name.ends_with(".alpha") || name.ends_with(".beta")) tensor.shape = {1, tensor.shape[0], 1};
    result.emplace_back(name, tensor);
  }
  return result;
}

NamedTensors transformers_layout(const NamedTensors& clip) {
  NamedTensors result;
  for (const auto& [published_name, tensor] : clip) {
    std::string name = published_name;
    if (name == "visual.proj") {
      TestTensor turned{{tensor.shape[1], tensor.shape[0]}, tensor.values};
      const auto rows = static_cast<std::size_t>(tensor.shape[0]), columns = static_cast<std::size_t>(tensor.shape[1]);
      for (std::size_t r = 0; r < rows; ++r) {
        for (std::size_t c = 0; c < columns; ++c) turned.values[c * rows + r] = tensor.values[r * columns + c];
      }
      result.emplace_back("visual_projection.weight", turned);
      continue;
    }
    replace(name, "visual.transformer.resblocks.", "vision_model.encoder.layers.");
    replace(name, "visual.class_embedding", "vision_model.embeddings.class_embedding");
    replace(name, "visual.conv1.", "vision_model.embeddings.patch_embedding.");
    replace(name, "visual.positional_embedding", "vision_model.embeddings.position_embedding.weight");
    replace(name, "visual.ln_pre.", "vision_model.pre_layrnorm.");
    replace(name, "visual.ln_post.", "vision_model.post_layernorm.");
    replace(name, ".ln_1.", ".layer_norm1.");
    replace(name, ".ln_2.", ".layer_norm2.");
    replace(name, ".c_fc.", ".fc1.");
    replace(name, ".c_proj.", ".fc2.");
    replace(name, ".attn.out_proj.", ".self_attn.out_proj.");
    const std::size_t fused = name.find(".attn.in_proj_");
    if (fused == std::string::npos) {
      result.emplace_back(name, tensor);
      continue;
    }
    const std::string kind = name.substr(fused + 14);  // weight or bias
    std::size_t from = 0;
    for (const char* third : {".self_attn.q_proj.", ".self_attn.k_proj.", ".self_attn.v_proj."}) {
      TestTensor part{tensor.shape, {}};
      part.shape[0] /= 3;
      const auto size = tensor.values.size() / 3;
      part.values.assign(tensor.values.begin() + static_cast<std::ptrdiff_t>(from),
                         tensor.values.begin() + static_cast<std::ptrdiff_t>(from + size));
      from += size;
      result.emplace_back(name.substr(0, fused) + third + kind, part);
    }
  }
  result.emplace_back("vision_model.embeddings.position_ids", TestTensor{{1, 5}, {0, 1, 2, 3, 4}});
  result.emplace_back("text_model.final_layer_norm.bias", TestTensor{{2}, {1, 2}});
  return result;
}

}  // namespace photoplayer::model::test
