// SPDX-License-Identifier: Apache-2.0
#include "understudy.h"

#include "support/catch.h"

using namespace photoplayer::stream;

namespace {

/// Two beats of half a second with a note on each.
Hop hop_at(std::int64_t first, int look_ahead_rows = 0) {
  Hop hop;
  hop.first = first;
  hop.rows = 2;
  hop.start_s = static_cast<double>(first) * 0.5;
  hop.end_s = hop.start_s + 1.0;
  hop.step_s = 0.125;
  auto note = [](std::int64_t row) {
    NoteEvent event;
    event.step = row * kStepsPerBeat;
    event.pitch = static_cast<std::uint8_t>(60 + row);
    return event;
  };
  for (std::int64_t row = first; row < first + 2; ++row) {
    hop.beats_s.push_back(static_cast<double>(row) * 0.5);
    hop.notes.push_back({static_cast<double>(row) * 0.5, note(row)});
  }
  for (std::int64_t row = first + 2; row < first + 2 + look_ahead_rows; ++row) hop.look_ahead.push_back(note(row));
  hop.look_ahead_rows = look_ahead_rows;
  return hop;
}

}  // namespace

TEST_CASE("Understudy: look-ahead first, then the last bar twice and softer, then the bed", "[stream][unit]") {
  Understudy understudy;
  understudy.open(0.0, 0.125, 2);
  for (std::int64_t first = 0; first < 8; first += 2) understudy.listen(hop_at(first, 3));
  std::vector<Hop> stood_in;
  for (int i = 0; i < 9; ++i) {
    stood_in.push_back(understudy.stand_in());
    understudy.listen(stood_in.back());
  }
  CHECK(stood_in[0].source == HopSource::kLookAhead);
  CHECK(stood_in[0].first == 8);
  REQUIRE(stood_in[0].notes.size() == 2);
  CHECK(stood_in[0].notes[1].event.pitch == 69);
  CHECK(stood_in[0].notes[1].time_s == Approx(4.5));
  CHECK(stood_in[1].source == HopSource::kLookAhead);
  CHECK(stood_in[1].rows == 1);  // all there was
  CHECK_FALSE(stood_in[1].releases_before);

  CHECK(stood_in[2].source == HopSource::kRepeatBar);
  CHECK(stood_in[2].first == 11);
  CHECK(stood_in[2].releases_before);
  REQUIRE_FALSE(stood_in[2].notes.empty());
  CHECK(stood_in[2].notes[0].event.pitch == 60 + 7);  // a bar before
  CHECK(stood_in[2].notes[0].event.velocity < 0.6F);

  double end_s = 4.0;
  int repeated = 0;
  for (const Hop& hop : stood_in) {
    CHECK(hop.start_s == Approx(end_s));
    CHECK(hop.beats_s.size() == static_cast<std::size_t>(hop.rows));
    end_s = hop.end_s;
    if (hop.source == HopSource::kRepeatBar) repeated += hop.rows;
  }
  CHECK(repeated == Understudy::kMaxRepeatedRows);
  CHECK(stood_in.back().source == HopSource::kBed);
  CHECK(stood_in.back().notes.empty());
}

TEST_CASE("Understudy: before any music there is only the bed", "[stream][unit]") {
  Understudy understudy;
  understudy.open(2.0, 0.125, 2);
  const Hop hop = understudy.stand_in();
  CHECK(hop.source == HopSource::kBed);
  CHECK(hop.first == 0);
  CHECK(hop.start_s == 2.0);
  CHECK(hop.end_s == Approx(3.0));
}

TEST_CASE("Understudy: the bed is the last harmony, softer every other bar, down to a floor", "[stream][unit]") {
  Understudy understudy;
  understudy.open(0.0, 0.125, 2);
  for (std::int64_t first = 0; first < 8; first += 2) {
    Hop hop = hop_at(first);
    for (const std::uint8_t pitch : {std::uint8_t{48}, std::uint8_t{55}}) {
      NoteEvent chord;
      chord.step = first * kStepsPerBeat;
      chord.layer = Layer::kHarmony;
      chord.pitch = static_cast<std::uint8_t>(pitch + first / 6);
      hop.notes.insert(hop.notes.begin(), {hop.start_s, chord});
    }
    understudy.listen(hop);
  }
  std::vector<float> velocities;
  for (int i = 0; i < 40; ++i) {
    const Hop hop = understudy.stand_in();
    understudy.listen(hop);
    if (hop.source != HopSource::kBed) continue;
    CHECK(hop.releases_before == velocities.empty());
    for (const TimedNote& note : hop.notes) {
      CHECK(note.event.layer == Layer::kHarmony);
      CHECK((note.event.pitch == 49 || note.event.pitch == 56));  // of the last hop
      CHECK(note.time_s == Approx(hop.start_s));
      velocities.push_back(note.event.velocity);
    }
  }
  REQUIRE(velocities.size() == 2 * 9);  // 36 hops of two beats, struck every eight beats
  CHECK(velocities.front() == Approx(0.4F));
  CHECK(velocities[2] < velocities[1]);
  CHECK(velocities.back() == Approx(0.15F));
}
