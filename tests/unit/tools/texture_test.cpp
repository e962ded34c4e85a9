// SPDX-License-Identifier: Apache-2.0
#include "eval/texture.h"

#include <algorithm>
#include <cmath>

#include "support/catch.h"

using namespace photoplayer;
using namespace photoplayer::tools;

namespace {

constexpr int kMelody = static_cast<int>(stream::Layer::kMelody), kBass = static_cast<int>(stream::Layer::kBass),
              kDrums = static_cast<int>(stream::Layer::kDrums);

/// Two bars: quarters up and down in the melody, a bass chord on each bar line, a kick on beats two and four.
train::WrittenMusic small_piece(int transposed = 0) {
  train::WrittenMusic music;
  for (int beat = 0; beat < 8; ++beat) {
    music.notes.push_back({static_cast<double>(beat), beat + 1.0, 60 + transposed + (beat % 2) * 4, kMelody});
    if (beat % 4 == 0) {
      for (const int pitch : {36, 43})
        music.notes.push_back({static_cast<double>(beat), beat + 4.0, pitch + transposed, kBass});
    }
    if (beat % 2 == 1) music.notes.push_back({static_cast<double>(beat), beat + 0.25, 36, kDrums, 64, true});
  }
  music.tempo_bpm = 90.0;
  return music;
}

}  // namespace

TEST_CASE("texture_of: each number by hand", "[tools][unit]") {
  const auto numbers = texture_of(small_piece(), 0);
  REQUIRE(numbers.size() == kTextureNumbers);
  CHECK(numbers[kTempoNumber] == Approx(90.0));
  const double* melody = numbers.data() + kMelody * kPitchedNumbers;
  CHECK(melody[0] == Approx(std::log1p(1.0)));  // a note a beat
  CHECK(melody[1] == Approx(1.0));              // all on the beat
  CHECK(melody[5] == Approx(0.25));             // a quarter of them on the bar's first eighth
  CHECK(melody[6] == Approx(0.0));              // none on its second
  CHECK(melody[13] == Approx(0.0));             // log₂ of a quarter
  CHECK(melody[15] == Approx(62.0));            // mean pitch
  CHECK(melody[16] == Approx(1.0));             // one at a time
  CHECK(melody[17] == Approx(4.0));             // every step is a major third
  const double* bass = numbers.data() + kBass * kPitchedNumbers;
  CHECK(bass[16] == Approx(2.0));
  CHECK(bass[18] == Approx(1.0));  // its top line stays where it is
  const double* drums = numbers.data() + kDrums * kPitchedNumbers;
  CHECK(drums[5 + 2] == Approx(0.5));  // beat two
  CHECK(drums[5 + 8] == Approx(1.0));  // kicks
}

TEST_CASE("texture_of: the key makes no difference, and silence is finite", "[tools][unit]") {
  const auto home = texture_of(small_piece(), 0);
  const auto up = texture_of(small_piece(3), 3), down = texture_of(small_piece(-4), 8);
  for (std::size_t i = 0; i < home.size(); ++i) {
    CHECK(up[i] == Approx(home[i]));
    CHECK(down[i] == Approx(home[i]));
  }
  const auto silence = texture_of({}, 0);
  CHECK(std::all_of(silence.begin(), silence.end(), [](double number) { return std::isfinite(number); }));
}
