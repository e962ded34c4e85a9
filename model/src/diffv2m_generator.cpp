// SPDX-License-Identifier: Apache-2.0
#include "diffv2m_generator.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <string>
#include <utility>

#include "window_job.h"

namespace photoplayer::model {
namespace {

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

    auto job = outpaint_job(request, dims());
    const bool guided = request.guidance != 1.0F;
    bool keeps_guidance = guided;
    const auto result = network::outpaint(job, [&](const torch::Tensor& x, double t) {
      keeps_guidance = keeps_guidance && (!request.guidance_fits || request.guidance_fits());
      return network_.velocity(window, x, t, keeps_guidance ? static_cast<double>(request.guidance) : 1.0);
    });
    return window_result(result, request, keeps_guidance || !guided);
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
