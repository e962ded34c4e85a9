// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Trains a score bundle from a JSON config: composes and reads pieces, renders their pictures, trains the score VAE,
/// then the transformer and the rhythm predictor together. Resumes from its run folder.
#include <photoplayer/stream/result.h>

#include <functional>
#include <string>

namespace photoplayer::train {

struct TrainProgress {
  std::string stage;
  double share = 0.0;  ///< of the stage, 0…1
  double seconds_left = 0.0;
  double loss = 0.0;
};

/// Blocks until done or `stop()` answers true (checked every step; the run can be resumed). Caller: one thread.
[[nodiscard]] Result<void> train(const std::string& config_path,
                                 const std::function<void(const TrainProgress&)>& on_progress,
                                 const std::function<bool()>& stop);

}  // namespace photoplayer::train
