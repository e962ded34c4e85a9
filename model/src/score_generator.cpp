// SPDX-License-Identifier: Apache-2.0
#include "score_generator.h"

#include <photoplayer/stream/noise.h>

#include <algorithm>

#include "window_job.h"

namespace photoplayer::model {
namespace {

using stream::kStepsPerBeat;

constexpr int kBeatsPerSlowToken = 2;

/// What the picture says about each row of a window, as tensors of batch 1.
struct SeenWindow {
  torch::Tensor glances;         ///< [1, rows, 32]
  torch::Tensor beat_semantic;   ///< [1, rows, 512]
  network::SeenConditions seen;  ///< without rhythm
};

SeenWindow look(const stream::WindowRequest& request) {
  const auto rows = static_cast<std::int64_t>(request.context + request.hop + request.look_ahead);
  const auto tokens = (rows + kBeatsPerSlowToken - 1) / kBeatsPerSlowToken;
  constexpr auto kGlance = static_cast<std::int64_t>(stream::Glance::kDims);
  SeenWindow result;
  result.glances = torch::zeros({1, rows, kStepsPerBeat * kGlance});
  result.beat_semantic = torch::zeros({1, rows, static_cast<std::int64_t>(stream::kSemanticDims)});
  auto& seen = result.seen;
  seen.semantic = torch::zeros({1, tokens, static_cast<std::int64_t>(stream::kSemanticDims)});
  seen.colour = torch::zeros({1, tokens, static_cast<std::int64_t>(stream::kColourDims)});
  seen.semantic_visible = torch::zeros({1, tokens}, torch::kBool);
  seen.colour_visible = torch::zeros({1, tokens}, torch::kBool);
  seen.slow_beats = torch::arange(0, tokens, torch::kFloat) * kBeatsPerSlowToken;

  auto* glance_out = result.glances.data_ptr<float>();
  for (std::int64_t row = 0; row < rows; ++row) {
    const double from_s = request.times_s[static_cast<std::size_t>(row)];
    const double step_s = (request.times_s[static_cast<std::size_t>(row) + 1] - from_s) / kStepsPerBeat;
    for (int step = 0; step < kStepsPerBeat; ++step) {
      const double at_s = from_s + step * step_s;
      if (at_s + step_s > request.seen_until_s) break;
      const auto values = request.timeline->glance(at_s, at_s + step_s).values();
      std::copy(values.begin(), values.end(), glance_out + (row * kStepsPerBeat + step) * kGlance);
    }
  }

  const auto stills = request.timeline->slow(request.times_s.front() - 2.0, request.seen_until_s + 1e-6, 64);
  for (std::int64_t token = 0; token < tokens; ++token) {
    const double at_s = request.times_s[static_cast<std::size_t>(token * kBeatsPerSlowToken)];
    if (at_s >= request.seen_until_s || stills.empty()) break;
    // The still nearest in time; they come about once a second.
    const auto& still = *std::min_element(stills.begin(), stills.end(), [&](const auto& a, const auto& b) {
      return std::abs(a.time_s - at_s) < std::abs(b.time_s - at_s);
    });
    const auto semantic = rows_of(still.semantic, 1, static_cast<std::int64_t>(stream::kSemanticDims));
    seen.semantic[0].narrow(0, token, 1).copy_(semantic);
    seen.colour[0].narrow(0, token, 1).copy_(rows_of(still.colour, 1, static_cast<std::int64_t>(stream::kColourDims)));
    seen.semantic_visible[0][token] = true;
    seen.colour_visible[0][token] = true;
    const auto first = token * kBeatsPerSlowToken;
    const auto count = std::min<std::int64_t>(kBeatsPerSlowToken, rows - first);
    result.beat_semantic[0].narrow(0, first, count).copy_(semantic.expand({count, -1}));
  }
  return result;
}

class ScoreGenerator final : public stream::LatentGenerator {
 public:
  ScoreGenerator(ScoreNetworks networks, std::uint64_t seed, std::shared_ptr<ScoreChoices> choices)
      : networks_(std::move(networks)), fast_dit_(networks_.dit), director_(seed, std::move(choices)) {}

  int dims() const override { return static_cast<int>(networks_.dit->config().latent_dims); }
  void reset() override { director_.reset(); }
  stream::Controls decided() const override { return director_.decided(); }

  std::optional<double> propose_tempo_bpm(const stream::Timeline& timeline, double from_s, double seen_until_s,
                                          const stream::Controls& controls) override {
    director_.open(timeline, from_s, seen_until_s, controls);
    return director_.tempo_bpm();
  }

  std::optional<stream::TempoWish> wish_tempo(const stream::Timeline& timeline, double seen_until_s,
                                              const stream::Controls& /*controls*/, double tempo_bpm) override {
    return director_.wish_tempo(timeline, seen_until_s, tempo_bpm);
  }

  Result<stream::WindowResult> generate(const stream::WindowRequest& request) override {
    try {
      return sample(request);
    } catch (const std::exception& error) {
      return fail(ErrorCode::kInternal, std::string("the network failed: ") + error.what());
    }
  }

 private:
  stream::WindowResult sample(const stream::WindowRequest& request) {
    const torch::NoGradGuard no_gradients;
    const auto rows = static_cast<std::int64_t>(request.context + request.hop + request.look_ahead);
    const auto plan = director_.plan(request);

    auto plan_rows = torch::zeros({1, rows, network::kPlanNumbers});
    for (std::int64_t row = 0; row < rows; ++row) {
      network::encode(plan.beats[static_cast<std::size_t>(row)],
                      std::span(plan_rows.data_ptr<float>() + row * network::kPlanNumbers, network::kPlanNumbers));
    }
    auto global = torch::zeros({1, network::kGlobalNumbers});
    network::encode(plan.global, std::span(global.data_ptr<float>(), network::kGlobalNumbers));

    auto window = look(request);
    const auto place = torch::cat({plan_rows.narrow(-1, 24, 4),
                                   global.narrow(-1, network::kGlobalNumbers - 1, 1).unsqueeze(1).expand({1, rows, 1})},
                                  -1);
    window.seen.rhythm = networks_.predictor(window.glances, place, window.beat_semantic);
    window.seen.rhythm_visible = torch::ones({1, rows}, torch::kBool);

    fast_dit_.begin(
        {networks_.dit->contexts(window.seen), plan_rows[0], global[0], static_cast<std::int64_t>(request.context)});
    auto job = outpaint_job(request, dims());
    job.noise = with_themes(job.noise, request);
    job.clean_context = networks_.dit->config().clean_context;
    const bool guided = std::abs(request.guidance - 1.0F) > 1e-3F;
    bool keeps_guidance = guided;
    const auto result = network::outpaint(job, [&](const torch::Tensor& x, double t) {
      keeps_guidance = keeps_guidance && (!request.guidance_fits || request.guidance_fits());
      return fast_dit_.velocity(x, t, keeps_guidance ? static_cast<double>(request.guidance) : 1.0);
    });
    return window_result(result, request, keeps_guidance || !guided);
  }

  /// A theme that returns starts from the noise that it had, and so its tune returns with its chords, as far as what
  /// was just played and what is seen let it.
  torch::Tensor with_themes(const torch::Tensor& noise, const stream::WindowRequest& request) {
    auto rows = noise.clone();
    for (std::int64_t row = request.context; row < rows.size(0); ++row) {
      const auto place = director_.theme_place(request.first + row);
      stream::fill_noise(place.theme, place.beat, dims(),
                         std::span(rows[row].data_ptr<float>(), static_cast<std::size_t>(dims())));
    }
    return rows;
  }

  ScoreNetworks networks_;
  network::FastDit fast_dit_;
  Director director_;
};

}  // namespace

std::unique_ptr<stream::LatentGenerator> make_score_generator(ScoreNetworks networks, std::uint64_t seed,
                                                              std::shared_ptr<ScoreChoices> choices) {
  return std::make_unique<ScoreGenerator>(std::move(networks), seed, std::move(choices));
}

}  // namespace photoplayer::model
