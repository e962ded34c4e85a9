// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/perception/fast_path.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "beat_detector.h"
#include "cut_detector.h"
#include "directogram.h"
#include "frame_planes.h"
#include "impact_curve.h"
#include "visual_pulse.h"

namespace photoplayer::perception {
namespace {

constexpr double kBackwardReset_s = 0.1;
constexpr double kForwardReset_s = 60.0;
/// Rates are never taken over less: after a cut the only older frame may be a few milliseconds old.
constexpr double kMinRateSpan_s = 0.030;
constexpr float kMotionScale = 0.5F;  ///< widths per second
constexpr float kChangeShare = 0.5F;  ///< of what no motion explains, beside the impact

float squash(double value) noexcept {
  return static_cast<float>(1.0 - std::exp(-value));
}

}  // namespace

struct FastPath::State {
  detail::FrameHistory history;
  detail::CutDetector cuts;
  detail::ImpactCurve impacts;
  detail::VisualPulse pulse;
  detail::BeatDetector beats;
  detail::FramePlanes now;
  std::optional<double> last_time_s;
  float change = 0.0F, motion = 0.0F;  ///< as last seen
  detail::Directogram directions;
  std::vector<stream::VisualEvent> events;

  void forget() {
    history.clear();
    cuts.reset();
    impacts.reset();
    pulse.reset();
    beats.reset();
    last_time_s.reset();
    change = motion = 0.0F;
  }

  /// Everything that needs an older frame.
  void compare(double interval_s, stream::FastObservation& seen) {
    const detail::FramePlanes& reference = history.reference(now.time_s);
    const double age_s = now.time_s - reference.time_s;
    const double span_s = std::max(age_s, kMinRateSpan_s);
    const detail::CutVerdict verdict = cuts.add(reference, now, interval_s);

    change = squash(static_cast<double>(detail::rgb_difference(reference, now)) / 255.0 / span_s);
    motion = 0.0F;
    float unexplained = change;
    if (!verdict.jumped) {
      const detail::FlowField flow = detail::flow_between(reference, now);
      motion = squash(static_cast<double>(flow.rms_px()) / detail::kWidth / span_s / static_cast<double>(kMotionScale));
      directions = detail::directogram(flow, span_s);
      unexplained *= flow.unexplained;
    }
    if (verdict.flash) events.push_back(*verdict.flash);
    if (verdict.cut) {
      events.push_back(*verdict.cut);
      seen.cut = verdict.cut->strength;
    }

    if (verdict.cut) {
      impacts.reset();
    } else {
      impacts.add({now.time_s - 0.5 * age_s, directions, unexplained});
    }
    while (const auto point = impacts.take(interval_s)) {
      const float curve = point->impact + kChangeShare * point->change;
      pulse.add(point->time_s, curve);
      const auto beat = beats.add(point->time_s, curve, interval_s, now.time_s, pulse.pulse());
      if (!beat) continue;
      events.push_back({beat->time_s, stream::VisualEventKind::kBeat, beat->strength});
      seen.beat = beat->strength;
    }
    if (verdict.forget_before) history.clear();
  }
};

FastPath::FastPath() : state_(std::make_unique<State>()) {}
FastPath::~FastPath() = default;
FastPath::FastPath(FastPath&&) noexcept = default;
FastPath& FastPath::operator=(FastPath&&) noexcept = default;

stream::FastObservation FastPath::observe(const stream::PictureView& thumb, double time_s) {
  State& state = *state_;
  state.events.clear();
  stream::FastObservation seen;
  if (!std::isfinite(time_s)) time_s = state.last_time_s.value_or(0.0);
  seen.time_s = time_s;
  if (thumb.rgb == nullptr || thumb.width < 1 || thumb.height < 1) return seen;

  double interval_s = state.last_time_s ? time_s - *state.last_time_s : 0.0;
  if (interval_s < -kBackwardReset_s || interval_s > kForwardReset_s) {
    state.forget();
    interval_s = 0.0;
  }
  detail::convert(thumb, time_s, state.now);
  seen.brightness = state.now.means.brightness;
  seen.saturation = state.now.means.saturation;
  seen.warmth = state.now.means.warmth;
  if (interval_s > 0.0) state.compare(interval_s, seen);
  seen.change = state.change;
  seen.motion = state.motion;
  if (!state.last_time_s || interval_s > 0.0) {
    state.history.push(state.now);
    state.last_time_s = time_s;
  }
  return seen;
}

std::span<const stream::VisualEvent> FastPath::events() const noexcept {
  return state_->events;
}

std::optional<VisualTempo> FastPath::tempo() const noexcept {
  const auto& pulse = state_->pulse.pulse();
  if (!pulse) return std::nullopt;
  return VisualTempo{pulse->bpm, pulse->confidence, pulse->beat_s};
}

void FastPath::reset() {
  state_->forget();
  state_->events.clear();
}

}  // namespace photoplayer::perception
