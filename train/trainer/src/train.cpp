// SPDX-License-Identifier: Apache-2.0
#include <dlfcn.h>
#include <malloc.h>
#include <photoplayer/model/bundle.h>
#include <photoplayer/network/beat_plan.h>
#include <photoplayer/network/score_vae.h>
#include <photoplayer/train/train.h>

#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "average.h"
#include "dataset.h"
#include "joint_model.h"
#include "replicas.h"
#include "run_log.h"
#include "save_bundle.h"
#include "train_config.h"

namespace photoplayer::train {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// One thread per replica, and memory that stays mapped: LibTorch's activations are large enough that glibc would
/// map and unmap them at every operation, which halves the speed.
void prepare_process() {
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  mallopt(M_TOP_PAD, 64 << 20);
  // OpenBLAS keeps its own thread count, which LibTorch does not reach.
  using Setter = void (*)(int);
  if (auto* set = reinterpret_cast<Setter>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads"))) set(1);
  at::set_num_threads(1);
}

/// Warm-up, then a cosine down to a twentieth.
double rate_at(double peak, double share_done, std::int64_t step) {
  const double warm = std::min(1.0, static_cast<double>(step + 1) / 200.0);
  return peak * warm * (0.05 + 0.95 * 0.5 * (1.0 + std::cos(std::numbers::pi * std::min(1.0, share_done))));
}

void set_rate(torch::optim::Optimizer& optimiser, double rate) {
  for (auto& group : optimiser.param_groups()) static_cast<torch::optim::AdamWOptions&>(group.options()).lr(rate);
}

class Trainer {
 public:
  Trainer(TrainConfig config, const std::function<void(const TrainProgress&)>& progress,
          const std::function<bool()>& stop)
      : config_(std::move(config)), progress_(progress), stop_(stop), log_(config_.run_folder + "/log.jsonl") {}

  Result<void> run() {
    fs::create_directories(config_.run_folder);
    prepare_process();
    torch::manual_seed(config_.seed);
    auto built = Dataset::build_or_load(config_, [&](double share) { progress_({"data", share, 0.0, 0.0}); });
    if (!built) return tl::unexpected(built.error());
    data_ = std::move(*built);
    log_.write({{"stage", "data"}, {"pieces", data_.pieces()}, {"beats", data_.beats()}});
    if (!train_vae()) return fail(ErrorCode::kCancelled, "stopped; run the same command again to resume");
    measure_vae();
    if (!train_joint()) return fail(ErrorCode::kCancelled, "stopped; run the same command again to resume");
    if (config_.bundle_out.empty()) return {};
    return save_bundle(config_, data_.sources(), *vae_, *average_);
  }

 private:
  bool train_vae() {
    const auto path = config_.run_folder + "/vae.pt";
    network::ScoreVaeConfig vae_config;
    vae_config.latent_dims = config_.latent_dims;
    vae_ = network::ScoreVae(vae_config);
    if (fs::exists(path)) {
      torch::load(vae_, path);
      return true;
    }
    if (!config_.start_bundle.empty()) {
      start_from_bundle(*vae_, "vae.");
      return true;  // its latents must stay what the transformer knows
    }
    Replicas<network::ScoreVae> replicas(config_.replicas, [&] { return network::ScoreVae(vae_config); });
    if (!config_.vae_start.empty()) {
      torch::load(replicas.first(), config_.vae_start);
      replicas.broadcast();
    }
    torch::optim::AdamW optimiser(replicas.first()->parameters(), torch::optim::AdamWOptions(1e-3).weight_decay(0.01));
    MovingAverage average(*vae_, 0.995);
    std::vector<std::mt19937_64> random;
    for (int i = 0; i < config_.replicas; ++i) random.emplace_back(config_.seed + 1000 + static_cast<std::uint64_t>(i));
    const auto start = Clock::now();
    const double budget_s = config_.vae_minutes * 60.0;
    double smooth = 0.0;
    for (std::int64_t step = 0; seconds_since(start) < budget_s; ++step) {
      if (stop_()) return false;
      const double share = seconds_since(start) / budget_s;
      set_rate(optimiser, rate_at(config_.vae_rate, share, step));
      const double loss = replicas.backward([&](network::ScoreVae& vae, int i) {
        const auto beats =
            data_.rolls(data_.random_beats(config_.vae_batch / config_.replicas, random[static_cast<std::size_t>(i)]));
        const auto [mean, log_variance] = vae->encode(beats);
        const auto latent = mean + torch::randn_like(mean) * (0.5 * log_variance).exp();
        const auto logits = vae->decode(latent);
        const auto reconstruction = torch::binary_cross_entropy_with_logits(logits, beats, {}, {}, at::Reduction::Sum);
        const auto divergence = -0.5 * (1.0 + log_variance - mean.pow(2) - log_variance.exp()).sum();
        return (reconstruction + config_.kl_weight * divergence * 20.0) / static_cast<double>(beats.size(0));
      });
      torch::nn::utils::clip_grad_norm_(replicas.first()->parameters(), 5.0);
      optimiser.step();
      replicas.broadcast();
      average.update(*replicas.first(), step);
      smooth = step == 0 ? loss : 0.98 * smooth + 0.02 * loss;
      report("vae", step, share, budget_s * (1.0 - share), {{"loss", smooth}});
    }
    const auto beats = data_.random_beats(20000, random[0]);
    torch::NoGradGuard guard;
    const auto mean = vae_->encode(data_.rolls(beats)).first;
    vae_->latent_mean.copy_(mean.mean(0));
    vae_->latent_std.copy_(mean.std(0).clamp_min(1e-3));
    torch::save(vae_, path);
    return true;
  }

  /// Reconstruction of onsets as F1, and the latents of all beats.
  void measure_vae() {
    torch::NoGradGuard guard;
    std::mt19937_64 random(9);
    const auto beats = data_.rolls(data_.random_beats(20000, random));
    const auto decoded = vae_->decode(vae_->encode(beats).first) > 0.0;
    const auto truth = beats > 0.5;
    const double hit = (decoded & truth).sum().item<double>();
    const double f1 = 2.0 * hit / (decoded.sum().item<double>() + truth.sum().item<double>());
    log_.write({{"stage", "vae"},
                {"note_f1", f1},
                {"std_min", vae_->latent_std.min().item<double>()},
                {"std_max", vae_->latent_std.max().item<double>()}});
    std::vector<torch::Tensor> latents;
    for (std::int64_t at = 0; at < data_.beats(); at += 8192) {
      const auto rows = torch::arange(at, std::min(at + 8192, data_.beats()), torch::kLong);
      latents.push_back(vae_->normalise(vae_->encode(data_.rolls(rows)).first));
    }
    data_.set_latents(torch::cat(latents));
  }

  bool train_joint() {
    network::DitConfig dit;
    dit.width = config_.width, dit.depth = config_.depth, dit.latent_dims = config_.latent_dims;
    dit.feed_forward_dims = 3 * config_.width;
    dit.plan_numbers = network::kPlanNumbers;
    dit.global_numbers = network::kGlobalNumbers;
    dit.fusion = network::fusion_from_name(config_.fusion).value_or(network::Fusion::kFilmGate);
    dit.clean_context = config_.clean_context;
    Replicas<JointModel> replicas(config_.replicas, [&] { return JointModel(dit); });
    average_ = JointModel(dit);
    torch::optim::AdamW optimiser(replicas.first()->parameters(),
                                  torch::optim::AdamWOptions(1e-3).betas({0.9, 0.98}).weight_decay(0.01));
    MovingAverage average(*average_, config_.ema_decay);
    const auto checkpoint = config_.run_folder + "/joint";
    double spent_s = 0.0;
    std::int64_t step = 0;
    if (fs::exists(checkpoint + ".state.json")) {
      torch::load(replicas.first(), checkpoint + ".model.pt");
      torch::load(average_, checkpoint + ".average.pt");
      torch::load(optimiser, checkpoint + ".optimiser.pt");
      const auto state = nlohmann::json::parse(std::ifstream(checkpoint + ".state.json"));
      step = state.at("step");
      spent_s = state.at("seconds");
      replicas.broadcast();
    } else {
      if (!config_.start_bundle.empty()) {
        start_from_bundle(*replicas.first()->dit, "dit.");
        start_from_bundle(*replicas.first()->predictor, "predictor.");
        replicas.broadcast();
      }
      MovingAverage(*average_, 0.0).update(*replicas.first(), 1000000);
    }
    const auto save = [&] {
      torch::save(replicas.first(), checkpoint + ".model.pt");
      torch::save(average_, checkpoint + ".average.pt");
      torch::save(optimiser, checkpoint + ".optimiser.pt");
      std::ofstream(checkpoint + ".state.json") << nlohmann::json{{"step", step}, {"seconds", spent_s}};
    };
    std::vector<std::mt19937_64> random;
    for (int i = 0; i < config_.replicas; ++i) {
      random.emplace_back(config_.seed + 31 * static_cast<std::uint64_t>(step) + static_cast<std::uint64_t>(i));
    }
    const double budget_s = config_.joint_minutes * 60.0;
    auto last = Clock::now();
    double since_save_s = 0.0, diffusion = 0.0, rhythm = 0.0;
    for (; spent_s < budget_s; ++step) {
      if (stop_()) {
        save();
        return false;
      }
      const double share = spent_s / budget_s;
      set_rate(optimiser, rate_at(config_.joint_rate, share, step));
      // Scheduled conditioning: the music's own rhythm at first, more and more the predicted one.
      const double p_real = std::max(0.2, 1.0 - 1.2 * share);
      std::vector<double> parts(static_cast<std::size_t>(2 * config_.replicas));
      replicas.backward([&](JointModel& model, int i) {
        const auto r = static_cast<std::size_t>(i);
        const auto window =
            data_.random_window(config_.joint_batch / config_.replicas, config_.window_beats, random[r]);
        const auto losses = model->losses(window, p_real);
        parts[2 * r] = losses.diffusion.item<double>();
        parts[2 * r + 1] = losses.rhythm.item<double>();
        return losses.diffusion + 4.0 * losses.rhythm;
      });
      torch::nn::utils::clip_grad_norm_(replicas.first()->parameters(), 1.0);
      optimiser.step();
      replicas.broadcast();
      average.update(*replicas.first(), step);
      const double blend = step == 0 ? 1.0 : 0.02;
      diffusion += blend * (parts[0] - diffusion);
      rhythm += blend * (parts[1] - rhythm);
      const auto now = Clock::now();
      const double took = std::chrono::duration<double>(now - last).count();
      last = now;
      spent_s += took;
      since_save_s += took;
      report("joint", step, share, budget_s - spent_s,
             {{"loss", diffusion}, {"rhythm_loss", rhythm}, {"p_real", p_real}});
      if (since_save_s > 180.0) {
        save();
        since_save_s = 0.0;
      }
    }
    save();
    return true;
  }

  /// Throws with all that does not fit.
  void start_from_bundle(torch::nn::Module& module, const std::string& prefix) {
    torch::NoGradGuard guard;
    const auto bundle = model::Bundle::open(config_.start_bundle);
    if (!bundle) throw std::runtime_error(bundle.error().message);
    const auto load = [&](const std::string& name, torch::Tensor& tensor) {
      const auto values = bundle->read_f32(prefix + name, tensor.sizes().vec());
      if (!values) throw std::runtime_error(values.error().message);
      std::copy(values->begin(), values->end(), tensor.data_ptr<float>());
    };
    for (auto& item : module.named_parameters()) load(item.key(), item.value());
    for (auto& item : module.named_buffers()) load(item.key(), item.value());
  }

  void report(const char* stage, std::int64_t step, double share, double left_s, const nlohmann::json& more) {
    if (step % 50 != 0) return;
    progress_({stage, share, left_s, more.at("loss")});
    nlohmann::json line = {{"stage", stage}, {"step", step}, {"share", share}};
    line.update(more);
    log_.write(line);
  }

  TrainConfig config_;
  const std::function<void(const TrainProgress&)>& progress_;
  const std::function<bool()>& stop_;
  RunLog log_;
  Dataset data_;
  network::ScoreVae vae_{nullptr};
  JointModel average_{nullptr};
};

}  // namespace

Result<void> train(const std::string& config_path, const std::function<void(const TrainProgress&)>& on_progress,
                   const std::function<bool()>& stop) {
  auto config = read_train_config(config_path);
  if (!config) return tl::unexpected(config.error());
  std::error_code made;
  fs::create_directories(config->run_folder, made);
  if (made)
    return fail(ErrorCode::kOutput, "cannot make the run folder '" + config->run_folder + "': " + made.message());
  try {
    return Trainer(std::move(*config), on_progress, stop).run();
  } catch (const std::exception& error) {
    return fail(ErrorCode::kInternal, std::string("training failed: ") + error.what());
  }
}

}  // namespace photoplayer::train
