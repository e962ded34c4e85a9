// SPDX-License-Identifier: Apache-2.0
#include "hit_points.h"

#include <algorithm>
#include <cmath>

namespace photoplayer::stream {
namespace {

/// 0 for a beat, 1 for an eighth, 2 for a sixteenth: where an accent sounds most natural.
int metric_rank(std::int64_t step) {
  if (step % kStepsPerBeat == 0) return 0;
  return step % 2 == 0 ? 1 : 2;
}

}  // namespace

std::vector<VisualEvent> choose_hits(const std::vector<VisualEvent>& events, float threshold, double distance_s,
                                     double last_hit_s) {
  std::vector<VisualEvent> ranked;
  for (const VisualEvent& event : events) {
    if (event.kind != VisualEventKind::kBeat && event.strength >= threshold) ranked.push_back(event);
  }
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const VisualEvent& a, const VisualEvent& b) { return a.strength > b.strength; });
  std::vector<VisualEvent> chosen;
  for (const VisualEvent& event : ranked) {
    const bool crowded = std::abs(event.time_s - last_hit_s) < distance_s ||
                         std::any_of(chosen.begin(), chosen.end(), [&](const VisualEvent& taken) {
                           return std::abs(taken.time_s - event.time_s) < distance_s;
                         });
    if (!crowded) chosen.push_back(event);
  }
  return chosen;
}

void bend_to_meet(BeatClock& clock, std::int64_t from, std::int64_t to, double time_s, double latest_end_s) {
  constexpr double kInaudible = 1e-4;
  const double start_s = clock.time_of_step(from);
  const double step_s = clock.step_s_at(from);
  std::optional<std::int64_t> best;
  double best_bend = 0.0;
  for (std::int64_t step = from + 1; step <= to; ++step) {
    const double bend = std::abs((time_s - start_s) / (static_cast<double>(step - from) * step_s) - 1.0);
    const double end_s = time_s + static_cast<double>(to - step) * step_s;
    if (bend > kMaxBend || end_s > latest_end_s) continue;
    if (best &&
        (metric_rank(step) > metric_rank(*best) || (metric_rank(step) == metric_rank(*best) && bend >= best_bend))) {
      continue;
    }
    best = step;
    best_bend = bend;
  }
  if (best && best_bend > kInaudible) clock.bend(from, *best, time_s);
}

std::optional<Hit> place_hit(const BeatClock& clock, std::int64_t from, std::int64_t to, const VisualEvent& event) {
  const auto nearest = static_cast<std::int64_t>(std::llround(clock.step_at(event.time_s)));
  const std::int64_t step = std::clamp(nearest, from, to);
  const double offset_s = event.time_s - clock.time_of_step(step);
  // Beside a bend the neighbouring sixteenths differ by the bend.
  const double reach_s = 0.5 * clock.step_s_at(step) * (1.0 + kMaxBend);
  if (std::abs(offset_s) > reach_s) return std::nullopt;
  return Hit{step, event.time_s, offset_s, event.strength};
}

}  // namespace photoplayer::stream
