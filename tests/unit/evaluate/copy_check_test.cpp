// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/train/copy_check.h>

#include "support/catch.h"
#include "support/made_inputs.h"

using namespace photoplayer;
using namespace photoplayer::train;

namespace {

WrittenMusic melody(std::uint32_t seed, std::size_t notes = 120) {
  tests::Noise noise(seed);
  WrittenMusic music;
  double at = 0.0;
  for (std::size_t i = 0; i < notes; ++i) {
    const double length = 0.25 * (1.0 + static_cast<double>(noise.next() >> 30U));
    music.notes.push_back({at, at + length, 60 + static_cast<int>(noise.next() >> 28U), 0, 80, false});
    at += length;
  }
  return music;
}

}  // namespace

TEST_CASE("CopyCheck: a planted copy is found in any key and at any place", "[evaluate][unit]") {
  std::vector<WrittenMusic> reference;
  for (std::uint32_t seed = 1; seed <= 20; ++seed) reference.push_back(melody(seed));
  const CopyCheck check(reference);
  WrittenMusic copy = reference[7];
  for (WrittenNote& note : copy.notes) note.pitch += 5, note.start += 13.0, note.end += 13.0;
  const auto found = check.nearest(copy);
  REQUIRE(found);
  CHECK(found->reference == 7);
  CHECK(found->shared == Approx(1.0));
  // Half copied, half new.
  WrittenMusic half = melody(99);
  const double from = half.notes.back().end;
  for (WrittenNote note : reference[3].notes) {
    note.start += from, note.end += from;
    half.notes.push_back(note);
  }
  const auto part = check.nearest(half);
  REQUIRE(part);
  CHECK(part->reference == 3);
  CHECK(part->shared == Approx(0.48).margin(0.05));
  // Its own: not a copy of itself.
  CHECK(check.nearest(reference[7])->shared == Approx(1.0));
  CHECK(check.nearest(reference[7], 7)->shared < 0.05);
  CHECK(check.nearest(melody(77))->shared < 0.05);
}

TEST_CASE("CopyCheck: what everybody plays is no phrase, and little says nothing", "[evaluate][unit]") {
  WrittenMusic drone = melody(1);
  for (WrittenNote& note : drone.notes) note.pitch = 60;
  for (std::size_t i = 0; i < drone.notes.size(); ++i) drone.notes[i].start = 0.5 * static_cast<double>(i);
  const std::vector<WrittenMusic> reference = {drone};
  CHECK_FALSE(CopyCheck(reference).nearest(drone));
  CHECK_FALSE(CopyCheck(reference).nearest(melody(2, 20)));
}
