// SPDX-License-Identifier: Apache-2.0
#include "train_config.h"

#include <photoplayer/network/dit.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

namespace photoplayer::train {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(TrainConfig, family, run_folder, bundle_out, scores, semantic_weights,
                                                semantic_bank, start_bundle, vae_start, name, seed, composed_pieces,
                                                pieces_with_pictures, lieder_files, pictured_share, scores_share,
                                                keep_dataset, vae_minutes, joint_minutes, device, bf16, replicas,
                                                vae_batch, joint_batch, window_beats, vae_rate, joint_rate,
                                                distil_minutes, distil_rate, distil_batch, distil_guidance,
                                                distil_steps, distil_start, distil_only, kl_weight, ema_decay, fusion,
                                                clean_context, width, depth, layer_latents)

namespace {

/// Null if all can be.
const char* impossible_field(const TrainConfig& config) {
  if (config.family != "parlour") return "family";
  const auto dims = network::DitConfig{}.cond_dims;
  if (config.width < 1 || config.width % dims != 0) return "width";
  if (config.depth < 1) return "depth";
  if (config.device != "cpu" && config.device != "cuda") return "device";
  if (config.replicas < 1) return "replicas";
  if (config.window_beats < 8 || config.window_beats % 2 != 0) return "window_beats";
  if (config.pictured_share < 0.0 || config.pictured_share > 1.0) return "pictured_share";
  if (config.scores_share < 0.0 || config.pictured_share + config.scores_share > 1.0) return "scores_share";
  if (config.joint_batch < config.replicas) return "joint_batch";
  if (config.distil_batch != 0 && config.distil_batch < config.replicas) return "distil_batch";
  if (config.vae_batch < config.replicas) return "vae_batch";
  if (config.distil_steps < 2) return "distil_steps";
  if (!network::fusion_from_name(config.fusion)) return "fusion";
  if (*std::min_element(config.layer_latents.begin(), config.layer_latents.end()) < 1) return "layer_latents";
  return nullptr;
}

}  // namespace

Result<TrainConfig> read_train_config(const std::string& path) {
  std::ifstream file(path);
  if (!file) return fail(ErrorCode::kBadInput, "cannot read the training config '" + path + "'");
  try {
    const auto json = nlohmann::json::parse(file);
    const nlohmann::json known = TrainConfig{};
    for (const auto& [key, value] : json.items()) {
      if (!known.contains(key)) return fail(ErrorCode::kBadInput, "'" + path + "' has an unknown field '" + key + "'");
    }
    auto config = json.get<TrainConfig>();
    if (config.device == "cuda") config.replicas = 1;
    if (const auto* field = impossible_field(config)) {
      return fail(ErrorCode::kBadInput, "'" + path + "' has a value for '" + field + "' that cannot be");
    }
    return config;
  } catch (const nlohmann::json::exception& error) {
    return fail(ErrorCode::kBadInput, "'" + path + "' is not a training config: " + error.what());
  }
}

}  // namespace photoplayer::train
