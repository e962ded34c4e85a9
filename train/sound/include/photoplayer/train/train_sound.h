// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Trains a sound bundle (family `diffv2m`) from a JSON config: composes pieces, plays them with the synthesiser, draws
/// and watches their pictures, trains the autoencoder, then rhythm predictor and transformer together. The network
/// that is trained is the network that plays, model/diffv2m. Resumes from its run folder.
///
/// What the paper leaves open or the published program gets wrong, and what is done instead, is in train/README.md.
/// Tested in tests/unit/train.
#include <photoplayer/stream/result.h>
#include <photoplayer/train/train.h>

#include <functional>
#include <string>

namespace photoplayer::train {

/// Blocks until done or `stop()` answers true (checked every step). Fails with kBadInput on a config that cannot be
/// meant, kOutput, kCancelled or kInternal. Caller: one thread.
[[nodiscard]] Result<void> train_sound(const std::string& config_path,
                                       const std::function<void(const TrainProgress&)>& on_progress,
                                       const std::function<bool()>& stop);

}  // namespace photoplayer::train
