// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/diffv2m/layout.h>

#include <utility>

namespace photoplayer::diffv2m {
namespace {

using Size = std::int64_t;

class List {
 public:
  void add(std::string name, std::vector<Size> shape, Need need = Need::kParameter) {
    entries_.push_back({std::move(name), std::move(shape), need});
  }
  void matrix(const std::string& name, Size in, Size out, Need need = Need::kParameter) {
    add(name + ".weight", {out, in}, need);
  }
  void linear(const std::string& name, Size in, Size out, Need need = Need::kParameter) {
    add(name + ".weight", {out, in}, need);
    add(name + ".bias", {out}, need);
  }
  void norm(const std::string& name, Size width, Need need = Need::kParameter) {
    add(name + ".gamma", {width}, need);
    add(name + ".beta", {width}, Need::kBuffer);
  }
  void self_attention(const std::string& name, Size width) {
    matrix(name + ".to_qkv", width, 3 * width);
    matrix(name + ".to_out", width, width);
  }
  void feed_forward(const std::string& name, Size width, Size inner) {
    linear(name + ".ff.0.proj", width, 2 * inner);
    linear(name + ".ff.2", inner, width);
  }
  [[nodiscard]] std::vector<LayoutEntry> take() { return std::move(entries_); }

 private:
  std::vector<LayoutEntry> entries_;
};

Need read_if(bool read) {
  return read ? Need::kParameter : Need::kDead;
}

/// The authors' block has every attention, and FiLM and gate where the name says so, whether it uses them or not.
void add_block(List& list, const std::string& block, const Config& config) {
  const Fusion fusion = config.fusion();
  const auto names = [&](const char* part) { return config.attention_weight_type.find(part) != std::string::npos; };
  list.norm(block + "pre_norm", config.width);
  list.self_attention(block + "self_attn", config.width);
  list.norm(block + "cross_attend_norm", config.width);
  list.norm(block + "color_norm", config.width, read_if(fusion.affective));
  for (const int slot : {0, 1, 2}) {
    const Need need = read_if(slot == 0 ? fusion.affective : slot == 1 || fusion.uses_rhythm());
    const std::string name = block + "cross_attn" + std::to_string(slot);
    list.matrix(name + ".to_q", config.width, config.width, need);
    list.matrix(name + ".to_kv", config.cond_dims, 2 * config.cond_dims, need);
    list.matrix(name + ".to_out", config.width, config.width, need);
  }
  if (names("FiLM")) {
    const Need need = read_if(fusion.film != Fusion::Film::kNone);
    const Size out = names("preFiLM") ? config.cond_dims : config.width;
    list.linear(block + "t_linear", 1, config.film_dims, need);
    for (const char* film : {"FiLM_gamma_sem", "FiLM_beta_sem", "FiLM_gamma_rhy", "FiLM_beta_rhy"}) {
      list.linear(block + film + ".0", config.film_dims, config.film_hidden_dims, need);
      list.linear(block + film + ".2", config.film_hidden_dims, out, need);
    }
  }
  if (names("gate")) {
    const Need need = read_if(fusion.mix == Fusion::Mix::kGate);
    list.linear(block + "gate.0", 1, config.gate_hidden_dims, need);
    list.linear(block + "gate.2", config.gate_hidden_dims, 1, need);
  }
  list.norm(block + "ff_norm", config.width);
  list.feed_forward(block + "ff", config.width, config.feed_forward_dims);
}

}  // namespace

std::vector<LayoutEntry> dit_layout(const Config& config) {
  const std::string dit = "model.model.";
  List list;
  list.add(dit + "timestep_features.weight", {config.fourier_dims, 1});
  list.linear(dit + "to_timestep_embed.0", 2 * config.fourier_dims, config.width);
  list.linear(dit + "to_timestep_embed.2", config.width, config.width);
  list.matrix(dit + "to_cond_embed.0", config.cond_dims, config.cond_dims);
  list.matrix(dit + "to_cond_embed.2", config.cond_dims, config.cond_dims);
  list.matrix(dit + "to_global_embed.0", 3 * config.cond_dims, config.width);
  list.matrix(dit + "to_global_embed.2", config.width, config.width);
  for (const char* conv : {"preprocess_conv", "postprocess_conv"}) {
    list.add(dit + conv + ".weight", {config.latent_dims, config.latent_dims, 1});
  }
  list.matrix(dit + "transformer.project_in", config.latent_dims, config.width);
  list.matrix(dit + "transformer.project_out", config.width, config.latent_dims);
  for (Size i = 0; i < config.depth; ++i) {
    add_block(list, dit + "transformer.layers." + std::to_string(i) + ".", config);
  }
  return list.take();
}

std::vector<LayoutEntry> predictor_layout(const Config& config) {
  const std::string predictor = "conditioner.conditioners.semantic.extractor.";
  const Size width = config.predictor.width;
  List list;
  list.add(predictor + "class_embedding.weight", {config.predictor_classes, config.semantic_dims});
  list.add(predictor + "scene_embedding.weight", {2, config.semantic_dims});
  list.linear(predictor + "pseudo_linear.0", 1, config.beat_hidden_dims);
  list.linear(predictor + "pseudo_linear.2", config.beat_hidden_dims, config.semantic_dims);
  list.matrix(predictor + "transformer.project_in", config.semantic_dims, width);
  list.matrix(predictor + "transformer.project_out", width, config.rhythm_dims);
  for (Size i = 0; i < config.predictor.depth; ++i) {
    const std::string block = predictor + "transformer.layers." + std::to_string(i) + ".";
    list.norm(block + "pre_norm", width);
    list.self_attention(block + "self_attn", width);
    list.norm(block + "ff_norm", width);
    list.feed_forward(block + "ff", width, config.predictor_feed_forward_dims);
  }
  return list.take();
}

std::vector<LayoutEntry> conditioner_layout(const Config& config) {
  const std::string all = "conditioner.conditioners.";
  const Size cond = config.cond_dims;
  List list;
  list.linear(all + "semantic.proj_out", config.semantic_dims, cond, Need::kDead);
  if (config.semantic_hidden_dims > 0) {
    list.linear(all + "semantic.proj_out1", config.semantic_dims, config.semantic_hidden_dims);
  }
  list.linear(all + "semantic.proj_out2",
              config.semantic_hidden_dims > 0 ? config.semantic_hidden_dims : config.semantic_dims, cond);
  list.linear(all + "rhythm.proj_out", config.rhythm_dims, cond, Need::kDead);
  list.linear(all + "rhythm.proj_out1", config.rhythm_dims, config.rhythm_hidden_dims);
  list.linear(all + "rhythm.proj_out2", config.rhythm_hidden_dims, cond);
  list.linear(all + "color.proj_out", config.colour_dims, cond, Need::kDead);
  list.linear(all + "color.proj_out1", config.colour_dims, config.colour_hidden_dims);
  list.linear(all + "color.proj_out2", config.colour_hidden_dims, cond);
  list.add(all + "class.int_embedder.weight", {config.classes, cond});
  for (const char* id : {"seconds_start", "seconds_total"}) {
    const std::string embedding = all + id + ".embedder.embedding.";
    list.add(embedding + "0.weights", {config.seconds_fourier_dims});
    list.linear(embedding + "1", 2 * config.seconds_fourier_dims + 1, cond);
  }
  return list.take();
}

std::vector<LayoutEntry> clip_layout(const Config& config) {
  const ClipConfig& clip = config.clip;
  const Size width = clip.width, side = clip.side / clip.patch;
  List list;
  const auto norm = [&](const std::string& name) {
    list.add(name + ".weight", {width});
    list.add(name + ".bias", {width});
  };
  list.add("visual.conv1.weight", {width, 3, clip.patch, clip.patch});
  list.add("visual.class_embedding", {width});
  list.add("visual.positional_embedding", {side * side + 1, width});
  norm("visual.ln_pre");
  for (Size i = 0; i < clip.depth; ++i) {
    const std::string block = "visual.transformer.resblocks." + std::to_string(i) + ".";
    norm(block + "ln_1");
    list.add(block + "attn.in_proj_weight", {3 * width, width});
    list.add(block + "attn.in_proj_bias", {3 * width});
    list.linear(block + "attn.out_proj", width, width);
    norm(block + "ln_2");
    list.linear(block + "mlp.c_fc", width, 4 * width);
    list.linear(block + "mlp.c_proj", 4 * width, width);
  }
  norm("visual.ln_post");
  list.add("visual.proj", {width, clip.out});
  return list.take();
}

std::int64_t parameter_count(const std::vector<LayoutEntry>& layout) {
  std::int64_t count = 0;
  for (const LayoutEntry& entry : layout) {
    if (entry.need == Need::kBuffer) continue;
    std::int64_t numbers = 1;
    for (const std::int64_t extent : entry.shape) numbers *= extent;
    count += numbers;
  }
  return count;
}

bool is_product_matrix(const std::string& name, const std::vector<std::int64_t>& shape) {
  if (shape.size() < 2 || shape[1] < 2) return false;
  for (const char* part : {"embedding", "embedder", "timestep", "FiLM", "gate.", "extractor.pseudo_linear"}) {
    if (name.find(part) != std::string::npos) return false;
  }
  return true;
}

}  // namespace photoplayer::diffv2m
