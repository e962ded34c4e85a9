// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/stream/beat_clock.h>

#include <algorithm>
#include <cmath>

namespace photoplayer::stream {
namespace {

constexpr double kSecondsPerMinute = 60.0;

double step_s_of(double tempo_bpm) {
  return kSecondsPerMinute / (tempo_bpm * kStepsPerBeat);
}

/// Division that rounds towards minus infinity, for rows before the origin.
std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a / b - (a % b < 0 ? 1 : 0);
}

}  // namespace

double FixedLatentClock::time_s(std::int64_t row) const {
  const std::int64_t spans = floor_div(row, kLatents);
  const std::int64_t rest = row - spans * kLatents;
  return origin_s_ + static_cast<double>(spans * kSpan_s) + static_cast<double>(rest * kSpan_s) / kLatents;
}

std::int64_t FixedLatentClock::row_at(double time_s) const {
  const double position = (time_s - origin_s_) * kLatents / kSpan_s;
  auto row = static_cast<std::int64_t>(std::floor(position));
  if (this->time_s(row + 1) <= time_s) ++row;  // the division above may round down across a row's beginning
  return row;
}

BeatClock::BeatClock(double origin_s, double tempo_bpm) {
  knots_.push_back({0, origin_s, step_s_of(tempo_bpm)});
}

const BeatClock::Knot& BeatClock::knot_at(double step) const {
  const auto after = std::upper_bound(knots_.begin(), knots_.end(), step, [](double wanted, const Knot& knot) {
    return wanted < static_cast<double>(knot.step);
  });
  return after == knots_.begin() ? *after : *std::prev(after);
}

double BeatClock::time_at(double step) const {
  const Knot& knot = knot_at(step);
  return knot.time_s + (step - static_cast<double>(knot.step)) * knot.step_s;
}

double BeatClock::step_at(double time_s) const {
  const auto after = std::upper_bound(knots_.begin(), knots_.end(), time_s,
                                      [](double wanted, const Knot& knot) { return wanted < knot.time_s; });
  const Knot& knot = after == knots_.begin() ? *after : *std::prev(after);
  return static_cast<double>(knot.step) + (time_s - knot.time_s) / knot.step_s;
}

std::int64_t BeatClock::row_at(double time_s) const {
  constexpr double kRounding_steps = 1e-7;
  return static_cast<std::int64_t>(std::floor((step_at(time_s) + kRounding_steps) / kStepsPerBeat));
}

double BeatClock::step_s_at(std::int64_t step) const {
  return knot_at(static_cast<double>(step)).step_s;
}

double BeatClock::tempo_bpm() const {
  return kSecondsPerMinute / (knots_.back().step_s * kStepsPerBeat);
}

void BeatClock::add_knot(std::int64_t step, double step_s) {
  const double time_s = time_of_step(step);
  if (knots_.back().step == step) {
    knots_.back().step_s = step_s;
    return;
  }
  remember({step, time_s, step_s});
}

void BeatClock::remember(const Knot& knot) {
  knots_.push_back(knot);
  if (knots_.size() > kMaxKnots) knots_.pop_front();
}

void BeatClock::set_tempo(std::int64_t step, double tempo_bpm) {
  const double step_s = step_s_of(tempo_bpm);
  if (step_s != knots_.back().step_s) add_knot(std::max(step, knots_.back().step), step_s);
}

bool BeatClock::bend(std::int64_t from, std::int64_t to, double time_s) {
  if (to <= from || from < knots_.back().step) return false;
  const double plain_s = knots_.back().step_s;
  const double bent_s = (time_s - time_of_step(from)) / static_cast<double>(to - from);
  if (!(std::abs(bent_s / plain_s - 1.0) <= kMaxBend * (1.0 + 1e-9))) return false;
  add_knot(from, bent_s);
  remember({to, time_s, plain_s});  // exactly on the event, whatever the division rounded
  return true;
}

}  // namespace photoplayer::stream
