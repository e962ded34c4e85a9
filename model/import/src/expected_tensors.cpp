// SPDX-License-Identifier: Apache-2.0
/// Names and shapes of the published network (its modules' state_dict), without those that nothing reads.
#include "diffv2m_config.h"

#include <string_view>
#include <utility>

namespace photoplayer::model::detail {
namespace {

// Fixed in the authors' code, not configurable.
constexpr std::int64_t kFourier = 128, kFilmTime = 64, kFilmHidden = 256, kFeedForward = 4, kMiddle = 512,
                       kColourHidden = 1024, kPulseHidden = 128, kClasses = 3;
constexpr std::int64_t kWideKernel = 7, kAudioChannels = 2;

class List {
 public:
  void add(std::string name, std::vector<std::int64_t> shape) { list_.push_back({std::move(name), std::move(shape)}); }
  void linear(const std::string& name, std::int64_t out, std::int64_t in, bool bias = true) {
    add(name + ".weight", {out, in});
    if (bias) add(name + ".bias", {out});
  }
  void norm(const std::string& name, std::int64_t width) {
    add(name + ".weight", {width});
    add(name + ".bias", {width});
  }
  void conv(const std::string& name, std::vector<std::int64_t> shape, std::int64_t bias) {
    add(name + ".weight", std::move(shape));
    if (bias > 0) add(name + ".bias", {bias});
  }
  void snake(const std::string& name, std::int64_t channels) {
    add(name + ".alpha", {channels});
    add(name + ".beta", {channels});
  }
  std::vector<ExpectedTensor> take() { return std::move(list_); }

 private:
  std::vector<ExpectedTensor> list_;
};

void feed_forward(List& list, const std::string& layer, std::int64_t width) {
  list.linear(layer + "ff.ff.0.proj", 2 * kFeedForward * width, width);
  list.linear(layer + "ff.ff.2", width, kFeedForward * width);
}

void self_attention(List& list, const std::string& layer, std::int64_t width) {
  list.linear(layer + "self_attn.to_qkv", 3 * width, width, false);
  list.linear(layer + "self_attn.to_out", width, width, false);
}

void transformer(List& list, const Diffv2mConfig& config) {
  const std::string dit = "model.model.";
  const std::int64_t width = config.width, cond = config.cond_dims, latent = config.latent_dims;
  list.add(dit + "timestep_features.weight", {kFourier, 1});
  list.linear(dit + "to_timestep_embed.0", width, 2 * kFourier);
  list.linear(dit + "to_timestep_embed.2", width, width);
  list.linear(dit + "to_cond_embed.0", cond, cond, false);
  list.linear(dit + "to_cond_embed.2", cond, cond, false);
  list.linear(dit + "to_global_embed.0", width, 3 * cond, false);
  list.linear(dit + "to_global_embed.2", width, width, false);
  list.conv(dit + "preprocess_conv", {latent, latent, 1}, 0);
  list.conv(dit + "postprocess_conv", {latent, latent, 1}, 0);
  list.linear(dit + "transformer.project_in", width, latent, false);
  list.linear(dit + "transformer.project_out", latent, width, false);
  const FusionTensors fusion = fusion_tensors(config.attention_weight_type);
  for (std::int64_t i = 0; i < config.depth; ++i) {
    const std::string layer = dit + "transformer.layers." + std::to_string(i) + ".";
    for (const char* norm : {"pre_norm", "cross_attend_norm", "color_norm", "ff_norm"}) {
      list.add(layer + norm + ".gamma", {width});
    }
    self_attention(list, layer, width);
    for (const char* attention : {"cross_attn0", "cross_attn1", "cross_attn2"}) {
      list.linear(layer + attention + ".to_q", width, width, false);
      list.linear(layer + attention + ".to_kv", 2 * cond, cond, false);
      list.linear(layer + attention + ".to_out", width, width, false);
    }
    if (fusion.film) {
      list.linear(layer + "t_linear", kFilmTime, 1);
      for (const char* film : {"FiLM_gamma_sem", "FiLM_beta_sem", "FiLM_gamma_rhy", "FiLM_beta_rhy"}) {
        list.linear(layer + film + ".0", kFilmHidden, kFilmTime);
        list.linear(layer + film + ".2", fusion.film_before ? cond : width, kFilmHidden);
      }
    }
    if (fusion.gate) {
      list.linear(layer + "gate.0", cond, 1);
      list.linear(layer + "gate.2", 1, cond);
    }
    feed_forward(list, layer, width);
  }
}

void conditioners(List& list, const Diffv2mConfig& config) {
  const std::string all = "conditioner.conditioners.";
  const std::int64_t cond = config.cond_dims, semantic = config.semantic_dims, width = config.predictor.width;
  // An identity where the feature already has the middle width.
  if (semantic != kMiddle) list.linear(all + "semantic.proj_out1", kMiddle, semantic);
  list.linear(all + "semantic.proj_out2", cond, kMiddle);
  const std::string predictor = all + "semantic.extractor.";
  list.linear(predictor + "transformer.project_in", width, semantic, false);
  list.linear(predictor + "transformer.project_out", 1, width, false);
  for (std::int64_t i = 0; i < config.predictor.depth; ++i) {
    const std::string layer = predictor + "transformer.layers." + std::to_string(i) + ".";
    for (const char* norm : {"pre_norm", "ff_norm"}) list.add(layer + norm + ".gamma", {width});
    self_attention(list, layer, width);
    feed_forward(list, layer, width);
  }
  list.add(predictor + "class_embedding.weight", {kClasses, semantic});
  list.add(predictor + "scene_embedding.weight", {2, semantic});
  list.linear(predictor + "pseudo_linear.0", kPulseHidden, 1);
  list.linear(predictor + "pseudo_linear.2", semantic, kPulseHidden);
  list.linear(all + "rhythm.proj_out1", kMiddle, 1);
  list.linear(all + "rhythm.proj_out2", cond, kMiddle);
  list.linear(all + "color.proj_out1", kColourHidden, config.colour_dims);
  list.linear(all + "color.proj_out2", cond, kColourHidden);
  list.add(all + "class.int_embedder.weight", {kClasses, cond});
  for (const char* seconds : {"seconds_start", "seconds_total"}) {
    list.add(all + seconds + ".embedder.embedding.0.weights", {kFourier});
    list.linear(all + seconds + ".embedder.embedding.1", cond, 2 * kFourier + 1);
  }
}

void residual_unit(List& list, const std::string& unit, std::int64_t channels) {
  list.snake(unit + ".layers.0", channels);
  list.conv(unit + ".layers.1", {channels, channels, kWideKernel}, channels);
  list.snake(unit + ".layers.2", channels);
  list.conv(unit + ".layers.3", {channels, channels, 1}, channels);
}

void autoencoder(List& list, const Diffv2mConfig::Vae& vae) {
  std::vector<std::int64_t> widths = {vae.channels};
  for (const std::int64_t mult : vae.c_mults) widths.push_back(mult * vae.channels);
  const std::size_t blocks = vae.strides.size();
  const auto layer = [](const std::string& side, std::size_t i) { return side + ".layers." + std::to_string(i); };

  const std::string encoder = "pretransform.model.encoder";
  list.conv(layer(encoder, 0), {vae.channels, kAudioChannels, kWideKernel}, vae.channels);
  for (std::size_t i = 0; i < blocks; ++i) {
    const std::string block = layer(encoder, i + 1);
    for (std::size_t unit = 0; unit < 3; ++unit) residual_unit(list, layer(block, unit), widths[i]);
    list.snake(layer(block, 3), widths[i]);
    list.conv(layer(block, 4), {widths[i + 1], widths[i], 2 * vae.strides[i]}, widths[i + 1]);
  }
  list.snake(layer(encoder, blocks + 1), widths.back());
  list.conv(layer(encoder, blocks + 2), {2 * vae.latent_dims, widths.back(), 3}, 2 * vae.latent_dims);

  const std::string decoder = "pretransform.model.decoder";
  list.conv(layer(decoder, 0), {widths.back(), vae.latent_dims, kWideKernel}, widths.back());
  for (std::size_t i = blocks; i-- > 0;) {
    const std::string block = layer(decoder, blocks - i);
    list.snake(layer(block, 0), widths[i + 1]);
    list.conv(layer(block, 1), {widths[i + 1], widths[i], 2 * vae.strides[i]}, widths[i]);
    for (std::size_t unit = 2; unit < 5; ++unit) residual_unit(list, layer(block, unit), widths[i]);
  }
  list.snake(layer(decoder, blocks + 1), vae.channels);
  list.conv(layer(decoder, blocks + 2), {kAudioChannels, vae.channels, kWideKernel}, 0);
}

void clip_tower(List& list, const Diffv2mConfig::Clip& clip) {
  const std::string visual = "visual.";
  const std::int64_t width = clip.width, patches = clip.side / clip.patch;
  list.add(visual + "class_embedding", {width});
  list.add(visual + "positional_embedding", {patches * patches + 1, width});
  list.conv(visual + "conv1", {width, 3, clip.patch, clip.patch}, 0);
  list.norm(visual + "ln_pre", width);
  list.norm(visual + "ln_post", width);
  list.add(visual + "proj", {width, clip.out});
  for (std::int64_t i = 0; i < clip.depth; ++i) {
    const std::string block = visual + "transformer.resblocks." + std::to_string(i) + ".";
    list.add(block + "attn.in_proj_weight", {3 * width, width});
    list.add(block + "attn.in_proj_bias", {3 * width});
    list.linear(block + "attn.out_proj", width, width);
    list.norm(block + "ln_1", width);
    list.norm(block + "ln_2", width);
    list.linear(block + "mlp.c_fc", 4 * width, width);
    list.linear(block + "mlp.c_proj", width, 4 * width);
  }
}

}  // namespace

std::vector<ExpectedTensor> expected_tensors(const Diffv2mConfig& config) {
  List list;
  transformer(list, config);
  conditioners(list, config);
  autoencoder(list, config.vae);
  clip_tower(list, config.clip);
  return list.take();
}

}  // namespace photoplayer::model::detail
