// SPDX-License-Identifier: Apache-2.0
#include "autoencoder_stage.h"

#include <photoplayer/train/autocast.h>
#include "discriminator.h"
#include "played_piece.h"
#include "schedules.h"
#include "spectral_loss.h"

namespace photoplayer::train {
namespace {

constexpr std::uint64_t kStage = 1;

torch::optim::AdamWOptions adam(double rate) {
  return torch::optim::AdamWOptions(rate).betas({0.8, 0.99}).weight_decay(1e-3);
}

NamedTensors with_prefix(const std::string& prefix, const NamedTensors& tensors) {
  NamedTensors all;
  for (const auto& [name, tensor] : tensors) all.emplace(prefix + name, tensor);
  return all;
}

/// One step of either side; shares nothing with the other but the networks.
class Lesson {
 public:
  Lesson(const SoundConfig& config, const ClipSet& set, Autoencoder& autoencoder)
      : config_(config),
        vae_(config.vae),
        set_(set),
        autoencoder_(autoencoder),
        judge_(vae_.discriminator_windows, vae_.discriminator_filters),
        device_(config.device) {
    judge_->to(device_);
    judge_norm_.emplace(*judge_);
    judge_norm_->apply();
    generator_ = std::make_unique<torch::optim::AdamW>(values_of(autoencoder.parameters()), adam(vae_.rate));
    discriminator_ =
        std::make_unique<torch::optim::AdamW>(values_of(judge_norm_->parameters()), adam(vae_.discriminator_rate));
  }

  [[nodiscard]] Checkpoint checkpoint() const {
    auto tensors = with_prefix("autoencoder.", autoencoder_.parameters());
    tensors.merge(with_prefix("judge.", judge_norm_->parameters()));
    return {tensors, {generator_.get(), discriminator_.get()}, {}};
  }

  nlohmann::json learn(std::int64_t step) {
    torch::manual_seed(step_seed(config_.seed, kStage, step));
    autoencoder_.refresh();
    judge_norm_->apply();
    const auto hop = oobleck_config(network_config(config_).vae).frames_per_latent();
    const auto real =
        random_sound(set_, set_.clips() - config_.data.held_out, vae_.batch, vae_.segment_latents * hop).to(device_);
    const auto after = [&](double share) {
      return static_cast<double>(step) >= share * static_cast<double>(vae_.steps);
    };
    const bool against = after(vae_.warm_up);
    if (against && step % 2 == 1) return judge(real, step);
    return reconstruct(real, step, after(vae_.waveform_first), against);
  }

 private:
  nlohmann::json judge(const torch::Tensor& real, std::int64_t step) {
    torch::Tensor made;
    {
      const torch::NoGradGuard guard;
      made = autoencoder_.decode(autoencoder_.encode(real).sample());
    }
    const auto loss = judging_loss(*judge_, real, made);
    take_step(*discriminator_, loss, inverse_rate(vae_.discriminator_rate, step));
    judging_ = loss.item<double>();
    return last_;
  }

  nlohmann::json reconstruct(const torch::Tensor& real, std::int64_t step, bool by_spectrum, bool against) {
    Autoencoder::Latents latents;
    torch::Tensor made;
    {
      const Autocast autocast(device_, config_.bf16);
      latents = autoencoder_.encode(real);
      latents = {latents.mean.to(torch::kFloat), latents.deviation.to(torch::kFloat)};
      made = autoencoder_.decode(latents.sample()).to(torch::kFloat);
    }
    const auto spectral = spectral_loss(made, real, vae_.loss_windows);
    const auto waveform = (made - real).abs().mean();
    const auto divergence = latents.divergence();
    auto loss = vae_.waveform_weight * waveform + vae_.kl_weight * divergence;
    if (by_spectrum) loss = loss + vae_.stft_weight * spectral;
    nlohmann::json line = {{"spectral", spectral.item<double>()},
                           {"waveform", waveform.item<double>()},
                           {"divergence", divergence.item<double>()}};
    if (against) {
      const auto fooling = fooling_losses(*judge_, real, made);
      loss = loss + vae_.adversarial_weight * fooling.adversarial + vae_.feature_weight * fooling.features;
      line["adversarial"] = fooling.adversarial.item<double>();
      line["features"] = fooling.features.item<double>();
      if (judging_) line["judging"] = *judging_;
    }
    take_step(*generator_, loss, inverse_rate(vae_.rate, step) * cooling(step));
    line["loss"] = loss.item<double>();
    return last_ = line;
  }

  /// The last third of a short run comes to rest.
  [[nodiscard]] double cooling(std::int64_t step) const {
    const double left = 1.0 - static_cast<double>(step) / static_cast<double>(vae_.steps);
    return std::clamp(3.0 * left, 0.05, 1.0);
  }

  void take_step(torch::optim::Optimizer& optimiser, const torch::Tensor& loss, double rate) const {
    optimiser.zero_grad();
    loss.backward();
    if (vae_.clip_gradient > 0.0) {
      torch::nn::utils::clip_grad_norm_(optimiser.param_groups()[0].params(), vae_.clip_gradient);
    }
    set_rate(optimiser, rate);
    optimiser.step();
  }

  const SoundConfig& config_;
  const AutoencoderConfig& vae_;
  const ClipSet& set_;
  Autoencoder& autoencoder_;
  Discriminator judge_;
  torch::Device device_;
  std::optional<WeightNorm> judge_norm_;
  std::unique_ptr<torch::optim::AdamW> generator_, discriminator_;
  std::optional<double> judging_;
  nlohmann::json last_;  // of the generator; a step of the judge has no loss of its own to show
};

}  // namespace

torch::Tensor random_sound(const ClipSet& set, std::int64_t clips, std::int64_t batch, std::int64_t frames) {
  std::vector<torch::Tensor> pieces;
  for (std::int64_t i = 0; i < batch; ++i) {
    const auto clip = torch::randint(clips, {1}).item<std::int64_t>();
    const auto at = torch::randint(set.sound.size(2) - frames + 1, {1}).item<std::int64_t>();
    const double phase = torch::rand({1}).item<double>() < 0.5 ? -1.0 : 1.0;
    pieces.push_back(set.heard(clip, at, frames) * phase);
  }
  return torch::stack(pieces);
}

Reconstruction measure(const SoundConfig& config, const ClipSet& set, Autoencoder& autoencoder) {
  const torch::NoGradGuard guard;
  const auto hop = oobleck_config(network_config(config).vae).frames_per_latent();
  const auto frames = set.sound.size(2) / hop * hop;
  Reconstruction result;
  double signal = 0.0, error = 0.0, square = 0.0;
  for (auto clip = set.clips() - config.data.held_out; clip < set.clips(); ++clip) {
    const auto whole = [&](std::int64_t of) { return set.heard(of, 0, frames).unsqueeze(0).to(config.device); };
    const auto real = whole(clip);
    const auto latents = autoencoder.encode(real).mean;
    const auto made = autoencoder.decode(latents);
    const auto other = autoencoder.decode(autoencoder.encode(whole((clip + 1) % set.clips())).mean);
    signal += real.pow(2).mean().item<double>();
    error += (made - real).pow(2).mean().item<double>();
    square += latents.pow(2).mean().item<double>() / config.data.held_out;
    result.spectral_loss += spectral_loss(made, real, config.vae.loss_windows).item<double>() / config.data.held_out;
    result.swapped_loss += spectral_loss(other, real, config.vae.loss_windows).item<double>() / config.data.held_out;
  }
  result.snr_db = 10.0 * std::log10(signal / error);
  result.latent_deviation = std::sqrt(square);
  return result;
}

bool train_autoencoder(const SoundConfig& config, const ClipSet& set, Autoencoder& autoencoder, RunLog& log,
                       const RunWatch& watch) {
  Lesson lesson(config, set, autoencoder);
  auto checkpoint = lesson.checkpoint();
  const bool done = Stage("vae", config.run_folder + "/vae.pt", config.vae.steps, config.save_minutes, log, watch)
                        .run(checkpoint, [&](std::int64_t step) { return lesson.learn(step); });
  autoencoder.refresh();
  return done;
}

}  // namespace photoplayer::train
