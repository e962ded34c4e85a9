// SPDX-License-Identifier: Apache-2.0
#pragma once
/// From the names of each published layout to those of a bundle. Names only; nothing here looks at a tensor.
/// Layouts: the authors' modules (stable-audio-tools); diffusers' AutoencoderOobleck and transformers'
/// CLIPVisionModelWithProjection as of 2024.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace photoplayer::model::detail {

/// A bundle's tensor may be spread over several of a checkpoint's.
enum class Part : std::uint8_t {
  kWhole,
  kGain,       ///< of weight norm
  kDirection,  ///< likewise
  kQuery,      ///< thirds of a fused projection
  kKey,
  kValue
};

struct Place {
  std::string name;  ///< in the bundle
  Part part = Part::kWhole;
  bool transposed = false;  ///< the checkpoint has the matrix the other way round
};

/// Both schemes of torch: weight_g, weight_v, and parametrizations.weight.original0, original1.
[[nodiscard]] Place without_weight_norm(std::string name);

/// The autoencoder's name as stable-audio-tools has it, from either layout. `blocks`: per side, tells the layers after
/// the blocks.
[[nodiscard]] std::string autoencoder_name(std::string_view name, int blocks);
/// `encoder.block.4.…` → 4; nullopt outside the blocks of diffusers' layout.
[[nodiscard]] std::optional<int> diffusers_block(std::string_view name);

/// CLIP's name from transformers' layout; nullopt for what the tower does not need.
[[nodiscard]] std::optional<Place> transformers_clip_place(std::string_view name);

/// Bundle names that some checkpoints have and nothing reads.
[[nodiscard]] bool is_dead(std::string_view name);

}  // namespace photoplayer::model::detail
