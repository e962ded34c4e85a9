// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Writes what was trained as one bundle: half-precision weights, config, provenance, licence.
#include <photoplayer/network/score_vae.h>

#include "joint_model.h"

namespace photoplayer::train {

[[nodiscard]] Result<void> save_bundle(const TrainConfig& config, const std::vector<std::string>& sources,
                                       network::ScoreVaeImpl& vae, JointModelImpl& model);

}  // namespace photoplayer::train
