// SPDX-License-Identifier: Apache-2.0
#include "eval/played_music.h"

#include "support/catch.h"

using namespace photoplayer;
using namespace photoplayer::tools;

namespace {

model::TimedNote note(double time_s, int pitch, bool on, stream::Layer layer = stream::Layer::kMelody) {
  stream::NoteEvent event;
  event.pitch = static_cast<std::uint8_t>(pitch);
  event.on = on;
  event.layer = layer;
  return {event, time_s};
}

/// Half a second each.
const std::vector<double> kBeats = {0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0};

}  // namespace

TEST_CASE("played_music: seconds become quarters, added accents are left out", "[tools][unit]") {
  std::vector<model::TimedNote> notes = {note(0.5, 60, true), note(1.25, 60, false),
                                         note(1.5, 36, true, stream::Layer::kDrums),
                                         note(1.6, 36, false, stream::Layer::kDrums), note(4.25, 64, true)};
  notes.push_back(note(4.5, 36, true, stream::Layer::kDrums));
  notes.back().event.accent = true;
  const auto music = played_music(notes, kBeats);
  REQUIRE(music.notes.size() == 3);
  CHECK(music.notes[0].start == Approx(1.0));
  CHECK(music.notes[0].end == Approx(2.5));
  CHECK(music.notes[1].drum);
  CHECK(music.notes[2].start == Approx(8.5));  // beyond the last beat at its pace
  CHECK(music.notes[2].end == Approx(9.0));    // sounds on at the end
  CHECK(music.tempo_bpm == Approx(120.0));
  CHECK(music.bars.back() >= 9.0);
  CHECK(onsets_per_beat(music) == Approx(2.0 / 9.0));
}

TEST_CASE("played_music: a note struck again ends the one before", "[tools][unit]") {
  const auto music = played_music(std::vector{note(0.0, 60, true), note(1.0, 60, true), note(1.5, 60, false)}, kBeats);
  REQUIRE(music.notes.size() == 2);
  CHECK(music.notes[0].end == Approx(2.0));
  CHECK(music.notes[1].end == Approx(3.0));
}

TEST_CASE("major_third_share and mean_pitch: by sounding time, above the tonic", "[tools][unit]") {
  // E for a quarter, E flat for three, over C; the same pitches over A are fifth and diminished fifth.
  const auto music = played_music(
      std::vector{note(0.0, 64, true), note(0.5, 64, false), note(0.5, 63, true), note(2.0, 63, false)}, kBeats);
  CHECK(*major_third_share(music, 0) == Approx(0.25));
  CHECK_FALSE(major_third_share(music, 9));
  CHECK(*mean_pitch(music) == Approx(63.25));
  CHECK_FALSE(mean_pitch({}));
}

TEST_CASE("played_tempo: the median beat forgives one that was bent", "[tools][unit]") {
  CHECK_FALSE(played_tempo({0.0, 0.5}));
  const auto tempo = played_tempo({0.0, 0.5, 1.0, 1.5, 2.25});
  CHECK(tempo->median_bpm == Approx(120.0));
  CHECK(tempo->whole_bpm == Approx(240.0 / 2.25));
}

TEST_CASE("part_of: its own beginning, and nothing from elsewhere", "[tools][unit]") {
  auto music = played_music(
      std::vector{note(0.0, 60, true), note(1.0, 60, false), note(2.0, 62, true), note(4.0, 62, false)}, kBeats);
  const auto part = part_of(music, 4.0, 6.0);
  REQUIRE(part.notes.size() == 1);
  CHECK(part.notes[0].start == Approx(0.0));
  CHECK(part.notes[0].end == Approx(2.0));
  CHECK(part.seconds == Approx(1.0));
}
