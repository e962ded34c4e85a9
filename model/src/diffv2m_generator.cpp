// SPDX-License-Identifier: Apache-2.0
#include "diffv2m_generator.h"

#include <photoplayer/network/diffusion.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <string>
#include <utility>

namespace photoplayer::model {
namespace {

torch::Tensor rows_of(std::span<const float> values, std::int64_t rows, std::int64_t dims) {
  return torch::from_blob(const_cast<float*>(values.data()), {rows, dims});
}

class Diffv2mGenerator final : public stream::LatentGenerator {
 public:
  Diffv2mGenerator(diffv2m::Conditioner conditioner, diffv2m::Network network)
      : conditioner_(std::move(conditioner)), network_(std::move(network)) {}

  int dims() const override { return static_cast<int>(network_.config().latent_dims); }
  void reset() override {}
  stream::Controls decided() const override { return {}; }

  Result<stream::WindowResult> generate(const stream::WindowRequest& request) override {
    try {
      return sample(request);
    } catch (const std::exception& error) {
      return fail(ErrorCode::kInternal, std::string("the network failed: ") + error.what());
    }
  }

 private:
  Result<stream::WindowResult> sample(const stream::WindowRequest& request) {
    const torch::NoGradGuard no_gradients;
    const auto& config = network_.config();
    double first_s = 0.0;
    const auto clip =
        clip_of(*request.timeline, request.seen_until_s, config.max_seconds, config.semantic_dims, first_s);
    const auto conditions = conditioner_.see({clip});
    if (!conditions) return tl::unexpected(conditions.error());
    const auto window = network_.prepare(*conditions, request.times_s.front() - first_s);

    const auto rows = static_cast<std::int64_t>(request.context + request.hop + request.look_ahead);
    network::OutpaintJob job;
    job.noise = rows_of(request.noise, rows, dims());
    job.known = rows_of(request.known, request.context, dims());
    if (request.warm_rows > 0 && request.start < 1.0F) {
      job.warm = rows_of(request.warm, request.warm_rows, dims());
      job.release = request.start;
    }
    job.steps = request.steps;
    job.steps_that_fit = request.steps_that_fit;
    const bool guided = request.guidance != 1.0F;
    bool keeps_guidance = guided;
    const auto result = network::outpaint(job, [&](const torch::Tensor& x, double t) {
      keeps_guidance = keeps_guidance && (!request.guidance_fits || request.guidance_fits());
      return network_.velocity(window, x, t, keeps_guidance ? static_cast<double>(request.guidance) : 1.0);
    });
    const auto made = result.latents.narrow(0, request.context, rows - request.context).contiguous();
    stream::WindowResult window_result;
    window_result.latents.assign(made.data_ptr<float>(), made.data_ptr<float>() + made.numel());
    window_result.steps_taken = result.steps_taken;
    window_result.guided = keeps_guidance || !guided;
    return window_result;
  }

  diffv2m::Conditioner conditioner_;
  diffv2m::Network network_;
};

}  // namespace

diffv2m::Clip clip_of(const stream::Timeline& timeline, double until_s, std::int64_t most_seconds,
                      std::int64_t semantic_dims, double& first_s) {
  const auto stills = timeline.slow(until_s - static_cast<double>(most_seconds), until_s + 1e-6,
                                    static_cast<std::size_t>(most_seconds));
  first_s = stills.empty() ? until_s : stills.front().time_s;
  // Binned by seconds since the first still: the published bins, rounded, would need half a second of the future.
  const auto row_of = [&](double time_s) {
    constexpr double kRounding_s = 1e-3;
    return std::min(most_seconds - 1, static_cast<std::int64_t>(std::floor(time_s - first_s + kRounding_s)));
  };
  const auto seconds = stills.empty() ? 1 : row_of(stills.back().time_s) + 1;
  diffv2m::Clip clip;
  clip.semantic = torch::zeros({seconds, semantic_dims});
  clip.colour = torch::zeros({seconds, static_cast<std::int64_t>(stream::kColourDims)});
  clip.scene_cut = torch::zeros({seconds});
  clip.pseudo_beat = torch::zeros({seconds});
  clip.seconds_total = static_cast<double>(most_seconds);
  for (const stream::SlowObservation& still : stills) {
    // To the end: what was seen last stays on screen where a still is missing.
    const auto row = row_of(still.time_s);
    clip.semantic.slice(0, row).copy_(rows_of(still.semantic, 1, semantic_dims));
    clip.colour.slice(0, row).copy_(rows_of(still.colour, 1, static_cast<std::int64_t>(stream::kColourDims)));
  }
  for (const stream::VisualEvent& event : timeline.events(first_s, until_s)) {
    const auto row = row_of(event.time_s);
    if (row >= seconds) continue;
    if (event.kind == stream::VisualEventKind::kCut) clip.scene_cut[row] = 1.0F;
    if (event.kind == stream::VisualEventKind::kBeat) {
      clip.pseudo_beat[row] = std::max(clip.pseudo_beat[row].item<float>(), event.strength);
    }
  }
  return clip;
}

std::unique_ptr<stream::LatentGenerator> make_diffv2m_generator(diffv2m::Conditioner conditioner,
                                                                diffv2m::Network network) {
  return std::make_unique<Diffv2mGenerator>(std::move(conditioner), std::move(network));
}

}  // namespace photoplayer::model
