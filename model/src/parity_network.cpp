// SPDX-License-Identifier: Apache-2.0
#include "parity_kinds.h"

#include <photoplayer/diffv2m/conditioner.h>
#include <photoplayer/diffv2m/network.h>
#include <photoplayer/diffv2m/sampler.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace photoplayer::model::detail {
namespace {

/// Sizes from the metadata, and where it is silent from the tensors.
Result<diffv2m::Config> config_of(const ParityFile& file, const diffv2m::Weights& weights) {
  diffv2m::Config config;
  std::string fault;
  const auto extent = [&](const std::string& name, std::int64_t axis, std::int64_t usual) {
    const auto found = weights.find(name);
    return found != weights.end() && found->second.dim() > axis ? found->second.size(axis) : usual;
  };
  const auto layers = [&](const std::string& prefix) {
    std::int64_t count = 0;
    while (weights.contains(prefix + std::to_string(count) + ".pre_norm.gamma")) ++count;
    return count;
  };
  const auto size = [&](const char* key, std::int64_t usual, std::int64_t most = 1 << 20) {
    const auto value = file.size(key, usual, 1, most);
    if (!value && fault.empty()) fault = value.error().message;
    return value.value_or(1);
  };
  const auto real = [&](const char* key, double usual) {
    const auto value = file.real(key, usual);
    if (!value && fault.empty()) fault = value.error().message;
    return value.value_or(0.0);
  };
  const std::string dit = "model.model.", all = "conditioner.conditioners.", predictor = all + "semantic.extractor.";
  config.attention_weight_type = file.text("attention_weight_type").value_or("FiLM_choose");
  config.width = size("embed_dim", extent(dit + "transformer.project_in.weight", 0, config.width));
  config.depth = size("depth", std::max<std::int64_t>(1, layers(dit + "transformer.layers.")), 1000);
  config.head_dims = config.width / size("num_heads", std::max<std::int64_t>(1, config.width / 64));
  config.cond_dims = size("cond_dim", extent(dit + "to_cond_embed.0.weight", 0, config.cond_dims));
  config.latent_dims = size("io_channels", extent(dit + "transformer.project_in.weight", 1, config.latent_dims));
  config.semantic_dims = size("feature_dim", extent(predictor + "scene_embedding.weight", 1, config.semantic_dims));
  config.colour_dims = size("color_dim", extent(all + "color.proj_out1.weight", 1, config.colour_dims));
  config.max_seconds = size("max_length", config.max_seconds, 3600);
  const auto trunk = predictor + "transformer.";
  config.predictor.width = size("extractor_dim", extent(trunk + "project_in.weight", 0, config.predictor.width));
  config.predictor.depth = size("extractor_depth", std::max<std::int64_t>(1, layers(trunk + "layers.")), 1000);
  config.predictor.head_dims =
      config.predictor.width / size("extractor_heads", std::max<std::int64_t>(1, config.predictor.width / 64));
  config.switch_t = real("switch_t", config.switch_t);
  config.seconds_range = real("seconds_range", config.seconds_range);
  if (!fault.empty()) return fail(ErrorCode::kBadInput, fault);
  if (config.head_dims < 1 || config.predictor.head_dims < 1) {
    return fail(ErrorCode::kBadInput, "its metadata has more heads than dims");
  }
  return config;
}

/// in.0.*, in.1.*, … and, for training's side of it, their true rhythms.
struct Seen {
  std::vector<diffv2m::Clip> clips;
  std::vector<torch::Tensor> rhythms;
};

Result<Seen> clips_of(const ParityFile& file) {
  Seen seen;
  for (int i = 0; file.has_any("in." + std::to_string(i) + "."); ++i) {
    const std::string in = "in." + std::to_string(i) + ".";
    diffv2m::Clip clip;
    for (const auto& [name, into] :
         {std::pair{"semantic", &clip.semantic}, std::pair{"color", &clip.colour},
          std::pair{"scene_cut", &clip.scene_cut}, std::pair{"pseudo_beat", &clip.pseudo_beat}}) {
      auto value = file.number(in + name);
      if (!value) return tl::unexpected(value.error());
      *into = *value;
    }
    for (const char* name : {"class", "seconds_start", "seconds_total"}) {
      const auto value = file.number(in + name);
      if (!value) return tl::unexpected(value.error());
      if (value->numel() != 1) return fail(ErrorCode::kBadInput, "'" + in + name + "' is not one number");
      const double number = value->item<double>();
      if (name[0] == 'c') clip.class_label = static_cast<std::int64_t>(number);
      (name == std::string_view("seconds_start") ? clip.seconds_start : clip.seconds_total) = number;
    }
    seen.clips.push_back(std::move(clip));
    if (file.has(in + "rhythm")) {
      const auto rhythm = file.number(in + "rhythm");
      if (!rhythm) return tl::unexpected(rhythm.error());
      seen.rhythms.push_back(*rhythm);
    }
  }
  return seen;
}

void add_context(Recomputed& results, const std::string& name, const diffv2m::Context& context) {
  results["mid.tokens." + name] = context.tokens;
  results["mid.mask." + name] = context.visible.to(torch::kFloat);
}

/// What a name such as out.v_cfg3_hi or out.ddim8_cfg3 asks for; numbers may have a point.
struct Request {
  bool sampled = false;
  double guidance = 1.0;
  double t = 0.0;
  int steps = 0;
};

std::optional<Request> request_of(const std::string& name, const ParityFile& file) {
  const auto cfg = name.find("_cfg");
  if (cfg == std::string::npos) return std::nullopt;
  std::string head = name.substr(0, cfg), guidance = name.substr(cfg + 4), when;
  Request request;
  if (head.starts_with("out.ddim")) {
    const auto steps = whole_text_as_number(std::string_view(head).substr(8));
    if (!steps || *steps < 1.0 || *steps > 10000.0) return std::nullopt;
    request.sampled = true;
    request.steps = static_cast<int>(*steps);
  } else if (head == "out.v") {
    const auto cut = guidance.find('_');
    if (cut == std::string::npos) return std::nullopt;
    when = guidance.substr(cut + 1);
    guidance.erase(cut);
    auto t = file.text("t_" + when) ? whole_text_as_number(*file.text("t_" + when)) : std::nullopt;
    if (!t && when.starts_with("t")) t = whole_text_as_number(std::string_view(when).substr(1));
    if (!t) return std::nullopt;
    request.t = *t;
  } else {
    return std::nullopt;
  }
  const auto strength = whole_text_as_number(guidance);
  if (!strength) return std::nullopt;
  request.guidance = *strength;
  // A name may have lost what the metadata still has: ddim_cfg = 2.5 under out.ddim8_cfg2.
  if (request.sampled && file.text("ddim_cfg")) {
    const auto exact = whole_text_as_number(*file.text("ddim_cfg"));
    if (exact && std::trunc(*exact) == *strength) request.guidance = *exact;
  }
  return request;
}

}  // namespace

Result<Recomputed> recompute_network(const ParityFile& file, Precision precision) {
  const auto as_input = [](const Error& error) { return fail(ErrorCode::kBadInput, error.message); };
  const auto weights = file.weights(precision);
  if (!weights) return tl::unexpected(weights.error());
  const auto config = config_of(file, *weights);
  if (!config) return tl::unexpected(config.error());
  const auto conditioner = diffv2m::Conditioner::make(*config, *weights);
  if (!conditioner) return as_input(conditioner.error());
  const auto network = diffv2m::Network::make(*config, *weights);
  if (!network) return as_input(network.error());
  const auto seen = clips_of(file);
  if (!seen) return tl::unexpected(seen.error());
  const auto conditions = conditioner->see(seen->clips);
  if (!conditions) return as_input(conditions.error());

  Recomputed results;
  results["mid.global"] = conditions->global;
  results["mid.predicted_odf"] = conditions->predicted_odf;
  add_context(results, "semantic", conditions->semantic);
  add_context(results, "color", conditions->colour);
  add_context(results, "rhythm_predicted", conditions->rhythm);
  if (!seen->rhythms.empty()) {
    const auto known = conditioner->known_rhythm(seen->rhythms, conditions->timing);
    if (!known) return as_input(known.error());
    add_context(results, "rhythm_ground_truth", *known);
  }

  if (!file.has("in.noise")) return results;
  const auto noise = file.number("in.noise");
  if (!noise) return tl::unexpected(noise.error());
  const auto batch = static_cast<std::int64_t>(seen->clips.size());
  if (noise->dim() != 3 || noise->size(0) != batch || noise->size(1) != config->latent_dims || noise->size(2) < 1) {
    return fail(ErrorCode::kBadInput, "'in.noise' is not [" + std::to_string(batch) + " clips, " +
                                          std::to_string(config->latent_dims) + ", latents]");
  }
  const auto x = noise->transpose(1, 2).contiguous();
  const auto window = network->prepare(*conditions);
  for (const auto& name : file.expected()) {
    const auto request = request_of(name, file);
    if (!request) continue;
    const auto velocity = [&](const torch::Tensor& rows, double t) {
      return network->velocity(window, rows, t, request->guidance);
    };
    const auto rows = request->sampled ? diffv2m::ddim(x, request->steps, velocity) : velocity(x, request->t);
    results[name] = rows.transpose(1, 2);
  }
  return results;
}

}  // namespace photoplayer::model::detail
