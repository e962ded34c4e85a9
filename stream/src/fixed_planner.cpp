// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/stream/fixed_planner.h>

#include <algorithm>
#include <cmath>

namespace photoplayer::stream {
namespace {

constexpr double kRow_s = static_cast<double>(FixedLatentClock::kSpan_s) / FixedLatentClock::kLatents;
/// As for a score: the look-ahead made for what was seen before is not warm any more.
constexpr float kStrongCut = 0.5F;

}  // namespace

int fixed_hop_rows(double max_hop_s) {
  constexpr double kRounding = 1e-9;
  return std::max(1, static_cast<int>(std::floor(max_hop_s / kRow_s + kRounding)));
}

FixedPlanner::FixedPlanner(const FixedPlannerSettings& settings)
    : settings_(settings), clock_(settings.origin_s), answered_until_s_(settings.origin_s) {}

double FixedPlanner::step_s() const {
  return kRow_s / kStepsPerBeat;
}

Planner::Span FixedPlanner::prepare(const Controls& /*controls*/) {
  const int rows = std::min(settings_.hop_rows, most_rows_);
  return {clock_.time_s(row_), clock_.time_s(row_ + rows), rows};
}

Plan FixedPlanner::plan(const Timeline& timeline, double seen_until_s, const Controls& controls,
                        std::int64_t known_rows) {
  const Span span = prepare(controls);
  Plan plan;
  plan.rows_are_beats = false;
  plan.first = row_;
  plan.hop = span.rows;
  plan.context = static_cast<int>(std::min<std::int64_t>(settings_.context_rows, row_));
  plan.look_ahead = settings_.look_ahead_rows;
  plan.start_s = span.start_s;
  plan.end_s = span.latest_end_s;
  bool new_material = false;
  plan.answered_until_s = answered_until_s_;
  const double from_s = settings_.follows_cuts ? answered_until_s_ : span.start_s;
  const double to_s = settings_.follows_cuts ? seen_until_s : std::min(span.latest_end_s, seen_until_s);
  for (const VisualEvent& event : timeline.events(from_s, to_s)) {
    if (settings_.follows_cuts) {
      plan.answered_until_s = std::nextafter(event.time_s, 1e300);
    } else {
      plan.events.push_back({event, false, 0.0});
    }
    new_material = new_material || (event.kind == VisualEventKind::kCut && event.strength >= kStrongCut);
  }
  plan.start = known_rows > 0 && !new_material ? settings_.warm_start : 1.0F;
  for (std::int64_t row = row_ - plan.context; row <= row_ + plan.hop + plan.look_ahead; ++row) {
    plan.times_s.push_back(clock_.time_s(row));
  }
  return plan;
}

void FixedPlanner::accept(const Plan& plan) {
  row_ = plan.first + plan.hop;
  answered_until_s_ = plan.answered_until_s;
}

}  // namespace photoplayer::stream
