// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/stream/noise.h>
#include <photoplayer/stream/sampler.h>

#include "accents.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

namespace photoplayer::stream {
namespace {

bool finite(std::span<const float> values) {
  return std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); });
}

}  // namespace

Sampler::Sampler(const SamplerSettings& settings, LatentGenerator& generator, Decoders decoders,
                 std::unique_ptr<Planner> planner, Ledger& ledger)
    : settings_(settings),
      generator_(generator),
      decoders_(decoders),
      planner_(std::move(planner)),
      ledger_(ledger),
      tape_(generator.dims(), settings.kept_rows, settings.handover, settings.fade_rows) {}

Result<Sampler::Sampled> Sampler::sample(const Timeline& timeline, double seen_until_s, const Controls& controls,
                                         const RunLimits& limits) {
  Sampled sampled;
  {
    const StageTimer timer(ledger_, Stage::kPlan);
    sampled.plan = planner_->plan(timeline, seen_until_s, controls, tape_.end() - planner_->row());
  }
  Plan& plan = sampled.plan;
  const std::span<const float> known = tape_.rows(plan.first - plan.context, plan.first);
  const auto width = static_cast<std::size_t>(tape_.dims());
  plan.context = static_cast<int>(known.size() / width);
  const std::size_t fresh_rows = static_cast<std::size_t>(plan.hop + plan.look_ahead);

  std::vector<float> noise((static_cast<std::size_t>(plan.context) + fresh_rows) * width);
  fill_noise(settings_.seed, plan.first - plan.context, tape_.dims(), noise);

  std::vector<float> warm;
  int warm_rows = 0;
  if (plan.start < 1.0F) {
    const std::span<const float> provisional = tape_.rows(plan.first, plan.first + plan.hop + plan.look_ahead);
    warm_rows = static_cast<int>(provisional.size() / width);
    warm.resize(fresh_rows * width);
    fill_noise(settings_.seed, plan.first, tape_.dims(), warm, NoiseStream::kUnknownWarmStart);
    std::copy(provisional.begin(), provisional.end(), warm.begin());
  }

  std::vector<Hit> hits = plan.carried;
  hits.insert(hits.end(), plan.hits.begin(), plan.hits.end());

  bool shed = false;
  WindowRequest request;
  request.first = plan.first - plan.context;
  request.context = plan.context;
  request.hop = plan.hop;
  request.look_ahead = plan.look_ahead;
  request.known = known;
  request.noise = noise;
  request.warm = warm;
  request.warm_rows = warm_rows;
  request.start = plan.start;
  // The tape may hold less than the planner hoped for after a gap.
  const auto rows = static_cast<std::size_t>(plan.context) + fresh_rows;
  request.times_s = std::span(plan.times_s).last(rows + 1);
  request.timeline = &timeline;
  request.seen_until_s = seen_until_s;
  request.hits = hits;
  request.end_row = plan.end_row;
  request.controls = controls;
  request.tempo_bpm = plan.tempo_bpm;
  request.seed = settings_.seed;
  request.steps = limits.steps > 0 ? limits.steps : settings_.steps;
  request.guidance = settings_.guidance;
  if (limits.steps_that_fit) {
    request.steps_that_fit = [&limits, &shed](int left) {
      const int fit = std::min(left, limits.steps_that_fit(left));
      shed = shed || fit < left;
      return fit;
    };
  }
  bool unguided = false;
  if (limits.guidance_fits) {
    request.guidance_fits = [&limits, &unguided] {
      unguided = unguided || !limits.guidance_fits();
      return !unguided;
    };
  }

  {
    const StageTimer timer(ledger_, Stage::kSample);
    auto window = generator_.generate(request);
    if (!window) return tl::unexpected(window.error());
    sampled.window = std::move(*window);
  }
  const std::vector<float>& latents = sampled.window.latents;
  if (latents.size() != fresh_rows * width) {
    return fail(ErrorCode::kInternal, "the generator was asked for " + std::to_string(fresh_rows * width) +
                                          " numbers and returned " + std::to_string(latents.size()));
  }
  if (!finite(latents)) {
    return fail(ErrorCode::kInternal,
                "the generator returned latents that are not finite, from row " + std::to_string(plan.first));
  }
  if (plan.rows_are_beats && !controls.tempo_bpm && controls.follow > 0.0F) {
    sampled.tempo_wish = generator_.wish_tempo(timeline, seen_until_s, controls, plan.tempo_bpm);
  }
  sampled.fewer_steps = shed;
  sampled.window.guided = sampled.window.guided && !unguided;
  return sampled;
}

Hop Sampler::outline(const Plan& plan) {
  const std::int64_t after = plan.first + plan.hop;
  Hop hop;
  hop.first = plan.first;
  hop.rows = plan.hop;
  hop.start_s = plan.start_s;
  hop.end_s = plan.end_s;
  if (plan.rows_are_beats) {
    hop.step_s = plan.clock.step_s_at(after * kStepsPerBeat);
    for (std::int64_t row = plan.first; row < after; ++row) hop.beats_s.push_back(plan.clock.time_s(row));
  } else {
    hop.step_s = (plan.end_s - plan.start_s) / (plan.hop * kStepsPerBeat);
  }
  hop.hits = plan.hits;
  hop.ends_piece = plan.ends_piece;
  return hop;
}

Result<Hop> Sampler::commit(Sampled sampled) {
  const StageTimer timer(ledger_, Stage::kDecode);
  const Plan& plan = sampled.plan;
  const bool replaces = plan.first < tape_.final_end();
  if (replaces) {
    // What the decoder remembers as sounding is no longer so.
    tape_.reopen(plan.first);
    decoders_.score->reset();
    fresh_after_gap_ = true;
  }
  tape_.commit(sampled.window.latents, plan.hop, plan.start >= 1.0F);
  planner_->accept(plan);
  planner_->wish_tempo(sampled.tempo_wish);
  ledger_.window_sampled(plan.tempo_bpm, generator_.decided(), sampled.fewer_steps, sampled.window.guided);
  ledger_.events_seen(plan.events);

  Hop hop = outline(plan);
  hop.replaces = replaces;
  hop.releases_before = std::exchange(fresh_after_gap_, false);
  if (decoders_.sound != nullptr) {
    auto sound = decoders_.sound->decode(tape_, plan.first);
    if (!sound) return tl::unexpected(sound.error());
    if (!finite(sound->frames) || !finite(sound->after)) {
      decoders_.sound->reset();
      return fail(ErrorCode::kInternal,
                  "the decoder returned sound that is not finite, from row " + std::to_string(plan.first));
    }
    hop.sound = std::move(*sound);
    return hop;
  }
  if (auto read = read_notes(plan, hop); !read) return tl::unexpected(read.error());
  return hop;
}

Result<void> Sampler::read_notes(const Plan& plan, Hop& hop) {
  const std::int64_t after = plan.first + plan.hop;
  auto decoded = decoders_.score->decode(plan.first, tape_.rows(plan.first, after));
  if (!decoded) return tl::unexpected(decoded.error());
  ledger_.notes_decoded(decoded->notes, decoded->corrected);
  hop.notes = place_notes(decoded->events, plan);

  if (settings_.preview && plan.look_ahead > 0) {
    if (auto preview = decoders_.score->preview(after, tape_.rows(after, after + plan.look_ahead))) {
      hop.look_ahead = std::move(preview->events);
      hop.look_ahead_rows = plan.look_ahead;
    }
  }
  return {};
}

void Sampler::substituted(int rows, HopSource source) {
  const std::int64_t first = tape_.final_end();
  planner_->substitute(rows);
  if (decoders_.sound != nullptr) {  // it finds the gap by the next hop's first row
    // A short gap goes on with what was foreseen; after a long one nothing was heard that music could go on from.
    if (tape_.end() - first >= rows) {
      tape_.commit_substitute(rows, kBeatsPerBar);
    } else {
      tape_.skip(rows);
    }
    return;
  }
  tape_.commit_substitute(rows, kBeatsPerBar);
  if (source == HopSource::kLookAhead) {
    // The conductor plays these very notes: only the decoder's memory of what sounds has to follow.
    if (const auto decoded = decoders_.score->decode(first, tape_.rows(first, first + rows))) {
      ledger_.notes_decoded(decoded->notes, decoded->corrected);
    }
  } else {
    decoders_.score->reset();
    fresh_after_gap_ = true;
  }
}

}  // namespace photoplayer::stream
