// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/network/beat_plan.h>
#include <photoplayer/network/layered_vae.h>
#include <photoplayer/train/process.h>
#include <photoplayer/train/run_log.h>
#include <photoplayer/train/train.h>

#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <optional>

#include "average.h"
#include "dataset.h"
#include "distil.h"
#include "replicas.h"
#include "save_bundle.h"
#include "stage.h"
#include "start_weights.h"
#include "student.h"
#include "train_config.h"

namespace photoplayer::train {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

class Trainer {
 public:
  Trainer(TrainConfig config, const std::function<void(const TrainProgress&)>& progress,
          const std::function<bool()>& stop)
      : config_(std::move(config)),
        device_(config_.device),
        progress_(progress),
        stop_(stop),
        log_(config_.run_folder + "/log.jsonl") {}

  Result<void> run() {
    fs::create_directories(config_.run_folder);
    if (auto ready = prepare_process(config_.device, 1); !ready) return ready;  // a thread per replica
    if (auto possible = check_distillation(); !possible) return possible;
    torch::manual_seed(config_.seed);
    auto built = Dataset::build_or_load(config_, [&](double share) { progress_({"data", share, 0.0, 0.0}); });
    if (!built) return tl::unexpected(built.error());
    data_ = std::move(*built);
    data_.to(device_);
    log_.write({{"stage", "data"}, {"pieces", data_.pieces()}, {"beats", data_.beats()}});
    if (!train_vae()) return fail(ErrorCode::kCancelled, "stopped; run the same command again to resume");
    if (student_) {
      if (auto same = has_our_latents(*student_, *vae_); !same) return same;
    }
    measure_vae();
    if (auto trained = train_joint(); !trained) return trained;
    if (config_.bundle_out.empty()) return {};
    return save_bundle(config_, data_.sources(), *vae_, *model_);
  }

 private:
  /// Tells before all stages what would stop the last one, so far as it is known by then.
  Result<void> check_distillation() {
    if (config_.distil_minutes <= 0.0) return {};
    if (auto learns = names_what_learns(config_.distil_only, dit_config()); !learns) return learns;
    if (!config_.distil_start.empty()) {
      student_ = open_start(config_.distil_start);
      if (auto fits = has_our_network(*student_, network_description(config_, dit_config())); !fits) return fits;
      if (!fs::exists(vae_path()) && !starts_with_same_latents()) {
        return fail(ErrorCode::kBadInput,
                    "a VAE that is trained anew is not that of the student in 'distil_start'; begin with a "
                    "'start_bundle' of the student's VAE, or in a run folder that holds it, or without 'distil_start'");
      }
    }
    return can_go_on(distil_stage(), config_);
  }

  [[nodiscard]] std::string vae_path() const { return config_.run_folder + "/vae.pt"; }

  bool train_vae() {
    const auto path = vae_path();
    network::LayerLatents layers;
    std::copy(config_.layer_latents.begin(), config_.layer_latents.end(), layers.begin());
    const auto vae_config = network::layered_vae(layers);
    const auto make = [&] {
      network::ScoreVae vae(vae_config);
      vae->to(device_);
      return vae;
    };
    vae_ = make();
    if (fs::exists(path)) {
      torch::load(vae_, path, device_);
      return true;
    }
    if (starts_with_same_latents()) {
      start_from_bundle(*vae_, "vae.");
      return true;  // its latents must stay what the transformer knows
    }
    Replicas<network::ScoreVae> replicas(config_.replicas, make);
    if (!config_.vae_start.empty()) {
      torch::load(replicas.first(), config_.vae_start, device_);
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
      set_rate(optimiser, config_.vae_rate, share, step);
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
    // A number that the VAE does not use stays small instead of being blown up to noise that the transformer must
    // learn.
    vae_->latent_std.copy_(mean.std(0).clamp_min(0.5));
    torch::save(vae_, path);
    return true;
  }

  /// Reconstruction of onsets as F1, and the latents of all beats.
  void measure_vae() {
    torch::NoGradGuard guard;
    std::mt19937_64 random(9);
    const auto beats = data_.rolls(data_.random_beats(20000, random));
    // As a transformer's latents are a little off, so the decoder must forgive a little.
    const auto mean = vae_->encode(beats).first;
    const auto off = mean + 0.2 * vae_->latent_std * torch::randn_like(mean);
    const auto f1 = [&](const torch::Tensor& latents, const torch::Tensor& columns) {
      const auto decoded = (vae_->decode(latents) > 0.0).index_select(1, columns);
      const auto truth = (beats > 0.5).index_select(1, columns);
      return 2.0 * (decoded & truth).sum().item<double>() / (decoded.sum() + truth.sum()).item<double>();
    };
    nlohmann::json exact = nlohmann::json::array(), forgiving = nlohmann::json::array();
    for (int layer = 0; layer < stream::kLayers; ++layer) {
      const auto columns = torch::tensor(model::layer_columns(static_cast<stream::Layer>(layer))).to(device_);
      exact.push_back(f1(mean, columns));
      forgiving.push_back(f1(off, columns));
    }
    log_.write({{"stage", "vae"},
                {"note_f1", f1(mean, torch::arange(model::kBeatNumbers).to(device_))},
                {"note_f1_by_layer", exact},
                {"note_f1_off_by_layer", forgiving},
                {"std_min", vae_->latent_std.min().item<double>()},
                {"std_max", vae_->latent_std.max().item<double>()}});
    std::vector<torch::Tensor> latents;
    for (std::int64_t at = 0; at < data_.beats(); at += 8192) {
      const auto rows = torch::arange(at, std::min(at + 8192, data_.beats()), torch::kLong);
      latents.push_back(vae_->normalise(vae_->encode(data_.rolls(rows)).first));
    }
    data_.set_latents(torch::cat(latents));
  }

  [[nodiscard]] network::DitConfig dit_config() const {
    network::DitConfig dit;
    dit.width = config_.width, dit.depth = config_.depth;
    dit.latent_dims = std::accumulate(config_.layer_latents.begin(), config_.layer_latents.end(), 0);
    dit.feed_forward_dims = 3 * config_.width;
    dit.plan_numbers = network::kPlanNumbers;
    dit.global_numbers = network::kGlobalNumbers;
    dit.fusion = network::fusion_from_name(config_.fusion).value();
    dit.clean_context = config_.clean_context;
    return dit;
  }

  Result<void> train_joint() {
    const auto dit = dit_config();
    const StageCallbacks callbacks = {[&](auto... what) { report(what...); }, stop_};

    JointStage joint{"joint", config_.joint_minutes, config_.joint_rate, config_.joint_batch, {}, {}, {}, {}};
    joint.start = [&](JointModelImpl& fresh) {
      if (config_.start_bundle.empty()) return;
      start_from_bundle(*fresh.dit, "dit.");
      start_from_bundle(*fresh.predictor, "predictor.");
    };
    joint.losses = [](JointModelImpl& model, const Window& window, double share, std::mt19937_64&) {
      // Scheduled conditioning: the music's own rhythm at first, more and more the predicted one.
      return model.losses(window, std::max(0.2, 1.0 - 1.2 * share));
    };
    auto taught = run_stage(joint, config_, dit, data_, callbacks);
    if (!taught) return tl::unexpected(taught.error());
    model_ = *taught;
    if (config_.distil_minutes <= 0.0) return {};

    auto distilled = run_stage(distil_stage(), config_, dit, data_, callbacks);
    if (!distilled) return tl::unexpected(distilled.error());
    model_ = *distilled;
    return {};
  }

  /// The teacher is what `model_` is when the stage runs.
  JointStage distil_stage() {
    const int batch = config_.distil_batch > 0 ? config_.distil_batch : config_.joint_batch;
    JointStage stage{"distil", config_.distil_minutes, config_.distil_rate, batch, config_.distil_only, {}, {}, {}};
    stage.origin = {{"distil_start", student_ ? student_->sha256() : ""}, {"distil_only", config_.distil_only}};
    stage.start = [this](JointModelImpl& fresh) {
      if (!student_) return MovingAverage(fresh, 0.0).update(*model_, kLongAgo);
      read_module(*student_, *fresh.dit, "dit.");
      read_module(*student_, *fresh.predictor, "predictor.");
    };
    const DistilSettings settings{config_.distil_steps, 24, config_.distil_guidance};
    stage.losses = [this, settings](JointModelImpl& student, const Window& window, double, std::mt19937_64& random) {
      return JointModelImpl::Losses{distil_loss(student, *model_, window, settings, random), {}};
    };
    return stage;
  }

  /// Opened once, when it is first asked for; throws with what is wrong.
  const model::Bundle& start_bundle() {
    if (!start_bundle_) start_bundle_ = open_start(config_.start_bundle);
    return *start_bundle_;
  }

  /// Whether the bundle to go on from has latents of the same layout.
  bool starts_with_same_latents() {
    if (config_.start_bundle.empty()) return false;
    const auto config = nlohmann::json::parse(start_bundle().config());
    return config.value("layer_latents", nlohmann::json()) == nlohmann::json(config_.layer_latents);
  }

  /// From a bundle of other latents, what reads and writes latents stays fresh.
  void start_from_bundle(torch::nn::Module& module, const std::string& prefix) {
    const bool same = starts_with_same_latents();
    read_module(start_bundle(), module, prefix, [&](const std::string& name) {
      return same || prefix != "dit." || (name != "project_in.weight" && name != "project_out.weight");
    });
  }

  void report(const std::string& stage, std::int64_t step, double share, double left_s, const nlohmann::json& more) {
    if (step % 50 != 0) return;
    progress_({stage, share, left_s, more.at("loss")});
    nlohmann::json line = {{"stage", stage}, {"step", step}, {"share", share}};
    line.update(more);
    log_.write(line);
  }

  TrainConfig config_;
  torch::Device device_;
  const std::function<void(const TrainProgress&)>& progress_;
  const std::function<bool()>& stop_;
  RunLog log_;
  std::optional<model::Bundle> start_bundle_, student_;  ///< the latter of `distil_start`
  Dataset data_;
  network::ScoreVae vae_{nullptr};
  JointModel model_{nullptr};
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
