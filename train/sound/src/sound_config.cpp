// SPDX-License-Identifier: Apache-2.0
#include "sound_config.h"

#include <fstream>
#include <functional>
#include <iterator>
#include <nlohmann/json.hpp>
#include <numeric>

namespace photoplayer::train {
namespace {

/// The first field of `given` that `known` lacks, with its path.
std::string unknown_field(const nlohmann::json& given, const nlohmann::json& known, const std::string& where) {
  if (!given.is_object()) return where.empty() ? "(not an object)" : where.substr(0, where.size() - 1);
  for (const auto& [key, value] : given.items()) {
    if (!known.contains(key)) return where + key;
    if (!known.at(key).is_object()) continue;
    if (const auto inner = unknown_field(value, known.at(key), where + key + "."); !inner.empty()) return inner;
  }
  return {};
}

bool one_of(const std::string& value, std::initializer_list<const char*> names) {
  return std::find(names.begin(), names.end(), value) != names.end();
}
bool share(double value) {
  return value >= 0.0 && value <= 1.0;
}

/// What cannot be meant, or nothing.
std::string fault_of(const SoundConfig& config) {
  const auto& [data, vae, dit, conditioning, ablation, tower] =
      std::tie(config.data, config.vae, config.dit, config.conditioning, config.ablation, config.tower);
  if (config.family != "diffv2m") return "family is not diffv2m";
  if (!one_of(config.storage, {"f32", "f16", "bf16"})) return "storage must be f32, f16 or bf16";
  if (!one_of(config.device, {"cpu", "cuda"})) return "device must be cpu or cuda";
  if (!one_of(data.rhythm, {"odf", "mel", "tempogram"})) return "data.rhythm must be odf, mel or tempogram";
  if (!one_of(dit.compat, {"paper", "released"})) return "dit.compat must be paper or released";
  if (!one_of(conditioning.mode, {"scheduled", "real", "predicted"})) {
    return "conditioning.mode must be scheduled, real or predicted";
  }
  if (data.held_out < 1 || data.clips <= data.held_out)
    return "data.clips must be more than data.held_out, and that > 0";
  if (vae.strides.size() != vae.c_mults.size() || vae.strides.empty())
    return "vae.strides and vae.c_mults differ in length";
  for (const auto stride : vae.strides) {
    if (stride < 2 || stride % 2 != 0) return "vae.strides must be even";
  }
  for (const auto& windows : {vae.loss_windows, vae.discriminator_windows}) {
    for (const auto window : windows) {
      const auto frames =
          std::accumulate(vae.strides.begin(), vae.strides.end(), vae.segment_latents, std::multiplies<>());
      if (window < 16 || window % 4 != 0 || window > frames)
        return "a window of the vae's losses is longer than a segment";
    }
  }
  for (const auto number : {vae.channels, vae.latent_dims, vae.batch, vae.segment_latents, dit.batch, dit.window_rows,
                            dit.width, dit.depth, dit.cond_dims, dit.predictor_width, dit.predictor_depth, tower.out}) {
    if (number < 1) return "a size is below 1";
  }
  if (vae.steps < 0 || dit.steps < 0) return "steps are below 0";
  if (dit.head_dims < 32 || dit.width % dit.head_dims != 0 || dit.cond_dims % dit.head_dims != 0 ||
      dit.width % dit.cond_dims != 0 || dit.predictor_width % dit.head_dims != 0) {
    return "dit.width, cond_dims and predictor_width must be whole heads of at least 32, and width a multiple of "
           "cond_dims";
  }
  if (!share(vae.waveform_first) || vae.warm_up < vae.waveform_first) {
    return "vae.waveform_first is not from 0 to 1, or warm_up ends before it";
  }
  if (!share(vae.warm_up) || !share(dit.dropout_each) || !share(dit.dropout_all) || !share(dit.partial_view) ||
      !share(conditioning.real_until) || !share(conditioning.predicted_from) || !share(conditioning.least_real) ||
      !share(ablation.separate_share) || conditioning.predicted_from < conditioning.real_until) {
    return "a share is not from 0 to 1, or conditioning.predicted_from lies before real_until";
  }
  return {};
}

}  // namespace

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(SoundDataConfig, clips, held_out, rhythm, soundfont)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(AutoencoderConfig, channels, c_mults, strides, latent_dims, steps,
                                                batch, segment_latents, rate, discriminator_rate, waveform_first,
                                                warm_up, kl_weight, stft_weight, adversarial_weight, feature_weight,
                                                clip_gradient, waveform_weight, loss_windows, discriminator_filters,
                                                discriminator_windows)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(DiffusionConfig, compat, attention_weight_type, width, depth, head_dims,
                                                cond_dims, predictor_width, predictor_depth, colour_hidden,
                                                rhythm_hidden, steps, batch, window_rows, rate, weight_decay, ema_decay,
                                                clip_gradient, dropout_each, dropout_all, partial_view, rhythm_weight,
                                                rhythm_gradient)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(ConditioningConfig, mode, real_until, predicted_from, least_real)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(AblationConfig, no_rhythm, no_colour, no_visual_rhythm, separate,
                                                separate_share)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(TowerConfig, bundle, width, depth, heads, out)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(SoundConfig, family, run_folder, bundle_out, name, storage, seed,
                                                device, bf16, threads, save_minutes, data, vae, dit, conditioning,
                                                ablation, tower)

std::string text_of(const SoundConfig& config) {
  return nlohmann::json(config).dump();
}

Result<SoundConfig> sound_config_from_text(const std::string& json, const std::string& origin) {
  try {
    const auto given = nlohmann::json::parse(json);
    if (const auto unknown = unknown_field(given, SoundConfig{}, ""); !unknown.empty()) {
      return fail(ErrorCode::kBadInput, "'" + origin + "' has an unknown field '" + unknown + "'");
    }
    auto config = given.get<SoundConfig>();
    if (const auto fault = fault_of(config); !fault.empty())
      return fail(ErrorCode::kBadInput, "'" + origin + "': " + fault);
    return config;
  } catch (const nlohmann::json::exception& error) {
    return fail(ErrorCode::kBadInput, "'" + origin + "' is not a training config: " + error.what());
  }
}

Result<SoundConfig> read_sound_config(const std::string& path) {
  std::ifstream file(path);
  if (!file) return fail(ErrorCode::kBadInput, "cannot read the training config '" + path + "'");
  return sound_config_from_text({std::istreambuf_iterator<char>(file), {}}, path);
}

diffv2m::Config network_config(const SoundConfig& config) {
  const auto& dit = config.dit;
  diffv2m::Config network;
  network.compat = dit.compat == "paper" ? diffv2m::Compat::paper() : diffv2m::Compat::released();
  network.attention_weight_type = dit.attention_weight_type;
  if (config.ablation.no_rhythm) {
    const bool hears_rhythm = network.compat.affective_source == diffv2m::Compat::Affective::kRhythm;
    network.attention_weight_type = hears_rhythm || dit.attention_weight_type == "only_clip" ? "only_clip" : "none";
  }
  network.width = dit.width, network.depth = dit.depth, network.head_dims = dit.head_dims;
  network.cond_dims = dit.cond_dims, network.latent_dims = config.vae.latent_dims;
  network.predictor = {dit.predictor_width, dit.predictor_depth, dit.head_dims};
  network.clip.width = config.tower.width, network.clip.depth = config.tower.depth;
  network.clip.heads = config.tower.heads, network.clip.out = network.semantic_dims = config.tower.out;
  network.vae = {config.vae.channels, config.vae.c_mults, config.vae.strides, config.vae.latent_dims};
  network.window_rows = dit.window_rows;
  network.latents_per_second =
      44100.0 / std::accumulate(config.vae.strides.begin(), config.vae.strides.end(), 1.0, std::multiplies<>());
  network = network.with_derived_sizes();
  network.colour_hidden_dims = dit.colour_hidden, network.rhythm_hidden_dims = dit.rhythm_hidden;
  network.rhythm_dims = config.data.rhythm == "odf" ? 1 : 16;
  return network;
}

}  // namespace photoplayer::train
