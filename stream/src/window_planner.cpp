// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/stream/window_planner.h>

#include "hit_points.h"

#include <algorithm>
#include <cmath>

namespace photoplayer::stream {
namespace {

constexpr double kSecondsPerMinute = 60.0;
/// Time for the last chord to ring out before the film ends.
constexpr double kRelease_s = 0.5;
constexpr double kReleaseShare = 0.05;
/// A cut this strong starts new material: the look-ahead made for the old is not warm any more.
constexpr float kStrongCut = 0.5F;
/// The picture's tempo counts as ours within this; beyond it the music would have to change.
constexpr double kSameTempo = 0.015;
constexpr std::int64_t kPhrasesPerTempo = 2;
/// Sums of beats and seconds miss whole numbers by this much.
constexpr double kRounding = 1e-9;
/// Of what the beats lack to fall on the picture's, made good within a hop; and the most that the tempo gives for it.
constexpr double kCatchUp = 0.25;
constexpr double kMaxCatchUp = 0.02;

double within_limits(double bpm) {
  return std::clamp(bpm, kMinTempo_bpm, kMaxTempo_bpm);
}

bool same_structure(const Controls& a, const Controls& b) {
  return a.style == b.style && a.key == b.key && a.scale == b.scale;
}

}  // namespace

double picture_tempo_bpm(const Timeline& timeline, double from_s, double to_s) {
  // From a walk for a still picture to a run for a busy one.
  constexpr double kStill_bpm = 76.0;
  constexpr double kBusy_bpm = 132.0;
  const Glance glance = timeline.glance(from_s, to_s);
  if (glance.seen == 0.0F) return 92.0;
  const double activity = std::clamp(0.5 * static_cast<double>(glance.motion + glance.change), 0.0, 1.0);
  return std::round(kStill_bpm + (kBusy_bpm - kStill_bpm) * activity);
}

int hop_rows(double max_hop_s, double tempo_bpm) {
  return std::max(1, static_cast<int>(std::floor(max_hop_s * tempo_bpm / kSecondsPerMinute + kRounding)));
}

Ending choose_ending(double length_s, double tempo_bpm, double most_bend) {
  const double end_s = std::max(0.0, length_s - std::min(kRelease_s, kReleaseShare * length_s));
  const double exact = end_s * tempo_bpm / kSecondsPerMinute;
  for (const std::int64_t unit : {kBeatsPerBar, kBeatsPerBar / 2, 1}) {
    const auto below = static_cast<std::int64_t>(std::floor(exact / static_cast<double>(unit) + kRounding)) * unit;
    Ending best;
    double least = std::max(most_bend, kRounding);
    for (const std::int64_t beats : {below, below + unit}) {
      if (beats < 1) continue;
      const double change = std::abs(static_cast<double>(beats) / exact - 1.0);
      if (change > least) continue;
      least = change;
      best = {beats, static_cast<double>(beats) * kSecondsPerMinute / end_s, end_s};
    }
    if (best.tempo_bpm > 0.0) return best;
  }
  // Short films: as many beats as fit, spread as far as allowed.
  const auto beats = std::max<std::int64_t>(1, static_cast<std::int64_t>(std::floor(exact + kRounding)));
  const double even = end_s > 0.0 ? static_cast<double>(beats) * kSecondsPerMinute / end_s : tempo_bpm;
  const double tempo = std::clamp(even, tempo_bpm * (1.0 - most_bend), tempo_bpm);
  return {beats, tempo, static_cast<double>(beats) * kSecondsPerMinute / tempo};
}

WindowPlanner::WindowPlanner(const PlannerSettings& settings, double tempo_bpm, const Controls& controls)
    : settings_(settings),
      clock_(settings.origin_s, tempo_bpm),
      course_{tempo_bpm, controls.tempo_bpm},
      answered_until_s_(settings.origin_s),
      last_controls_(controls) {
  if (settings.film_end_s) aim(*settings.film_end_s);
  accepted_ = course_;
  clock_.set_tempo(0, hop_tempo_bpm());
}

void WindowPlanner::aim(double film_end_s) {
  film_end_s_ = film_end_s;
  const double now_s = clock_.time_s(row_);
  // A tempo that the user or the picture gave is not bent: the piece ends with the last beat that fits.
  const bool given = course_.user_bpm || has_wish();
  const double bpm = has_wish() ? within_limits(wish_->bpm) : course_.home_bpm;
  const Ending ending = choose_ending(film_end_s - now_s, bpm, given ? 0.0 : kMaxBend);
  course_.end_row = row_ + ending.beats;
  course_.land_s = now_s + ending.end_s;
  if (!has_wish()) course_.home_bpm = ending.tempo_bpm;
}

void WindowPlanner::film_ends(double time_s) {
  // A container's length is often off by a frame or two; that is no reason to plan again.
  constexpr double kSame_s = 0.15;
  if (film_end_s_ && std::abs(*film_end_s_ - time_s) < kSame_s) return;
  film_end_s_ = time_s;
  course_ = accepted_;
  if (at_end() || time_s <= clock_.time_s(row_)) return;
  aim(time_s);
  accepted_ = course_;
}

void WindowPlanner::reopen() {
  course_ = accepted_;
  course_.end_row = -1;
  accepted_ = course_;
  film_end_s_.reset();
}

bool WindowPlanner::step_back(std::int64_t row) {
  row_ = row;
  course_ = accepted_;
  carried_.clear();
  return true;
}

void WindowPlanner::substitute(int rows) {
  row_ += rows;
  course_ = accepted_;
}

double WindowPlanner::hop_tempo_bpm() const {
  if (course_.end_row < 0 || at_end() || led_by_picture()) return towards_picture_bpm();
  // Bends have moved the beats since the ending was chosen; give that back a little at a time.
  const double left_s = course_.land_s - clock_.time_s(row_);
  if (left_s <= 0.0) return course_.home_bpm * (1.0 + kMaxBend);
  const double even = static_cast<double>(course_.end_row - row_) * kSecondsPerMinute / left_s;
  return std::clamp(even, course_.home_bpm * (1.0 - kMaxBend), course_.home_bpm * (1.0 + kMaxBend));
}

bool WindowPlanner::has_wish() const {
  return wish_ && std::abs(wish_->bpm / course_.home_bpm - 1.0) <= kSameTempo;
}

bool WindowPlanner::led_by_picture() const {
  // The last phrase lands on the end.
  return has_wish() && (course_.end_row < 0 || course_.end_row - row_ > kBeatsPerPhrase);
}

double WindowPlanner::towards_picture_bpm() const {
  if (!has_wish()) return course_.home_bpm;
  const double unit = wish_->twice_as_fast ? 0.5 : 1.0;
  const double units = (clock_.time_s(row_) - wish_->beat_s) * wish_->bpm / kSecondsPerMinute / unit;
  const double late = unit * (units - std::round(units));
  const double hop_beats = hop_rows(settings_.max_hop_s, course_.home_bpm);
  return wish_->bpm * (1.0 + std::clamp(kCatchUp * late / hop_beats, -kMaxCatchUp, kMaxCatchUp));
}

bool WindowPlanner::wants_change() const {
  if (!wish_ || has_wish()) return false;
  // Not for a last phrase.
  return course_.end_row < 0 || course_.end_row - row_ > kBeatsPerPhrase;
}

void WindowPlanner::take_tempo(double bpm) {
  course_.home_bpm = within_limits(bpm);
  if (film_end_s_ && course_.end_row >= 0 && !at_end()) aim(*film_end_s_);
}

Planner::Span WindowPlanner::prepare(const Controls& controls) {
  course_ = accepted_;  // what was prepared before may never have been played
  int most_rows = most_rows_;
  if (controls.tempo_bpm) {
    wish_.reset();
    if (controls.tempo_bpm != course_.user_bpm && BeatClock::is_bar_line(row_)) {
      course_.user_bpm = controls.tempo_bpm;
      take_tempo(*controls.tempo_bpm);
    }
  } else {
    course_.user_bpm.reset();
    if (wants_change() && row_ >= course_.next_change_row - kBeatsPerBar) {
      const std::int64_t left = (kBeatsPerHalf - row_ % kBeatsPerHalf) % kBeatsPerHalf;
      if (left == 0 && row_ >= course_.next_change_row) {
        course_.next_change_row = row_ + kPhrasesPerTempo * kBeatsPerPhrase;
        take_tempo(wish_->bpm);
      } else if (left > 0) {
        most_rows = static_cast<int>(std::min<std::int64_t>(most_rows, left));  // so that a hop begins the half
      }
    }
    // The beats go with the picture's, so where the last one lies moves.
    if (course_.end_row >= 0 && led_by_picture()) aim(*film_end_s_);
  }
  const double tempo_bpm = hop_tempo_bpm();
  int rows = std::min(hop_rows(settings_.max_hop_s, tempo_bpm), most_rows);
  if (course_.end_row >= 0) rows = static_cast<int>(std::clamp<std::int64_t>(course_.end_row - row_, 1, rows));
  const double plain_s = rows * kSecondsPerMinute / tempo_bpm;
  // A slowed hop must still be within what the latency was reported for.
  const double longest_s = std::max(plain_s, std::min(plain_s * (1.0 + kMaxBend), settings_.max_hop_s));
  const double start_s = clock_.time_s(row_);
  return {start_s, start_s + longest_s, rows};
}

Plan WindowPlanner::plan(const Timeline& timeline, double seen_until_s, const Controls& controls,
                         std::int64_t known_rows) {
  const Span span = prepare(controls);
  Plan plan;
  plan.clock = clock_;
  plan.first = row_;
  plan.hop = span.rows;
  plan.context = static_cast<int>(std::min<std::int64_t>(settings_.context_rows, row_));
  plan.look_ahead = settings_.look_ahead_rows;
  plan.end_row = course_.end_row;
  const std::int64_t after = row_ + plan.hop;
  if (course_.end_row >= 0) {
    plan.look_ahead = static_cast<int>(std::clamp<std::int64_t>(course_.end_row - after, 0, plan.look_ahead));
    plan.ends_piece = after >= course_.end_row;
  }
  plan.tempo_bpm = hop_tempo_bpm();
  plan.clock.set_tempo(row_ * kStepsPerBeat, plan.tempo_bpm);
  plan.start_s = span.start_s;
  plan.carried = carried_;

  if (settings_.hits == HitPolicy::kMeet) {
    meet(plan, timeline.events(span.start_s, std::min(span.latest_end_s, seen_until_s)), controls.follow);
  } else if (settings_.hits == HitPolicy::kReact) {
    react(plan, timeline.events(answered_until_s_, seen_until_s), controls.follow);
  }
  plan.end_s = plan.clock.time_s(after);

  bool new_material = std::any_of(plan.events.begin(), plan.events.end(), [](const ReportedEvent& seen) {
    return seen.event.kind == VisualEventKind::kCut && seen.taken && seen.event.strength >= kStrongCut;
  });
  plan.answered_until_s = answered_until_s_;
  if (settings_.hits == HitPolicy::kLeave) {
    new_material = follow_events(plan, timeline.events(answered_until_s_, seen_until_s), controls.follow);
  }
  const bool warm = known_rows > 0 && !new_material && same_structure(controls, last_controls_);
  plan.start = warm ? settings_.warm_start : 1.0F;
  last_controls_ = controls;

  for (std::int64_t row = row_ - plan.context; row <= after + plan.look_ahead; ++row) {
    plan.times_s.push_back(plan.clock.time_s(row));
  }
  return plan;
}

void WindowPlanner::meet(Plan& plan, const std::vector<VisualEvent>& events, float follow) const {
  const std::int64_t from = plan.first * kStepsPerBeat;
  const std::int64_t to = (plan.first + plan.hop) * kStepsPerBeat;
  const double distance_s = settings_.hit_distance_beats * kStepsPerBeat * plan.clock.step_s_at(from);
  const float threshold = follow > 0.0F ? settings_.hit_threshold / std::min(1.0F, follow) : 2.0F;

  const std::vector<VisualEvent> chosen = choose_hits(events, threshold, distance_s, last_hit_s_);
  if (!chosen.empty()) {
    const double latest_s = plan.start_s + std::max(settings_.max_hop_s, plan.clock.time_of_step(to) - plan.start_s);
    bend_to_meet(plan.clock, from, to, chosen.front().time_s, latest_s);
  }
  const double end_s = plan.clock.time_of_step(to);
  for (const VisualEvent& event : events) {
    if (event.time_s >= end_s) continue;  // the next hop's
    ReportedEvent reported{event, false, 0.0};
    const bool wanted = std::any_of(chosen.begin(), chosen.end(), [&event](const VisualEvent& one) {
      return one.time_s == event.time_s && one.kind == event.kind;
    });
    if (wanted) {
      if (const auto hit = place_hit(plan.clock, from, to, event)) {
        plan.hits.push_back(*hit);
        reported.taken = true;
        reported.accent_time_s = hit->time_s;
      }
    }
    plan.events.push_back(reported);
  }
}

void WindowPlanner::react(Plan& plan, const std::vector<VisualEvent>& events, float follow) const {
  const float threshold = follow > 0.0F ? settings_.hit_threshold / std::min(1.0F, follow) : 2.0F;
  const std::vector<VisualEvent> chosen = choose_hits(events, threshold, 1e9, -1e9);  // the strongest only
  for (const VisualEvent& event : events) {
    ReportedEvent reported{event, false, 0.0};
    if (!chosen.empty() && plan.hits.empty() && chosen.front().time_s == event.time_s &&
        chosen.front().kind == event.kind) {
      plan.hits.push_back({plan.first * kStepsPerBeat, plan.start_s, 0.0, event.strength});
      reported.taken = true;
      reported.accent_time_s = plan.start_s;
    }
    plan.events.push_back(reported);
  }
}

bool WindowPlanner::follow_events(Plan& plan, const std::vector<VisualEvent>& events, float follow) const {
  bool new_material = false;
  float strongest = 0.0F;
  for (const VisualEvent& event : events) {
    plan.answered_until_s = std::nextafter(event.time_s, 1e300);
    if (event.kind == VisualEventKind::kBeat || follow <= 0.0F) continue;
    if (event.strength * std::min(1.0F, follow) < settings_.hit_threshold) continue;
    strongest = std::max(strongest, event.strength);
    new_material = new_material || (event.kind == VisualEventKind::kCut && event.strength >= kStrongCut);
  }
  // The notes follow where they can; the accent has sounded.
  if (strongest > 0.0F) plan.carried.push_back({plan.first * kStepsPerBeat, plan.start_s, 0.0, strongest});
  return new_material;
}

void WindowPlanner::accept(const Plan& plan) {
  accepted_ = course_;
  clock_ = plan.clock;
  row_ = plan.first + plan.hop;
  carried_.clear();
  for (const Hit& hit : plan.hits) {
    last_hit_s_ = std::max(last_hit_s_, hit.time_s);
    if (hit.step >= row_ * kStepsPerBeat) carried_.push_back(hit);
  }
  answered_until_s_ = plan.answered_until_s;
  for (const ReportedEvent& seen : plan.events) {
    answered_until_s_ = std::max(answered_until_s_, std::nextafter(seen.event.time_s, 1e300));
  }
}

}  // namespace photoplayer::stream
