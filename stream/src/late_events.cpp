// SPDX-License-Identifier: Apache-2.0
#include "late_events.h"

#include <algorithm>

namespace photoplayer::stream {
namespace {

/// What is known later than this, the timeline does not take either.
constexpr double kMemory_s = 5.0;

}  // namespace

bool LateEvents::is_new(const VisualEvent& event) const {
  return std::none_of(known_.begin(), known_.end(), [&event](const VisualEvent& known) {
    return known.time_s == event.time_s && known.kind == event.kind;
  });
}

void LateEvents::answered(std::span<const ReportedEvent> events) {
  for (const ReportedEvent& reported : events) known_.push_back(reported.event);
}

std::vector<ReportedEvent> LateEvents::find(const Timeline& timeline, double made_until_s) {
  std::vector<ReportedEvent> late;
  const double from_s = std::max(start_s_, made_until_s - kMemory_s);
  for (const VisualEvent& event : timeline.events(from_s, made_until_s)) {
    if (is_new(event)) late.push_back({event, false, 0.0});
  }
  answered(late);
  std::erase_if(known_, [from_s](const VisualEvent& event) { return event.time_s < from_s; });
  return late;
}

}  // namespace photoplayer::stream
