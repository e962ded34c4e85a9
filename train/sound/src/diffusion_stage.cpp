// SPDX-License-Identifier: Apache-2.0
#include "diffusion_stage.h"

#include "played_piece.h"
#include "schedules.h"

namespace photoplayer::train {
namespace {

constexpr std::uint64_t kStage = 2;
using Part = DiffusionModel::Part;

class Lesson {
 public:
  Lesson(const SoundConfig& config, const ClipSet& clips, const LatentSet& latents, DiffusionModel& model)
      : config_(config),
        clips_(clips),
        latents_(latents),
        model_(model),
        alone_(config.ablation.separate && !config.ablation.no_rhythm
                   ? static_cast<std::int64_t>(config.ablation.separate_share * static_cast<double>(config.dit.steps))
                   : 0) {
    if (alone_ > 0) {
      optimisers_.push_back(optimiser(Part::kPredictor));
      optimisers_.push_back(optimiser(Part::kGenerator));
    } else {
      optimisers_.push_back(optimiser(Part::kAll));
    }
    for (const auto& [name, tensor] : model.weights()) average_.emplace(name, tensor.detach().clone());
  }

  [[nodiscard]] Checkpoint checkpoint() const {
    Checkpoint checkpoint;
    for (const auto& [name, tensor] : model_.weights()) checkpoint.tensors.emplace("weight." + name, tensor);
    for (const auto& [name, tensor] : average_) checkpoint.tensors.emplace("average." + name, tensor);
    for (const auto& each : optimisers_) checkpoint.optimisers.push_back(each.get());
    return checkpoint;
  }

  nlohmann::json learn(std::int64_t step) {
    torch::manual_seed(step_seed(config_.seed, kStage, step));
    const auto batch =
        random_batch(config_, clips_, latents_, 0, clips_.clips() - config_.data.held_out, config_.dit.batch);
    const bool alone = step < alone_;
    const double share = static_cast<double>(step - alone_) / static_cast<double>(config_.dit.steps - alone_);
    const double p_real = real_rhythm_share(config_.conditioning, share);
    nlohmann::json line;
    if (alone) {
      const auto rhythm = model_.rhythm_loss(batch);
      take_step(*optimisers_[0], rhythm, Part::kPredictor, step);
      line = {{"loss", rhythm.item<double>()}, {"rhythm", rhythm.item<double>()}};
    } else {
      const auto losses = model_.losses(batch, p_real);
      auto loss = losses.diffusion;
      // A predictor that is frozen, or that nobody listens to, is not taught.
      const bool teaches = !config_.ablation.separate && !config_.ablation.no_rhythm;
      if (teaches) loss = loss + config_.dit.rhythm_weight * losses.rhythm;
      take_step(*optimisers_.back(), loss, alone_ > 0 ? Part::kGenerator : Part::kAll, step - alone_);
      line = {{"loss", losses.diffusion.item<double>()}, {"rhythm", losses.rhythm.item<double>()}, {"p_real", p_real}};
    }
    follow(step);
    return line;
  }

  void give_average() const {
    const torch::NoGradGuard guard;
    for (auto [name, tensor] : model_.weights()) tensor.copy_(average_.at(name));
  }

 private:
  [[nodiscard]] std::unique_ptr<torch::optim::AdamW> optimiser(Part part) const {
    return std::make_unique<torch::optim::AdamW>(
        model_.parameters(part), torch::optim::AdamWOptions(config_.dit.rate).weight_decay(config_.dit.weight_decay));
  }

  void take_step(torch::optim::Optimizer& optimiser, const torch::Tensor& loss, Part part, std::int64_t step) {
    optimiser.zero_grad();
    loss.backward();
    if (config_.dit.clip_gradient > 0.0) {
      torch::nn::utils::clip_grad_norm_(model_.parameters(part), config_.dit.clip_gradient);
    }
    set_rate(optimiser, inverse_rate(config_.dit.rate, step));
    optimiser.step();
  }

  void follow(std::int64_t step) {
    const torch::NoGradGuard guard;
    const double decay = ema_decay_at(config_.dit.ema_decay, step);
    for (const auto& [name, tensor] : model_.weights()) average_.at(name).lerp_(tensor, 1.0 - decay);
  }

  const SoundConfig& config_;
  const ClipSet& clips_;
  const LatentSet& latents_;
  DiffusionModel& model_;
  std::int64_t alone_;  // steps of the predictor alone
  std::vector<std::unique_ptr<torch::optim::AdamW>> optimisers_;
  NamedTensors average_;
};

}  // namespace

ClipBatch random_batch(const SoundConfig& config, const ClipSet& clips, const LatentSet& latents, std::int64_t first,
                       std::int64_t last, std::int64_t batch) {
  const auto all = latents.mean.size(2), rows = std::min(config.dit.window_rows, all);
  const double rows_per_second = network_config(config).latents_per_second;
  const auto at = torch::randint(all - rows + 1, {1}).item<std::int64_t>();
  const bool partial = torch::rand({1}).item<double>() < config.dit.partial_view;
  const auto end_s = static_cast<std::int64_t>(std::ceil(static_cast<double>(at + rows) / rows_per_second));
  const std::int64_t seconds = partial ? std::clamp<std::int64_t>(end_s, 1, kClip_seconds) : kClip_seconds;
  const auto chosen = torch::randint(first, last, {batch}, torch::kLong);
  ClipBatch result;
  const auto window = [&](const torch::Tensor& of) { return of.index({chosen}).narrow(2, at, rows); };
  const auto mean = window(latents.mean);
  result.latents = (mean + window(latents.deviation) * torch::randn(mean.sizes())).transpose(1, 2).contiguous();
  result.rhythm = clips.rhythm.index({chosen});
  result.first_latent_s = static_cast<double>(at) / rows_per_second;
  for (std::int64_t i = 0; i < batch; ++i) {
    result.seen.push_back(clips.seen(chosen[i].item<std::int64_t>(), seconds));
  }
  return result;
}

HeldOut measure(const SoundConfig& config, const ClipSet& clips, const LatentSet& latents,
                const DiffusionModel& model) {
  const torch::NoGradGuard guard;
  constexpr int kBatches = 16;
  HeldOut result;
  for (int i = 0; i < kBatches; ++i) {
    const auto seed = static_cast<std::uint64_t>(i) + 1;
    torch::manual_seed(seed);
    const auto batch = random_batch(config, clips, latents, clips.clips() - config.data.held_out, clips.clips(), 8);
    const auto loss_with = [&](double dropped) {
      auto same = config;
      same.dit.dropout_each = 0.0;
      same.dit.dropout_all = dropped;
      torch::manual_seed(seed + 100);
      return model.with(same).losses(batch, 0.0);
    };
    const auto seeing = loss_with(0.0), blind = loss_with(1.0);
    result.diffusion += seeing.diffusion.item<double>() / kBatches;
    result.rhythm += seeing.rhythm.item<double>() / kBatches;
    result.diffusion_blind += blind.diffusion.item<double>() / kBatches;
  }
  return result;
}

bool train_diffusion(const SoundConfig& config, const ClipSet& clips, const LatentSet& latents, DiffusionModel& model,
                     RunLog& log, const RunWatch& watch) {
  Lesson lesson(config, clips, latents, model);
  auto checkpoint = lesson.checkpoint();
  const bool done = Stage("dit", config.run_folder + "/dit.pt", config.dit.steps, config.save_minutes, log, watch)
                        .run(checkpoint, [&](std::int64_t step) { return lesson.learn(step); });
  if (done) lesson.give_average();
  return done;
}

}  // namespace photoplayer::train
