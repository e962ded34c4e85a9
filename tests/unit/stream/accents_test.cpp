// SPDX-License-Identifier: Apache-2.0
#include "accents.h"

#include "support/catch.h"

using namespace photoplayer::stream;

namespace {

NoteEvent swung(std::int64_t step) {
  NoteEvent note;
  note.step = step;
  note.late_steps = 0.3F;
  return note;
}

}  // namespace

TEST_CASE("place_notes: a swung note is late, one that meets a cut is on the cut", "[stream][unit]") {
  Plan plan;
  plan.hop = 1;
  plan.clock = BeatClock(10.0, 120.0);  // sixteenths of 125 ms
  const std::vector<NoteEvent> notes = {swung(1), swung(3)};
  auto placed = place_notes(notes, plan);
  REQUIRE(placed.size() == 2);
  CHECK(placed[0].time_s == Approx(10.125 + 0.3 * 0.125));
  CHECK(placed[1].time_s == Approx(10.375 + 0.3 * 0.125));

  plan.hits = {{3, 10.36, -0.015, 0.9F}};
  placed = place_notes(notes, plan);
  CHECK(placed[0].time_s == Approx(10.125 + 0.3 * 0.125));
  for (const TimedNote& note : placed) {
    if (note.event.step == 3 && note.event.on) CHECK(note.time_s == Approx(10.36));
  }
}
