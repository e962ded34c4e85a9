// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Whether distillation can do what its config asks for. Errors are kBadInput and say what to change.
#include <photoplayer/model/bundle.h>
#include <photoplayer/network/score_vae.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "joint_model.h"

namespace photoplayer::train {

/// Each of `only` is in the name of a parameter of the transformer: no other learns from its teacher.
[[nodiscard]] Result<void> names_what_learns(const std::vector<std::string>& only, const network::DitConfig& dit);

/// The student's network is described as `ours`, see network_description.
[[nodiscard]] Result<void> has_our_network(const model::Bundle& student, const nlohmann::json& ours);

/// The student's latents are those of `vae`, as a bundle would store it.
[[nodiscard]] Result<void> has_our_latents(const model::Bundle& student, const network::ScoreVaeImpl& vae);

}  // namespace photoplayer::train
