// SPDX-License-Identifier: Apache-2.0
#include "stage.h"

#include <photoplayer/train/autocast.h>
#include <torch/library.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "average.h"
#include "replicas.h"

namespace photoplayer::train {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr double kCheckpointEvery_s = 180.0;

/// In fp32 under autocast, as on a GPU: on a CPU, LibTorch lets norms through as they come, and 1.13 has none of bf16
/// numbers with fp32 gains.
torch::Tensor norm_in_fp32(const torch::Tensor& x, torch::IntArrayRef shape, const c10::optional<torch::Tensor>& gain,
                           const c10::optional<torch::Tensor>& bias, double epsilon, bool cudnn) {
  const c10::impl::ExcludeDispatchKeyGuard as_without(c10::DispatchKey::AutocastCPU);
  return at::layer_norm(at::autocast::cached_cast(at::kFloat, x, at::kCPU), shape, gain, bias, epsilon, cudnn);
}
TORCH_LIBRARY_IMPL(aten, AutocastCPU, library) {
  library.impl("layer_norm", norm_in_fp32);
}

/// What a stage needs to go on: four files beside each other in the run folder.
class Checkpoint {
 public:
  Checkpoint(std::string path, const torch::Device& device, JointModel& model, JointModel& average,
             torch::optim::Optimizer& optimiser, nlohmann::json origin)
      : path_(std::move(path)),
        device_(device),
        model_(model),
        average_(average),
        optimiser_(optimiser),
        origin_(std::move(origin)) {}

  bool load() {
    if (!fs::exists(path_ + ".state.json")) return false;
    torch::load(model_, path_ + ".model.pt", device_);
    torch::load(average_, path_ + ".average.pt", device_);
    torch::load(optimiser_, path_ + ".optimiser.pt", device_);
    const auto state = nlohmann::json::parse(std::ifstream(path_ + ".state.json"));
    step = state.at("step");
    spent_s = state.at("seconds");
    return true;
  }

  /// Each file is whole before it takes its name, so a kill costs no more than the minutes since the last save.
  void save() {
    const auto whole = [&](const char* suffix, const auto& write) {
      write(path_ + suffix + ".part");
      fs::rename(path_ + suffix + ".part", path_ + suffix);
    };
    whole(".model.pt", [&](const std::string& to) { torch::save(model_, to); });
    whole(".average.pt", [&](const std::string& to) { torch::save(average_, to); });
    whole(".optimiser.pt", [&](const std::string& to) { torch::save(optimiser_, to); });
    whole(".state.json", [&](const std::string& to) {
      std::ofstream(to) << nlohmann::json{{"step", step}, {"seconds", spent_s}, {"origin", origin_}};
    });
  }

  std::int64_t step = 0;
  double spent_s = 0.0;

 private:
  std::string path_;
  torch::Device device_;
  JointModel& model_;
  JointModel& average_;
  torch::optim::Optimizer& optimiser_;
  nlohmann::json origin_;
};

void let_learn(torch::nn::Module& model, const std::vector<std::string>& only) {
  if (only.empty()) return;
  for (auto& item : model.named_parameters()) {
    const bool learns = std::any_of(
        only.begin(), only.end(), [&](const std::string& part) { return item.key().find(part) != std::string::npos; });
    item.value().set_requires_grad(learns);
  }
}

}  // namespace

void set_rate(torch::optim::Optimizer& optimiser, double peak, double share, std::int64_t step) {
  const double warm = std::min(1.0, static_cast<double>(step + 1) / 200.0);
  const double fallen = 0.05 + 0.95 * 0.5 * (1.0 + std::cos(std::numbers::pi * std::min(1.0, share)));
  for (auto& group : optimiser.param_groups()) {
    static_cast<torch::optim::AdamWOptions&>(group.options()).lr(peak * warm * fallen);
  }
}

Result<void> can_go_on(const JointStage& stage, const TrainConfig& config) {
  const auto path = config.run_folder + "/" + stage.name + ".state.json";
  if (!fs::exists(path)) return {};
  const auto begun = nlohmann::json::parse(std::ifstream(path)).value("origin", nlohmann::json());
  if (begun == stage.origin) return {};
  return fail(ErrorCode::kBadInput, "'" + path + "' is of a stage with the origin " + begun.dump() +
                                        ", this config's is " + stage.origin.dump() +
                                        "; take another run folder, or remove the stage's files to begin it anew");
}

Result<JointModel> run_stage(const JointStage& stage, const TrainConfig& config, const network::DitConfig& dit,
                             const Dataset& data, const StageCallbacks& callbacks) {
  const torch::Device device(config.device);
  const auto make = [&] {
    JointModel model(dit);
    model->to(device);
    let_learn(*model, stage.only);
    return model;
  };
  Replicas<JointModel> replicas(config.replicas, make);
  JointModel averaged = make();
  torch::optim::AdamW optimiser(replicas.first()->parameters(),
                                torch::optim::AdamWOptions(1e-3).betas({0.9, 0.98}).weight_decay(0.01));
  MovingAverage average(*averaged, config.ema_decay);
  Checkpoint at(config.run_folder + "/" + stage.name, device, replicas.first(), averaged, optimiser, stage.origin);
  if (!at.load()) {
    stage.start(*replicas.first());
    MovingAverage(*averaged, 0.0).update(*replicas.first(), kLongAgo);
  }
  replicas.broadcast();

  std::vector<std::mt19937_64> random;
  for (int i = 0; i < config.replicas; ++i) {
    random.emplace_back(config.seed + 31 * static_cast<std::uint64_t>(at.step) + static_cast<std::uint64_t>(i));
  }
  const double budget_s = stage.minutes * 60.0;
  auto last = Clock::now();
  double since_save_s = 0.0, loss = 0.0, rhythm = 0.0;
  for (; at.spent_s < budget_s; ++at.step) {
    if (callbacks.stop()) {
      at.save();
      return fail(ErrorCode::kCancelled, "stopped; run the same command again to resume");
    }
    const double share = at.spent_s / budget_s;
    set_rate(optimiser, stage.rate, share, at.step);
    std::vector<JointModelImpl::Losses> parts(static_cast<std::size_t>(config.replicas));
    replicas.backward([&](JointModel& model, int i) {
      const auto r = static_cast<std::size_t>(i);
      const auto window = data.random_window(stage.batch / config.replicas, config.window_beats, random[r]);
      const Autocast autocast(device, config.bf16);
      parts[r] = stage.losses(*model, window, share, random[r]);
      return parts[r].rhythm.defined() ? parts[r].diffusion + 4.0 * parts[r].rhythm : parts[r].diffusion;
    });
    torch::nn::utils::clip_grad_norm_(replicas.first()->parameters(), 1.0);
    optimiser.step();
    replicas.broadcast();
    average.update(*replicas.first(), at.step);
    const double blend = at.step == 0 ? 1.0 : 0.02;
    loss += blend * (parts[0].diffusion.item<double>() - loss);
    nlohmann::json more = {{"loss", loss}};
    if (parts[0].rhythm.defined()) {
      rhythm += blend * (parts[0].rhythm.item<double>() - rhythm);
      more["rhythm_loss"] = rhythm;
    }
    const auto now = Clock::now();
    const double took = std::chrono::duration<double>(now - last).count();
    last = now;
    at.spent_s += took;
    since_save_s += took;
    callbacks.report(stage.name, at.step, share, budget_s - at.spent_s, more);
    if (since_save_s > kCheckpointEvery_s) {
      at.save();
      since_save_s = 0.0;
    }
  }
  at.save();
  return averaged;
}

}  // namespace photoplayer::train
