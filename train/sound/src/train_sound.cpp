// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/model/bundle.h>
#include <photoplayer/train/process.h>
#include <photoplayer/train/run_log.h>
#include <photoplayer/train/train_sound.h>

#include <filesystem>

#include "autoencoder_stage.h"
#include "diffusion_stage.h"
#include "sound_bundle.h"

namespace photoplayer::train {
namespace {

namespace fs = std::filesystem;

/// The sizes of a tower that another bundle brings.
Result<void> size_tower(SoundConfig& config) {
  if (config.tower.bundle.empty()) return {};
  const auto bundle = model::Bundle::open(config.tower.bundle);
  if (!bundle) return tl::unexpected(bundle.error());
  const auto network = diffv2m::config_from_json(bundle->config());
  if (!network) return tl::unexpected(network.error());
  config.tower.width = network->clip.width, config.tower.depth = network->clip.depth;
  config.tower.heads = network->clip.heads, config.tower.out = network->clip.out;
  return {};
}

LatentSet encode_all(const ClipSet& clips, Autoencoder& autoencoder, std::int64_t hop, const torch::Device& device) {
  const torch::NoGradGuard guard;
  const auto frames = clips.sound.size(2) / hop * hop;
  std::vector<torch::Tensor> means, deviations;
  for (std::int64_t clip = 0; clip < clips.clips(); ++clip) {
    const auto latents = autoencoder.encode(clips.heard(clip, 0, frames).unsqueeze(0).to(device));
    means.push_back(latents.mean.cpu());
    deviations.push_back(latents.deviation.cpu());
  }
  return {torch::cat(means), torch::cat(deviations)};
}

Result<void> run(SoundConfig config, const RunWatch& watch) {
  const auto stopped = [] { return fail(ErrorCode::kCancelled, "stopped; run the same command again to resume"); };
  if (auto ready = prepare_process(config.device, config.threads); !ready) return ready;
  const torch::Device device(config.device);
  if (auto sized = size_tower(config); !sized) return sized;
  RunLog log(config.run_folder + "/log.jsonl");
  auto clips = make_or_load_clips(config, {[&](double share) {
                                             watch.progress({"data", share, 0.0, 0.0});
                                           },
                                           watch.stop});
  if (!clips) return tl::unexpected(clips.error());
  log.write({{"stage", "data"}, {"clips", clips->clips()}, {"held_out", config.data.held_out}});

  torch::manual_seed(config.seed);
  const auto oobleck = oobleck_config(network_config(config).vae);
  Autoencoder autoencoder(oobleck, device);
  if (!train_autoencoder(config, *clips, autoencoder, log, watch)) return stopped();
  const auto heard = measure(config, *clips, autoencoder);
  nlohmann::json results = {{"vae",
                             {{"held_out_snr_db", heard.snr_db},
                              {"held_out_spectral_loss", heard.spectral_loss},
                              {"held_out_spectral_loss_swapped", heard.swapped_loss},
                              {"latent_deviation", heard.latent_deviation}}}};
  log.write({{"stage", "vae"}, {"measured", results["vae"]}});

  // The family has no numbers to scale latents with: deviation 1 is made part of the autoencoder.
  const auto raw = encode_all(*clips, autoencoder, oobleck.frames_per_latent(), device);
  const auto of_channels = [](const torch::Tensor& x) { return x.mean(at::IntArrayRef{0, 2}); };
  const auto spread =
      (of_channels(raw.mean.pow(2)) - of_channels(raw.mean).pow(2) + of_channels(raw.deviation.pow(2))).sqrt();
  const auto divisor = spread.clamp_min(1e-3).view({1, -1, 1});
  autoencoder.divide_latents(divisor.flatten().to(device));
  const LatentSet latents{raw.mean / divisor, raw.deviation / divisor};

  torch::manual_seed(config.seed + 1);
  DiffusionModel model(config);
  if (!train_diffusion(config, *clips, latents, model, log, watch)) return stopped();
  const auto held_out = measure(config, *clips, latents, model);
  results["dit"] = {{"held_out_loss", held_out.diffusion},
                    {"held_out_loss_without_conditions", held_out.diffusion_blind},
                    {"held_out_rhythm_loss", held_out.rhythm},
                    {"rhythm_loss_of_zeros", 1.0}};
  log.write({{"stage", "dit"}, {"measured", results["dit"]}});
  if (config.bundle_out.empty()) return {};
  return save_sound_bundle(config, *clips, autoencoder, model, results);
}

}  // namespace

Result<void> train_sound(const std::string& config_path, const std::function<void(const TrainProgress&)>& on_progress,
                         const std::function<bool()>& stop) {
  auto config = read_sound_config(config_path);
  if (!config) return tl::unexpected(config.error());
  std::error_code made;
  fs::create_directories(config->run_folder, made);
  if (made) {
    return fail(ErrorCode::kOutput, "cannot make the run folder '" + config->run_folder + "': " + made.message());
  }
  try {
    return run(std::move(*config), {on_progress, stop});
  } catch (const std::exception& error) {
    return fail(ErrorCode::kInternal, std::string("training failed: ") + error.what());
  }
}

}  // namespace photoplayer::train
