// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Writes what was trained as a sound bundle, with all that went into it.
#include "autoencoder.h"
#include "clip_set.h"
#include "diffusion_model.h"

namespace photoplayer::train {

/// `results`: a JSON object of what was measured. Fails with kOutput.
[[nodiscard]] Result<void> save_sound_bundle(const SoundConfig& config, const ClipSet& clips,
                                             const Autoencoder& autoencoder, const DiffusionModel& model,
                                             const nlohmann::json& results);

}  // namespace photoplayer::train
