// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/stream/conductor.h>
#include <photoplayer/stream/engine.h>
#include <photoplayer/stream/fixed_planner.h>
#include <photoplayer/stream/latency_formula.h>
#include <photoplayer/stream/sampler.h>
#include <photoplayer/stream/window_planner.h>

#include "live_drive.h"
#include "ring_render_port.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <mutex>
#include <string>
#include <utility>

namespace photoplayer::stream {
namespace {

/// If the picture goes on for this long after the cadence, the film is longer than announced.
constexpr double kOutlived_s = 1.5;

/// What the render thread waits for at the start: the jitter buffer, less the limiter's delay and a tick for
/// rounding.
std::size_t prime_frames(const EngineSettings& settings) {
  const auto jitter = static_cast<std::size_t>(settings.jitter_s * Conductor::kSampleRate_hz);
  return jitter - std::min(jitter, Limiter::kDelay_frames + Conductor::kTick_frames);
}

/// A sound's hops must begin on frames, or they do not join.
double whole_frames(double time_s) {
  return std::round(time_s * Conductor::kSampleRate_hz) / Conductor::kSampleRate_hz;
}

Result<void> check_range(const char* name, double value, double least, double most) {
  if (value >= least && value <= most) return {};
  return fail(ErrorCode::kUsage, std::string(name) + " is " + std::to_string(value) + ", allowed is " +
                                     std::to_string(least) + " to " + std::to_string(most));
}

Result<void> check(const EngineSettings& settings, const EngineParts& parts) {
  if (parts.sound_decoder && settings.look_ahead_rows < parts.sound_decoder->look_ahead_rows()) {
    return fail(ErrorCode::kInternal, "look_ahead_rows is " + std::to_string(settings.look_ahead_rows) +
                                          ", the decoder looks " +
                                          std::to_string(parts.sound_decoder->look_ahead_rows()) + " rows ahead");
  }
  const bool one_decoder = (parts.decoder == nullptr) != (parts.sound_decoder == nullptr);
  if (!parts.generator || !one_decoder || !parts.synthesiser) {
    return fail(ErrorCode::kInternal, "an engine needs a generator, a decoder of one kind and a synthesiser");
  }
  constexpr double kYear_s = 366.0 * 86400.0;
  struct Range {
    const char* name;
    double value, least, most;
  };
  const Range ranges[] = {
      {"steps", static_cast<double>(settings.steps), 1, 1000},
      {"guidance", static_cast<double>(settings.guidance), 0, 100},
      {"sample_rate_hz", settings.sample_rate_hz, Conductor::kSampleRate_hz, Conductor::kSampleRate_hz},
      {"context_rows", static_cast<double>(settings.context_rows), 0, parts.decoder ? 48.0 : 4096.0},
      {"fade_rows", static_cast<double>(settings.fade_rows), 0, 64},
      {"look_ahead_rows", static_cast<double>(settings.look_ahead_rows), 0, 64},
      {"max_hop_s", settings.max_hop_s, 0.1, 10},
      {"analysis_s", settings.analysis_s, 0, 10},
      {"budget_s", settings.budget_s, 0, 10},
      {"jitter_s", settings.jitter_s, 0.02, 2},
      {"duration_s", settings.duration_s.value_or(0.0), 0, kYear_s},
      {"origin_s", settings.origin_s, -kYear_s, kYear_s},
      {"tempo", settings.controls.tempo_bpm.value_or(kMinTempo_bpm), kMinTempo_bpm, kMaxTempo_bpm},
      {"style", static_cast<double>(settings.controls.style.value_or(0)), 0, kStyles - 1},
      {"key", static_cast<double>(settings.controls.key.value_or(0)), 0, 11},
      {"generator's dims", static_cast<double>(parts.generator->dims()), 1, 1 << 20},
  };
  for (const Range& range : ranges) {
    if (auto ok = check_range(range.name, range.value, range.least, range.most); !ok) return ok;
  }
  return {};
}

}  // namespace

class EngineImpl final : public Engine {
 public:
  EngineImpl(const EngineSettings& settings, EngineParts parts)
      : settings_(settings),
        parts_(std::move(parts)),
        controls_(settings.controls),
        origin_s_(settings.origin_s),
        ring_(static_cast<std::size_t>(settings.jitter_s * Conductor::kSampleRate_hz) + 8 * Conductor::kTick_frames),
        port_(ring_, prime_frames(settings)) {
    if (settings_.duration_s) film_end_s_ = origin_s_ + *settings_.duration_s;
    make_conductor();
  }
  ~EngineImpl() override { stop_live(); }

  Timeline& timeline() override { return timeline_; }

  void set_controls(const Controls& controls) override {
    const std::lock_guard lock(controls_mutex_);
    controls_ = controls;
  }

  Result<std::size_t> pull(std::span<float> out, std::span<const std::span<float>> stems) override;
  Result<void> start_live(Clock& clock) override;
  void stop_live() override { live_.reset(); }
  RenderPort& render_port() override { return port_; }
  void reset(double origin_s) override;

  void on_played(std::function<void(const NoteEvent&, double)> listener) override {
    listener_ = std::move(listener);
    conductor_->on_played(listener_);
  }

  bool plays_notes() const override { return parts_.decoder != nullptr; }

  double latency_s() const override {
    return settings_.mode == Mode::kInstant ? instant_latency_s(latency_terms()) : aligned_latency_s(latency_terms());
  }

  [[nodiscard]] LatencyTerms latency_terms() const {
    const double longest_row_s = plays_notes() ? longest_beat_s(settings_.controls.tempo_bpm.value_or(kMinTempo_bpm))
                                               : FixedLatentClock().time_s(1);
    return {settings_.max_hop_s, longest_row_s, settings_.analysis_s, settings_.budget_s, settings_.jitter_s};
  }

  Report report() const override { return completed(ledger_.report()); }
  Report counts() const override { return completed(ledger_.counts()); }
  std::vector<ReportedBeat> beats(double after_s, double until_s) const override {
    return ledger_.beats(after_s, until_s);
  }
  std::vector<ReportedEvent> accents(double after_s, double until_s) const override {
    return ledger_.accents(after_s, until_s);
  }

 private:
  enum class Gate { kGenerated, kWait, kEnd };
  [[nodiscard]] Result<Gate> generate_next();
  [[nodiscard]] std::unique_ptr<Planner> make_planner(double start_s, double seen_until_s, bool live);
  [[nodiscard]] std::unique_ptr<Sampler> make_sampler(double start_s, double seen_until_s, bool live);

  [[nodiscard]] Report completed(Report report) const {
    report.underrun_events = port_.underrun_events();
    report.underrun_frames = port_.underrun_frames();
    if (!plays_notes()) report.beat_source = "none";
    return report;
  }
  [[nodiscard]] Controls controls() const {
    const std::lock_guard lock(controls_mutex_);
    return controls_;
  }
  void make_conductor() {
    conductor_ = std::make_unique<Conductor>(*parts_.synthesiser, ledger_, origin_s_, settings_.mode == Mode::kAligned);
    conductor_->on_played(listener_);
  }

  EngineSettings settings_;
  EngineParts parts_;
  Timeline timeline_;
  mutable std::mutex controls_mutex_;
  Controls controls_;
  std::function<void(const NoteEvent&, double)> listener_;
  double origin_s_;
  std::optional<double> film_end_s_;
  bool started_ = false;
  Ledger ledger_;
  FrameRing ring_;
  RingRenderPort port_;
  std::unique_ptr<Conductor> conductor_;
  std::unique_ptr<Sampler> sampler_;  // on demand; live the sampler's thread has its own
  std::unique_ptr<LiveDrive> live_;   // last: its threads end before what they use
};

std::unique_ptr<Planner> EngineImpl::make_planner(double start_s, double seen_until_s, bool live) {
  const Controls wanted = controls();
  if (!plays_notes()) {
    FixedPlannerSettings planner;
    planner.origin_s = start_s;
    planner.hop_rows = fixed_hop_rows(settings_.max_hop_s);
    planner.context_rows = settings_.context_rows;
    planner.look_ahead_rows = settings_.look_ahead_rows;
    planner.warm_start = settings_.warm_start;
    planner.follows_cuts = live && settings_.mode == Mode::kInstant;
    return std::make_unique<FixedPlanner>(planner);
  }
  double tempo_bpm = 0.0;
  if (wanted.tempo_bpm) {
    tempo_bpm = *wanted.tempo_bpm;
  } else {
    tempo_bpm = parts_.generator->propose_tempo_bpm(timeline_, start_s, seen_until_s, wanted)
                    .value_or(picture_tempo_bpm(timeline_, start_s, seen_until_s));
  }
  PlannerSettings planner;
  planner.origin_s = start_s;
  planner.max_hop_s = settings_.max_hop_s;
  planner.context_rows = settings_.context_rows;
  planner.look_ahead_rows = settings_.look_ahead_rows;
  planner.film_end_s = film_end_s_;
  planner.warm_start = settings_.warm_start;
  planner.hits = settings_.mode == Mode::kAligned ? HitPolicy::kMeet : live ? HitPolicy::kLeave : HitPolicy::kReact;
  return std::make_unique<WindowPlanner>(planner, std::clamp(tempo_bpm, kMinTempo_bpm, kMaxTempo_bpm), wanted);
}

std::unique_ptr<Sampler> EngineImpl::make_sampler(double start_s, double seen_until_s, bool live) {
  SamplerSettings sampler;
  sampler.seed = settings_.seed;
  sampler.steps = settings_.steps;
  sampler.guidance = settings_.guidance;
  sampler.preview = live;
  if (!plays_notes()) {
    sampler.handover = Handover::kCrossfade;
    sampler.fade_rows = settings_.fade_rows;
    const int hop_rows = fixed_hop_rows(settings_.max_hop_s);
    sampler.kept_rows = hop_rows + std::max(settings_.context_rows, parts_.sound_decoder->context_rows());
  }
  return std::make_unique<Sampler>(sampler, *parts_.generator,
                                   Decoders{parts_.decoder.get(), parts_.sound_decoder.get()},
                                   make_planner(start_s, seen_until_s, live), ledger_);
}

Result<EngineImpl::Gate> EngineImpl::generate_next() {
  // In this order: once finished, seen_until_s() is final.
  const bool finished = timeline_.finished();
  const double seen_s = timeline_.seen_until_s();
  const bool aligned = settings_.mode == Mode::kAligned;
  const Controls wanted = controls();

  if (!sampler_) {
    const double needed_s = origin_s_ + settings_.max_hop_s + settings_.analysis_s;
    if (aligned && !finished && seen_s < needed_s) return Gate::kWait;
    sampler_ = make_sampler(origin_s_, std::min(seen_s, needed_s), false);
  }
  Planner& planner = sampler_->planner();
  const double start_s = planner.start_s();
  if (finished && seen_s <= start_s) return Gate::kEnd;
  if (planner.at_end()) {
    // Decided by what was seen, not by when we were asked, so that a slow caller hears the same.
    const double outlived_s = start_s + kOutlived_s;
    if (finished && seen_s <= outlived_s) return Gate::kEnd;
    if (seen_s < outlived_s) return Gate::kWait;
    planner.reopen();
  }
  double horizon_s = planner.prepare(wanted).latest_end_s + settings_.analysis_s;
  if (aligned && !finished && seen_s < horizon_s) return Gate::kWait;
  if (finished && seen_s <= horizon_s) planner.film_ends(seen_s);
  if (!aligned) horizon_s = start_s - settings_.budget_s - settings_.analysis_s;

  auto sampled = sampler_->sample(timeline_, std::min(seen_s, horizon_s), wanted, {});
  if (!sampled) return tl::unexpected(sampled.error());
  auto hop = sampler_->commit(std::move(*sampled));
  if (!hop) return tl::unexpected(hop.error());
  conductor_->schedule(*hop);
  return Gate::kGenerated;
}

Result<std::size_t> EngineImpl::pull(std::span<float> out, std::span<const std::span<float>> stems) {
  if (live_) return fail(ErrorCode::kInternal, "pull() was called while the live threads run; call stop_live() first");
  if (!stems.empty() && stems.size() != static_cast<std::size_t>(kLayers)) {
    return fail(ErrorCode::kInternal, "pull() needs one stem per layer (" + std::to_string(kLayers) + "), got " +
                                          std::to_string(stems.size()));
  }
  for (const std::span<float>& stem : stems) {
    if (stem.size() < out.size()) return fail(ErrorCode::kInternal, "pull() got a stem shorter than the mix");
  }
  started_ = true;
  conductor_->want_stems(!stems.empty());
  std::size_t written = 0;
  const std::size_t wanted = out.size() / 2;
  while (written < wanted) {
    if (timeline_.finished()) conductor_->end_at(timeline_.seen_until_s());
    if (conductor_->finished()) break;
    if (conductor_->ready_frames() > 0) {
      std::array<std::span<float>, kLayers> rest;
      for (std::size_t i = 0; i < stems.size(); ++i) rest[i] = stems[i].subspan(2 * written);
      written += conductor_->read(out.subspan(2 * written, 2 * (wanted - written)),
                                  std::span<const std::span<float>>(rest).first(stems.size()));
      continue;
    }
    if (conductor_->planned_until_s() < conductor_->needs_until_s()) {
      const auto gate = generate_next();
      if (!gate) return tl::unexpected(gate.error());
      if (*gate == Gate::kWait) break;
      if (*gate == Gate::kEnd) conductor_->no_more_hops();
      continue;
    }
    conductor_->tick(timeline_, controls());
  }
  return written;
}

Result<void> EngineImpl::start_live(Clock& clock) {
  if (live_) return fail(ErrorCode::kInternal, "start_live() was called twice");
  started_ = true;
  LiveSettings live;
  live.latency_s = latency_s();
  live.aligned = settings_.mode == Mode::kAligned;
  // Nothing can be ready at the very start if the music does not wait for the picture.
  live.start_s = live.aligned ? origin_s_ : origin_s_ + whole_frames(settings_.budget_s);
  live.first_hop_s = settings_.max_hop_s;
  live.analysis_s = settings_.analysis_s;
  live.longest_hop_s = longest_hop_s(latency_terms());
  live.budget_s = settings_.budget_s;
  live.jitter_s = settings_.jitter_s;
  live.notes = plays_notes();
  live.steps = settings_.steps;
  live.guided = settings_.guidance != 1.0F;
  port_.expect_no_more(false);
  try {
    live_ = std::make_unique<LiveDrive>(
        live, clock, timeline_, *conductor_, ledger_, ring_, port_,
        [this, start_s = live.start_s](double seen_until_s) { return make_sampler(start_s, seen_until_s, true); },
        [this] { return controls(); });
  } catch (const std::exception& error) {
    return fail(ErrorCode::kInternal,
                std::string("the live threads could not be started (is there a limit on threads?): ") + error.what());
  }

  constexpr double kPoll_s = 0.01;
  // With the jitter buffer full, or at the moment the first sample should sound: from here on the render
  // thread may take frames at the clock's pace.
  const double due_s = origin_s_ + live.latency_s;
  while (port_.queued_frames() < prime_frames(settings_) && clock.now_s() < due_s) {
    if (!clock.wait_until(std::min(due_s, clock.now_s() + kPoll_s))) break;
  }
  port_.expect_sound(true);
  return {};
}

void EngineImpl::reset(double origin_s) {
  stop_live();
  port_.flush();
  port_.expect_sound(false);
  port_.expect_no_more(false);
  parts_.generator->reset();
  if (parts_.decoder) parts_.decoder->reset();
  if (parts_.sound_decoder) parts_.sound_decoder->reset();
  parts_.synthesiser->all_notes_off();
  timeline_.reset();
  ledger_.reset();
  sampler_.reset();
  origin_s_ = origin_s;
  // Somewhere inside the film: how much of it is left is for the picture to say.
  film_end_s_.reset();
  if (!started_ && settings_.duration_s) film_end_s_ = origin_s_ + *settings_.duration_s;
  make_conductor();
}

Result<std::unique_ptr<Engine>> Engine::make(const EngineSettings& settings, EngineParts parts) {
  if (auto ok = check(settings, parts); !ok) return tl::unexpected(ok.error());
  return std::make_unique<EngineImpl>(settings, std::move(parts));
}

}  // namespace photoplayer::stream
