// SPDX-License-Identifier: Apache-2.0
#include "train_config.h"

#include <fstream>
#include <nlohmann/json.hpp>

namespace photoplayer::train {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(TrainConfig, run_folder, bundle_out, scores, semantic_weights,
                                                semantic_bank, start_bundle, vae_start, name, seed, composed_pieces,
                                                pieces_with_pictures, lieder_files, vae_minutes, joint_minutes,
                                                replicas, vae_batch, joint_batch, window_beats, vae_rate, joint_rate,
                                                kl_weight, ema_decay, fusion, clean_context, width, depth, latent_dims)

Result<TrainConfig> read_train_config(const std::string& path) {
  std::ifstream file(path);
  if (!file) return fail(ErrorCode::kBadInput, "cannot read the training config '" + path + "'");
  try {
    const auto json = nlohmann::json::parse(file);
    const nlohmann::json known = TrainConfig{};
    for (const auto& [key, value] : json.items()) {
      if (!known.contains(key)) return fail(ErrorCode::kBadInput, "'" + path + "' has an unknown field '" + key + "'");
    }
    return json.get<TrainConfig>();
  } catch (const nlohmann::json::exception& error) {
    return fail(ErrorCode::kBadInput, "'" + path + "' is not a training config: " + error.what());
  }
}

}  // namespace photoplayer::train
