// SPDX-License-Identifier: Apache-2.0
#include "derived_config.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace photoplayer::model::detail {
namespace {

const std::string kLayers = "model.model.transformer.layers.";
const std::string kDecoder = "pretransform.model.decoder.layers.";
constexpr std::int64_t kUsualHead = 64;

class Shapes {
 public:
  explicit Shapes(const GatheredWeights& found) : found_(found) {}

  [[nodiscard]] std::optional<std::int64_t> extent(const std::string& name, std::size_t axis) const {
    const auto at = found_.pieces.find(name);
    const auto shape = at == found_.pieces.end() ? std::nullopt : at->second.shape();
    if (!shape || axis >= shape->size() || (*shape)[axis] < 1 || (*shape)[axis] > kLargest) return std::nullopt;
    return (*shape)[axis];
  }

  [[nodiscard]] bool any(const std::string& begin, const std::string& middle) const {
    for (auto at = found_.pieces.lower_bound(begin); at != found_.pieces.end() && at->first.starts_with(begin); ++at) {
      if (at->first.find(middle) != std::string::npos) return true;
    }
    return false;
  }

  /// How many numbers 0, 1, … follow `prefix`, holes included: a hole is a missing layer, not a smaller network.
  [[nodiscard]] std::optional<std::int64_t> count(const std::string& prefix) const {
    std::optional<std::int64_t> count;
    for (auto at = found_.pieces.lower_bound(prefix); at != found_.pieces.end() && at->first.starts_with(prefix);
         ++at) {
      std::int64_t number = 0;
      const char* const begin = at->first.data() + prefix.size();
      const char* const end = at->first.data() + at->first.size();
      const auto parsed = std::from_chars(begin, end, number);
      const bool whole = parsed.ec == std::errc() && parsed.ptr != end && *parsed.ptr == '.';
      if (whole && number >= 0 && number < kMostLayers) count = std::max(count.value_or(0), number + 1);
    }
    return count;
  }

 private:
  // A hostile extent or layer number must not size anything here.
  static constexpr std::int64_t kLargest = 1 << 20, kMostLayers = 256;
  const GatheredWeights& found_;
};

void set(std::int64_t& size, std::optional<std::int64_t> found) {
  if (found) size = *found;
}

void derive_autoencoder(const Shapes& shapes, diffv2m::VaeConfig& vae) {
  // Blocks have layers of their own; the snake and the convolution after them have not.
  std::int64_t blocks = 0;
  for (std::int64_t i = 1; shapes.any(kDecoder + std::to_string(i) + ".layers.", ""); ++i) blocks = i;
  if (blocks == 0) return;
  const auto up = [&](std::int64_t block, std::size_t axis) {
    return shapes.extent(kDecoder + std::to_string(block) + ".layers.1.weight", axis);
  };
  vae.channels = up(blocks, 1).value_or(vae.channels);
  vae.c_mults.assign(static_cast<std::size_t>(blocks), 1);
  vae.strides.assign(static_cast<std::size_t>(blocks), 2);
  for (std::int64_t block = 1; block <= blocks; ++block) {
    const auto from_waveform = static_cast<std::size_t>(blocks - block);
    vae.c_mults[from_waveform] = std::max<std::int64_t>(1, up(block, 0).value_or(vae.channels) / vae.channels);
    vae.strides[from_waveform] = std::max<std::int64_t>(1, up(block, 2).value_or(4) / 2);
  }
  set(vae.latent_dims, shapes.extent(kDecoder + "0.weight", 1));
}

void derive_clip(const Shapes& shapes, diffv2m::ClipConfig& clip) {
  set(clip.width, shapes.extent("visual.conv1.weight", 0));
  set(clip.patch, shapes.extent("visual.conv1.weight", 2));
  set(clip.depth, shapes.count("visual.transformer.resblocks."));
  set(clip.out, shapes.extent("visual.proj", 1));
  if (const auto positions = shapes.extent("visual.positional_embedding", 0)) {
    clip.side = clip.patch * static_cast<std::int64_t>(std::lround(std::sqrt(static_cast<double>(*positions - 1))));
  }
  clip.heads = std::max<std::int64_t>(1, clip.width / kUsualHead);  // as OpenAI's loader has it
}

void derive_fusion(const Shapes& shapes, const std::optional<PublishedConfig>& published, DerivedConfig& derived) {
  Diffv2mConfig& config = derived.config;
  if (published && published->attention_weight_type) {
    config.attention_weight_type = *published->attention_weight_type;
    derived.fusion_reason = "the model config says so";
    return;
  }
  const bool film = shapes.any(kLayers, ".FiLM_"), gate = shapes.any(kLayers, ".gate.");
  const auto film_width = shapes.extent(kLayers + "0.FiLM_gamma_sem.2.weight", 0);
  std::string also;
  if (film && film_width == config.cond_dims && config.cond_dims != config.width) {
    config.attention_weight_type = gate ? "preFiLM_gate" : "preFiLM";
    derived.fusion_reason = "its FiLM layers have the conditions' width";
  } else if (gate) {
    config.attention_weight_type = "gate";
    derived.fusion_reason = "it has gates";
  } else if (film) {
    config.attention_weight_type = "FiLM_choose";
    derived.fusion_reason = "its FiLM layers have the model's width, as released";
    also = "FiLM looks the same";
  } else {
    config.attention_weight_type = "choose";
    derived.fusion_reason = "it has neither FiLM layers nor gates";
    also = "none and average look the same";
  }
  derived.warnings.push_back("attention_weight_type is taken to be " + config.attention_weight_type + " because " +
                             derived.fusion_reason + (also.empty() ? "" : " (" + also + ")") +
                             "; give the authors' model config with --config to be sure");
}

}  // namespace

DerivedConfig derive_config(const GatheredWeights& found, const std::optional<PublishedConfig>& published) {
  DerivedConfig derived;
  Diffv2mConfig& config = derived.config;
  const Shapes shapes(found);
  const std::string transformer = "model.model.transformer.", conditioners = "conditioner.conditioners.";
  const std::string predictor = conditioners + "semantic.extractor.";
  set(config.width, shapes.extent(transformer + "project_out.weight", 1));
  set(config.width, shapes.extent(transformer + "project_in.weight", 0));
  set(config.depth, shapes.count(kLayers));
  set(config.cond_dims, shapes.extent("model.model.to_cond_embed.0.weight", 1));
  set(config.latent_dims, shapes.extent(transformer + "project_in.weight", 1));
  set(config.semantic_dims, shapes.extent(predictor + "scene_embedding.weight", 1));
  set(config.colour_dims, shapes.extent(conditioners + "color.proj_out1.weight", 1));
  set(config.predictor.width, shapes.extent(predictor + "transformer.project_in.weight", 0));
  set(config.predictor.depth, shapes.count(predictor + "transformer.layers."));
  config.head_dims = std::min(kUsualHead, config.width);
  config.predictor.head_dims = std::min(kUsualHead, config.predictor.width);
  if (published && published->heads.value_or(0) > 0) config.head_dims = config.width / *published->heads;
  if (published && published->max_seconds) config.max_seconds = *published->max_seconds;
  derive_autoencoder(shapes, config.vae);
  derive_clip(shapes, config.clip);
  derive_fusion(shapes, published, derived);
  return derived;
}

}  // namespace photoplayer::model::detail
