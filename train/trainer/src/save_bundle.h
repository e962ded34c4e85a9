// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Writes what was trained as one bundle: half-precision weights, config, provenance, licence.
#include <photoplayer/network/score_vae.h>

#include <nlohmann/json.hpp>

#include "joint_model.h"

namespace photoplayer::train {

/// What a bundle's config says of its network: all that another needs to take up its weights.
[[nodiscard]] nlohmann::json network_description(const TrainConfig& config, const network::DitConfig& dit);

[[nodiscard]] Result<void> save_bundle(const TrainConfig& config, const std::vector<std::string>& sources,
                                       network::ScoreVaeImpl& vae, JointModelImpl& model);

}  // namespace photoplayer::train
