// SPDX-License-Identifier: Apache-2.0
#include "key_names.h"

#include <charconv>
#include <utility>

namespace photoplayer::model::detail {
namespace {

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

/// "12.rest" → 12, leaving "rest".
std::optional<int> take_number(std::string_view& text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number < 0 || end == text.data() + text.size() || *end != '.') return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
  return number;
}

std::string layer(int number, std::string_view rest) {
  return "layers." + std::to_string(number) + "." + std::string(rest);
}

/// Inside a block: the residual units of the decoder come after its upsampling.
std::optional<std::string> inside_block(std::string_view rest, bool decoder) {
  for (int unit = 1; unit <= 3; ++unit) {
    std::string_view inner = rest;
    if (!take_prefix(inner, "res_unit" + std::to_string(unit) + ".")) continue;
    const int position = decoder ? unit + 1 : unit - 1;
    for (const auto& [name, number] : {std::pair{"snake1.", 0}, {"conv1.", 1}, {"snake2.", 2}, {"conv2.", 3}}) {
      if (take_prefix(inner, name)) return layer(position, layer(number, inner));
    }
    return std::nullopt;
  }
  if (take_prefix(rest, "snake1.")) return layer(decoder ? 0 : 3, rest);
  if (take_prefix(rest, decoder ? "conv_t1." : "conv1.")) return layer(decoder ? 1 : 4, rest);
  return std::nullopt;
}

}  // namespace

Place without_weight_norm(std::string name) {
  for (const auto& [ending, part] : {std::pair{"weight_g", Part::kGain},
                                     {"weight_v", Part::kDirection},
                                     {"parametrizations.weight.original0", Part::kGain},
                                     {"parametrizations.weight.original1", Part::kDirection}}) {
    if (name.ends_with(std::string(".") + ending)) {
      name.replace(name.size() - std::string_view(ending).size(), std::string::npos, "weight");
      return {std::move(name), part, false};
    }
  }
  return {std::move(name), Part::kWhole, false};
}

std::optional<int> diffusers_block(std::string_view name) {
  if (!take_prefix(name, "encoder.block.") && !take_prefix(name, "decoder.block.")) return std::nullopt;
  return take_number(name);
}

std::string autoencoder_name(std::string_view name, int blocks) {
  std::string_view rest = name;
  const bool decoder = take_prefix(rest, "decoder.");
  if (!decoder && !take_prefix(rest, "encoder.")) return std::string(name);
  const std::string side = decoder ? "decoder." : "encoder.";
  if (take_prefix(rest, "block.")) {
    const auto block = take_number(rest);
    const auto inner = block ? inside_block(rest, decoder) : std::nullopt;
    return inner ? side + layer(*block + 1, *inner) : std::string(name);
  }
  if (take_prefix(rest, "conv1.")) return side + layer(0, rest);
  if (take_prefix(rest, "snake1.")) return side + layer(blocks + 1, rest);
  if (take_prefix(rest, "conv2.")) return side + layer(blocks + 2, rest);
  return std::string(name);
}

std::optional<Place> transformers_clip_place(std::string_view name) {
  if (name == "visual_projection.weight") return Place{"visual.proj", Part::kWhole, true};
  if (!take_prefix(name, "vision_model.")) return std::nullopt;
  if (name == "embeddings.class_embedding") return Place{"visual.class_embedding"};
  if (name == "embeddings.patch_embedding.weight") return Place{"visual.conv1.weight"};
  if (name == "embeddings.position_embedding.weight") return Place{"visual.positional_embedding"};
  if (name == "embeddings.position_ids") return std::nullopt;
  if (take_prefix(name, "pre_layrnorm.")) return Place{"visual.ln_pre." + std::string(name)};  // sic
  if (take_prefix(name, "post_layernorm.")) return Place{"visual.ln_post." + std::string(name)};
  std::string_view rest = name;
  const auto number = take_prefix(rest, "encoder.layers.") ? take_number(rest) : std::nullopt;
  if (!number) return Place{"visual." + std::string(name)};
  const std::string block = "visual.transformer.resblocks." + std::to_string(*number) + ".";
  for (const auto& [theirs, ours] : {std::pair{"layer_norm1.", "ln_1."},
                                     {"layer_norm2.", "ln_2."},
                                     {"mlp.fc1.", "mlp.c_fc."},
                                     {"mlp.fc2.", "mlp.c_proj."},
                                     {"self_attn.out_proj.", "attn.out_proj."}}) {
    if (take_prefix(rest, theirs)) return Place{block + ours + std::string(rest)};
  }
  for (const auto& [theirs, part] : {std::pair{"self_attn.q_proj.", Part::kQuery},
                                     {"self_attn.k_proj.", Part::kKey},
                                     {"self_attn.v_proj.", Part::kValue}}) {
    if (take_prefix(rest, theirs)) return Place{block + "attn.in_proj_" + std::string(rest), part};
  }
  return Place{block + std::string(rest)};
}

bool is_dead(std::string_view name) {
  if (name.ends_with("_norm.beta") || name.ends_with(".rotary_pos_emb.inv_freq")) return true;
  if (!take_prefix(name, "conditioner.conditioners.")) return false;
  return name.starts_with("prompt.") || name.starts_with("semantic.proj_out.") ||
         name.starts_with("rhythm.proj_out.") || name.starts_with("color.proj_out.");
}

}  // namespace photoplayer::model::detail
