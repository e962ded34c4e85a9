// SPDX-License-Identifier: Apache-2.0
#include "diffusion_model.h"

#include <photoplayer/network/diffusion.h>

#include <stdexcept>

#include <photoplayer/train/autocast.h>
#include "initial_weights.h"

namespace photoplayer::train {
namespace {

const std::string kConditioners = "conditioner.conditioners.";
const std::string kPredictor = kConditioners + "semantic.extractor.";

template <typename T>
T value(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return std::move(*result);
}

torch::Tensor standardised(const torch::Tensor& x) {
  const auto flat = x.flatten(1);
  return (x - flat.mean(1).view({-1, 1, 1})) / (flat.std(1, /*unbiased=*/true).view({-1, 1, 1}) + 1e-6);
}

/// What the sampler's null branch gets: tokens of zeros, in place.
void keep(diffv2m::Context& context, const torch::Tensor& kept) {
  context.tokens = context.tokens * kept.to(context.tokens.options()).view({-1, 1, 1});
}

/// One in each of as many equal parts of 0…1, in any order: no batch is all noise or all music.
torch::Tensor spread_times(std::int64_t batch) {
  return (torch::randperm(batch).to(torch::kFloat) + torch::rand({batch})) / static_cast<double>(batch);
}

}  // namespace

Kept draw_kept(std::int64_t batch, double dropout_each, double dropout_all) {
  const auto some = torch::rand({batch}) >= dropout_all;
  const auto one = [&] { return torch::rand({batch}) >= dropout_each; };
  return {some & one(), some & one(), some & one()};
}

DiffusionModel::DiffusionModel(const SoundConfig& config)
    : config_(config), network_(network_config(config)), device_(config.device) {
  for (auto& [name, tensor] : initial_weights(trained_layout(network_))) {
    weights_.emplace(name, tensor.to(device_).requires_grad_());
  }
}

DiffusionModel DiffusionModel::with(const SoundConfig& config) const {
  auto other = *this;
  other.config_ = config;
  return other;
}

std::vector<torch::Tensor> DiffusionModel::parameters(Part part) const {
  std::vector<torch::Tensor> chosen;
  for (const auto& [name, tensor] : weights_) {
    const bool predictor = name.starts_with(kPredictor);
    if (part == Part::kAll || predictor == (part == Part::kPredictor)) chosen.push_back(tensor);
  }
  return chosen;
}

diffv2m::Conditions DiffusionModel::conditions(const ClipBatch& batch) const {
  auto seen = batch.seen;
  if (config_.ablation.no_visual_rhythm) {
    for (auto& clip : seen) {
      clip.scene_cut = torch::zeros_like(clip.scene_cut);
      clip.pseudo_beat = torch::zeros_like(clip.pseudo_beat);
    }
  }
  return value(value(diffv2m::Conditioner::make(network_, weights_)).see(seen));
}

torch::Tensor DiffusionModel::rhythm_error(const ClipBatch& batch, const torch::Tensor& predicted) const {
  const auto seconds = batch.seen.front().semantic.size(0);
  return torch::mse_loss(predicted.to(torch::kFloat).narrow(1, 0, seconds),
                         batch.rhythm.to(device_).narrow(1, 0, seconds));
}

diffv2m::Context DiffusionModel::rhythm_context(const torch::Tensor& rhythm, const diffv2m::Conditions& seen) const {
  const auto linear = [&](const torch::Tensor& x, const std::string& name) {
    return torch::linear(x, weights_.at(kConditioners + name + ".weight"), weights_.at(kConditioners + name + ".bias"));
  };
  const auto tokens = linear(linear(rhythm, "rhythm.proj_out1"), "rhythm.proj_out2");
  return {torch::cat({tokens, seen.timing.to(tokens.scalar_type())}, 1), seen.rhythm.visible};
}

torch::Tensor DiffusionModel::rhythm_loss(const ClipBatch& batch) const {
  const Autocast autocast(device_, config_.bf16);
  return rhythm_error(batch, conditions(batch).predicted_odf);
}

DiffusionLosses DiffusionModel::losses(const ClipBatch& batch, double p_real) const {
  const auto items = batch.latents.size(0);
  const auto t = spread_times(items).to(device_);
  const auto latents = batch.latents.to(device_);
  const auto noise = torch::randn(batch.latents.sizes()).to(device_);
  const auto real = (torch::rand({items, 1, 1}) < p_real).to(device_);
  const auto kept = draw_kept(items, config_.dit.dropout_each, config_.dit.dropout_all);
  const auto alpha = network::alpha_of(t).view({-1, 1, 1}), sigma = network::sigma_of(t).view({-1, 1, 1});

  const Autocast autocast(device_, config_.bf16);
  auto seen = conditions(batch);
  auto predicted = seen.predicted_odf.to(torch::kFloat);
  const auto rhythm = rhythm_error(batch, predicted);
  if (!config_.dit.rhythm_gradient || config_.ablation.separate) predicted = predicted.detach();
  if (network_.compat.renormalise_predicted_rhythm) predicted = standardised(predicted);
  seen.rhythm = rhythm_context(torch::where(real, batch.rhythm.to(device_), predicted), seen);
  keep(seen.semantic, kept.semantic.to(device_));
  keep(seen.rhythm, kept.rhythm.to(device_));
  keep(seen.colour, config_.ablation.no_colour ? torch::zeros_like(kept.colour).to(device_) : kept.colour.to(device_));

  const auto model = value(diffv2m::Network::make(network_, weights_));
  const auto v =
      model.forward(alpha * latents + sigma * noise, t, seen, diffv2m::Network::Branch::kSeen, batch.first_latent_s);
  return {torch::mse_loss(v.to(torch::kFloat), alpha * noise - sigma * latents), rhythm};
}

NamedTensors DiffusionModel::playable() const {
  const torch::NoGradGuard guard;
  NamedTensors all;
  for (const auto& [name, tensor] : weights_) all.emplace(name, tensor.detach().cpu().clone());
  if (config_.ablation.no_colour) {
    all.at(kConditioners + "color.proj_out2.weight").zero_();
    all.at(kConditioners + "color.proj_out2.bias").zero_();
  }
  if (config_.ablation.no_visual_rhythm) {
    auto scenes = all.at(kPredictor + "scene_embedding.weight");
    scenes[1].copy_(scenes[0]);
    all.at(kPredictor + "pseudo_linear.0.weight").zero_();
  }
  return all;
}

}  // namespace photoplayer::train
