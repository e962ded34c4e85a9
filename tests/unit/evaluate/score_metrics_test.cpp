// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/train/score_metrics.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "support/catch.h"
#include "support/made_inputs.h"

using namespace photoplayer;
using namespace photoplayer::train;

namespace {

/// Quarters one after another, bars of four.
WrittenMusic line(const std::vector<int>& pitches) {
  WrittenMusic music;
  for (std::size_t i = 0; i < pitches.size(); ++i) {
    const auto at = static_cast<double>(i);
    if (i % 4 == 0) music.bars.push_back(at);
    music.notes.push_back({at, at + 1.0, pitches[i], 0, 80, false});
  }
  music.bars.push_back(static_cast<double>((pitches.size() + 3) / 4 * 4));
  music.seconds = music.length() / 2.0;
  return music;
}

std::vector<int> chant(std::uint32_t seed, int count) {
  tests::Noise noise(seed);
  std::vector<int> pitches;
  for (int i = 0; i < count; ++i) pitches.push_back(48 + static_cast<int>(noise.next() >> 27U));
  return pitches;
}

}  // namespace

TEST_CASE("pitch_class_entropy and scale_consistency: by hand", "[evaluate][unit]") {
  CHECK(pitch_class_entropy(line({60, 72, 48, 60})) == Approx(0.0));
  CHECK(pitch_class_entropy(line({60, 62, 64, 65})) == Approx(2.0));
  CHECK(pitch_class_entropy(line({60, 60, 60, 67})) == Approx(0.8112781));
  CHECK(scale_consistency(line({60, 62, 64, 65, 67, 69, 71, 72})) == Approx(1.0));
  CHECK(scale_consistency(line({60, 61, 62, 63})) == Approx(0.75));  // no scale holds three semitones in a row
}

TEST_CASE("groove_similarity and empty_beat_rate: by hand", "[evaluate][unit]") {
  WrittenMusic music = line({60, 60, 60, 60, 60, 60, 60, 60});
  CHECK(groove_similarity(music) == Approx(1.0));
  CHECK(empty_beat_rate(music) == Approx(0.0));
  music.notes[5].start = 5.5;  // one onset moved: two of sixteen places differ; its beat still sounds in part
  music.notes[5].end = 6.0;
  CHECK(groove_similarity(music) == Approx(1.0 - 2.0 / 16.0));
  CHECK(empty_beat_rate(music) == Approx(0.0));
  music.notes.erase(music.notes.begin() + 5);
  CHECK(groove_similarity(music) == Approx(1.0 - 1.0 / 16.0));
  CHECK(empty_beat_rate(music) == Approx(1.0 / 8.0));
}

TEST_CASE("key_adherence: by sounding time, drums left out", "[evaluate][unit]") {
  WrittenMusic music = line({60, 61, 62, 64});
  music.notes.push_back({0.0, 8.0, 37, 9, 80, true});
  CHECK(*key_adherence(music, 0, stream::ScaleMode::kMajor) == Approx(0.75));
  CHECK(*key_adherence(music, 2, stream::ScaleMode::kMajor) == Approx(0.75));  // D major has 61, 62 and 64, but not 60
  CHECK(*key_adherence(music, 6, stream::ScaleMode::kMajor) == Approx(0.25));
  music.notes = {{0.0, 1.0, 37, 9, 80, true}};
  CHECK_FALSE(key_adherence(music, 0, stream::ScaleMode::kMajor));
}

TEST_CASE("structure_index: a piece that repeats has more of it", "[evaluate][unit]") {
  // 32 bars of 2 s. AABA of 8 bars each against bars that never come back.
  auto a = chant(1, 32), b = chant(2, 32), form = a;
  for (const auto* part : {&a, &b, &a}) form.insert(form.end(), part->begin(), part->end());
  const double repeats = structure_index(line(form), 8.0, 17.0),
               never = structure_index(line(chant(3, 128)), 8.0, 17.0);
  // Three paths of 8 over 32 bars, less the trivial one: score 16/24, coverage 16/32, of which the harmonic mean.
  CHECK(repeats == Approx(4.0 / 7.0));
  CHECK(never < 0.35);
  CHECK(structure_index(line({60, 62}), 1.0, 100.0) == Approx(0.0));
}

TEST_CASE("read_written_music: bars and seconds follow metre and tempo", "[evaluate][unit]") {
  const auto path = std::filesystem::temp_directory_path() / "photoplayer-written-music-test.mid";
  // 96 ticks a quarter: 3/4 at 120, one bar; then 4/4 at 60. A note in each bar and a drum at the end.
  const unsigned char bytes[] = {
      'M',  'T',  'h',  'd',  0,  0,    0,  6,  0, 0,    0,    1,    0,    96,   'M',  'T',  'r', 'k', 0, 0, 0, 55,  //
      0,    0xFF, 0x58, 4,    3,  2,    24, 8,  0, 0xFF, 0x51, 3,    0x07, 0xA1, 0x20,        // 3/4, 120
      0,    0x90, 60,   80,   96, 0x80, 60, 0,                                                // one quarter
      0x81, 0x40, 0xFF, 0x58, 4,  4,    2,  24, 8, 0,    0xFF, 0x51, 3,    0x0F, 0x42, 0x40,  // 4/4, 60
      0,    0x90, 64,   80,   96, 0x80, 64, 0,  0, 0x99, 36,   80,                            //
      0,    0xFF, 0x2F, 0};
  std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(bytes), sizeof bytes);
  const auto music = read_written_music(path);
  REQUIRE(music);
  CHECK(music->notes.size() == 3);
  CHECK(music->notes[2].drum);
  REQUIRE(music->bars.size() >= 3);
  CHECK(music->bars[1] == Approx(3.0));
  CHECK(music->bars[2] == Approx(7.0));
  CHECK(music->seconds == Approx(1.5 + 1.0).margin(0.02));
  CHECK_FALSE(read_written_music(path.parent_path() / "photoplayer-no-such.mid"));
  std::ofstream(path) << "no music";
  CHECK_FALSE(read_written_music(path));
  std::filesystem::remove(path);
}
