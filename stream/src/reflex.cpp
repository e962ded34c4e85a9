// SPDX-License-Identifier: Apache-2.0
#include "reflex.h"

#include <algorithm>

namespace photoplayer::stream {
namespace {

/// As for hit points.
constexpr float kThreshold = 0.3F;
/// Closer together they would be a drum roll.
constexpr double kDistance_s = 0.35;
/// Known later than this, an event has nothing to do with what is seen any more.
constexpr double kTooLate_s = 0.75;
constexpr double kMemory_s = 1.5;

}  // namespace

bool Reflex::is_new(const VisualEvent& event) const {
  return std::none_of(known_.begin(), known_.end(), [&event](const VisualEvent& known) {
    return known.time_s == event.time_s && known.kind == event.kind;
  });
}

Reflex::Answer Reflex::answer(const Timeline& seen, double now_s, float follow) {
  Answer answer;
  const float threshold = follow > 0.0F ? kThreshold / std::min(1.0F, follow) : 2.0F;
  const VisualEvent* strongest = nullptr;
  const std::vector<VisualEvent> events = seen.events(std::max(from_s_, now_s - kMemory_s), now_s + kMemory_s);
  for (const VisualEvent& event : events) {
    if (!is_new(event)) continue;
    answer.events.push_back({event, false, 0.0});
    known_.push_back(event);
    if (event.kind == VisualEventKind::kBeat || event.strength < threshold) continue;
    if (now_s - event.time_s > kTooLate_s || now_s - last_hit_s_ < kDistance_s) continue;
    if (strongest == nullptr || event.strength > strongest->strength) strongest = &event;
  }
  std::erase_if(known_, [now_s](const VisualEvent& event) { return event.time_s < now_s - 2.0 * kMemory_s; });
  if (strongest == nullptr) return answer;
  last_hit_s_ = now_s;
  answer.hits.push_back({0, now_s, 0.0, strongest->strength});
  for (ReportedEvent& reported : answer.events) {
    if (!notes_ || reported.event.time_s != strongest->time_s || reported.event.kind != strongest->kind) continue;
    reported.taken = true;
    reported.accent_time_s = now_s;
  }
  return answer;
}

}  // namespace photoplayer::stream
