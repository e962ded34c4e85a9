// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/model/midi_file.h>
#include <photoplayer/model/style_table.h>

#include "midi_reader.h"
#include "support/catch.h"

#include <map>

using namespace photoplayer;
using model::kTicksPerBeat;
using model::TimedNote;
using stream::Layer;

namespace {

TimedNote timed(Layer layer, bool on, int pitch, double time_s, std::int64_t step = 0) {
  TimedNote note;
  note.event.layer = layer;
  note.event.on = on;
  note.event.pitch = static_cast<std::uint8_t>(pitch);
  note.event.step = step;
  note.time_s = time_s;
  return note;
}

test::MidiContent written(const std::vector<TimedNote>& notes, const model::MidiSettings& settings) {
  const auto bytes = model::write_midi(notes, settings);
  REQUIRE(bytes.has_value());
  const auto content = test::MidiReader(*bytes).read();
  REQUIRE(content.has_value());
  CHECK(content->format == 1);
  CHECK(content->ticks_per_beat == kTicksPerBeat);
  REQUIRE(content->tracks.size() == stream::kLayers + 1);
  // Every beginning has its end, later.
  for (const auto& track : content->tracks) {
    std::map<int, std::int64_t> sounding;
    for (const auto& m : track) {
      if ((m.status & 0xF0) == 0x90) {
        CHECK(sounding.count(m.first) == 0);
        sounding[m.first] = m.tick;
      } else if ((m.status & 0xF0) == 0x80) {
        REQUIRE(sounding.count(m.first) == 1);
        CHECK(m.tick > sounding[m.first]);
        sounding.erase(m.first);
      }
    }
    CHECK(sounding.empty());
  }
  return *content;
}

std::vector<std::int64_t> ticks_of(const test::MidiContent& content, Layer layer, int kind) {
  std::vector<std::int64_t> ticks;
  for (const auto& m : content.tracks[static_cast<std::size_t>(layer) + 1]) {
    if ((m.status & 0xF0) == kind) ticks.push_back(m.tick);
  }
  return ticks;
}

/// Where a tick is in time, by the file's own tempo track.
double time_of(const test::MidiContent& content, std::int64_t tick) {
  double time_s = 0.0, beat_s = 0.5;
  std::int64_t at = 0;
  for (const auto& m : content.tracks[0]) {
    if (m.status != 0xFF || m.first != 0x51 || m.tick >= tick) continue;
    time_s += static_cast<double>(m.tick - at) / kTicksPerBeat * beat_s;
    at = m.tick;
    int us = 0;
    for (const char c : m.data) us = us << 8 | static_cast<unsigned char>(c);
    beat_s = us * 1e-6;
  }
  return time_s + static_cast<double>(tick - at) / kTicksPerBeat * beat_s;
}

}  // namespace

TEST_CASE("MIDI file: at constant tempo grid steps are whole ticks", "[model][unit]") {
  model::MidiSettings settings;
  settings.tempo_bpm = 97.0;
  settings.duration_s = 60.0 / 97.0 * 8.0;
  const double step_s = 60.0 / 97.0 / 4.0;
  std::vector<TimedNote> notes;
  for (int s = 0; s < 32; ++s) {
    notes.push_back(timed(Layer::kFigure, true, 60, s * step_s, s));
    notes.push_back(timed(Layer::kFigure, false, 60, (s + 1) * step_s, s + 1));
    notes.push_back(timed(Layer::kDrums, true, 42, s * step_s, s));
  }
  const auto content = written(notes, settings);
  for (const Layer layer : {Layer::kFigure, Layer::kDrums}) {
    const auto ticks = ticks_of(content, layer, 0x90);
    REQUIRE(ticks.size() == 32);
    for (std::size_t s = 0; s < ticks.size(); ++s) CHECK(ticks[s] == static_cast<std::int64_t>(s) * kTicksPerBeat / 4);
  }
}

TEST_CASE("MIDI file: follows beats that drift, and the film's time before the first", "[model][unit]") {
  model::MidiSettings settings;
  double time_s = 1.3;
  for (int i = 0; i < 200; ++i) {
    settings.beats_s.push_back(time_s);
    time_s += 0.5 + 0.02 * (i % 7);
  }
  settings.duration_s = time_s;
  std::vector<TimedNote> notes;
  for (const double beat : settings.beats_s) {
    notes.push_back(timed(Layer::kBass, true, 40, beat));
    notes.push_back(timed(Layer::kBass, false, 40, beat + 0.2));
  }
  notes.push_back(timed(Layer::kDrums, true, 49, 31.2345));  // moved off the grid onto a cut
  const auto content = written(notes, settings);
  const auto ticks = ticks_of(content, Layer::kBass, 0x90);
  REQUIRE(ticks.size() == settings.beats_s.size());
  for (std::size_t i = 0; i < ticks.size(); ++i) {
    CHECK(ticks[i] % kTicksPerBeat == 0);
    CHECK(time_of(content, ticks[i]) == Approx(settings.beats_s[i]).margin(0.001));
  }
  CHECK(time_of(content, ticks_of(content, Layer::kDrums, 0x90)[0]) == Approx(31.2345).margin(0.001));
}

TEST_CASE("MIDI file: odd input still makes a sound file", "[model][unit]") {
  model::MidiSettings settings;
  settings.style = 4;
  settings.duration_s = 4.0;
  SECTION("nothing at all") {
    written({}, settings);
  }
  SECTION("unmatched, repeated, empty and late notes") {
    const auto content = written({timed(Layer::kMelody, false, 70, 0.0), timed(Layer::kMelody, true, 70, 0.5),
                                  timed(Layer::kMelody, true, 70, 1.0), timed(Layer::kMelody, true, 72, 2.0),
                                  timed(Layer::kMelody, false, 72, 2.0), timed(Layer::kMelody, true, 74, 9.0)},
                                 settings);
    CHECK(ticks_of(content, Layer::kMelody, 0x90).size() == 3);
  }
  SECTION("tracks carry names and the style's programs") {
    const auto content = written({}, settings);
    for (int layer = 0; layer < stream::kLayers; ++layer) {
      const auto& track = content.tracks[static_cast<std::size_t>(layer) + 1];
      CHECK(track[0].data == stream::layer_name(static_cast<Layer>(layer)));
      CHECK(track[1].first == model::style_at(4).voices[static_cast<std::size_t>(layer)].program);
    }
  }
}

TEST_CASE("MIDI file: beats that do not increase are refused", "[model][unit]") {
  model::MidiSettings settings;
  settings.beats_s = {0.0, 0.5, 0.5};
  const auto bytes = model::write_midi({}, settings);
  REQUIRE_FALSE(bytes.has_value());
  CHECK(bytes.error().code == ErrorCode::kUsage);
}
