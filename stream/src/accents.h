// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Turns a decoded hop into timed notes: places them in running time, moves and stresses those on a hit
/// point, and adds the marked accents (the only notes that are not the network's).
#include <photoplayer/stream/beat_clock.h>
#include <photoplayer/stream/hop.h>
#include <photoplayer/stream/planner.h>

#include <span>
#include <vector>

namespace photoplayer::stream {

[[nodiscard]] std::vector<TimedNote> place_notes(std::span<const NoteEvent> events, const Plan& plan);

/// The strokes of an accent that is marked for `hit`, and their ends.
[[nodiscard]] std::vector<TimedNote> accent_notes(const Hit& hit);
/// Off before on at the same moment, so that a repeated note sounds again.
void sort_by_time(std::vector<TimedNote>& notes);

}  // namespace photoplayer::stream
