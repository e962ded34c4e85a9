// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Hit points: which events of a hop the music meets, and how (design §4). First the tempo is bent towards
/// the strongest, then the accents of the others are moved off the grid, by at most half a sixteenth.
#include <photoplayer/stream/beat_clock.h>
#include <photoplayer/stream/ports.h>
#include <photoplayer/stream/timeline.h>

#include <optional>
#include <vector>

namespace photoplayer::stream {

/// Cuts and flashes of at least `threshold`, strongest first, none nearer than `distance_s` to a stronger one
/// or to `last_hit_s`. Visual beats are not hits.
[[nodiscard]] std::vector<VisualEvent> choose_hits(const std::vector<VisualEvent>& events, float threshold,
                                                   double distance_s, double last_hit_s);

/// Bends steps [from, to) so that one of them, a strong one if possible, falls on `time_s`; the hop must
/// still end by `latest_end_s`. Without a step in reach nothing changes.
void bend_to_meet(BeatClock& clock, std::int64_t from, std::int64_t to, double time_s, double latest_end_s);

/// The nearest step in [from, to], or nothing if it is further than half a sixteenth.
[[nodiscard]] std::optional<Hit> place_hit(const BeatClock& clock, std::int64_t from, std::int64_t to,
                                           const VisualEvent& event);

}  // namespace photoplayer::stream
