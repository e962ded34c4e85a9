// SPDX-License-Identifier: Apache-2.0
#pragma once
/// One stage of training transformer and predictor: so many minutes of steps on all replicas, a moving average, and
/// a checkpoint every few minutes from which the same stage goes on.
#include <photoplayer/stream/result.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "joint_model.h"
#include "train_config.h"

namespace photoplayer::train {

inline constexpr std::int64_t kLongAgo = 1'000'000;  ///< a step at which a moving average no longer follows faster

struct JointStage {
  std::string name;  ///< of its checkpoint files and in the log
  double minutes = 0.0;
  double rate = 1e-3;                  ///< peak learning rate
  int batch = 32;                      ///< windows in a step, of all replicas together
  std::vector<std::string> only = {};  ///< parameters with one of these in their names learn; empty = all
  nlohmann::json origin = {};          ///< what makes it another stage if it changes; kept in the checkpoint
  /// Fills a fresh model.
  std::function<void(JointModelImpl&)> start;
  /// What a replica's step minimises, at `share` of the stage; called from several threads.
  std::function<JointModelImpl::Losses(JointModelImpl&, const Window&, double share, std::mt19937_64&)> losses;
};

struct StageCallbacks {
  std::function<void(const std::string& stage, std::int64_t step, double share, double left_s, const nlohmann::json&)>
      report;
  std::function<bool()> stop;
};

/// kBadInput if the run folder holds a checkpoint of this stage that has another origin.
[[nodiscard]] Result<void> can_go_on(const JointStage& stage, const TrainConfig& config);

/// The moving average after the stage; kCancelled if stopped (the checkpoint is written).
[[nodiscard]] Result<JointModel> run_stage(const JointStage& stage, const TrainConfig& config,
                                           const network::DitConfig& dit, const Dataset& data,
                                           const StageCallbacks& callbacks);

/// Warm-up, then a cosine down to a twentieth.
void set_rate(torch::optim::Optimizer& optimiser, double peak, double share, std::int64_t step);

}  // namespace photoplayer::train
