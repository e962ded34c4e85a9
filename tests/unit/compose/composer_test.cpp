// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/model/score_layout.h>
#include <photoplayer/train/composer.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>

#include "support/catch.h"

namespace photoplayer::train {
namespace {

using stream::Layer;

constexpr std::uint64_t kSeeds = 24;

bool in_set(unsigned set, int pitch) {
  return ((set >> static_cast<unsigned>(pitch % 12)) & 1U) != 0;
}

unsigned scale_tones(stream::ScaleMode mode) {
  constexpr std::array<unsigned, 4> kSets = {0b101010110101, 0b010110101101, 0b011010101101, 0b011010110101};
  return kSets[static_cast<std::size_t>(mode)];
}

Piece compose_one(int style, std::uint64_t seed, std::optional<int> beats_per_bar = std::nullopt) {
  ComposeSettings settings;
  settings.style = style;
  settings.seed = seed;
  settings.beats_per_bar = beats_per_bar;
  return compose(settings);
}

/// Share of a layer's sounding steps that lie in the beat's chord.
double chord_share(const Piece& piece, Layer layer) {
  int inside = 0, all = 0;
  for (const PieceNote& note : piece.notes) {
    if (note.layer != layer) continue;
    for (int step = note.start_step; step < note.start_step + note.length_steps; ++step) {
      ++all;
      inside += in_set(piece.chords[static_cast<std::size_t>(step / stream::kStepsPerBeat)].chroma, note.pitch) ? 1 : 0;
    }
  }
  return all == 0 ? 1.0 : static_cast<double>(inside) / all;
}

void check_valid(const Piece& piece) {
  REQUIRE(piece.beats_per_bar >= 3);
  REQUIRE(piece.beats % piece.beats_per_bar == 0);
  REQUIRE(piece.chords.size() == static_cast<std::size_t>(piece.beats));
  REQUIRE(piece.tempo_bpm >= 50.0);
  REQUIRE(piece.tempo_bpm <= 180.0);
  REQUIRE(!piece.notes.empty());
  for (const Chord& chord : piece.chords) {
    REQUIRE(chord.root >= 0);
    REQUIRE(in_set(chord.chroma, chord.root));
  }
  // One assertion for all notes: Catch2 is slow per assertion, slower still under a sanitizer.
  int unsorted = 0, outside_piece = 0, outside_range = 0, overlapping = 0;
  std::map<std::pair<int, int>, int> ends;
  int last_start = 0;
  for (const PieceNote& note : piece.notes) {
    unsorted += note.start_step < last_start ? 1 : 0;
    last_start = note.start_step;
    outside_piece +=
        note.length_steps < 1 || note.start_step + note.length_steps > piece.beats * stream::kStepsPerBeat ? 1 : 0;
    const auto layer = static_cast<std::size_t>(note.layer);
    const int lowest = model::kPitchRanges[layer].lowest;
    if (note.layer == Layer::kDrums) {
      const bool known =
          std::find(model::kDrumKeys.begin(), model::kDrumKeys.end(), note.pitch) != model::kDrumKeys.end();
      outside_range += known && note.length_steps == 1 ? 0 : 1;
    } else {
      outside_range += note.pitch >= lowest && note.pitch < lowest + model::kPitchRanges[layer].count ? 0 : 1;
    }
    int& end = ends[{static_cast<int>(layer), note.pitch}];
    overlapping += note.start_step < end ? 1 : 0;
    end = note.start_step + note.length_steps;
  }
  CHECK(unsorted == 0);
  CHECK(outside_piece == 0);
  CHECK(outside_range == 0);
  CHECK(overlapping == 0);
}

TEST_CASE("the same settings compose the same piece and another seed another", "[compose]") {
  for (int style = 0; style < stream::kStyles; ++style) {
    const Piece a = compose_one(style, 5), b = compose_one(style, 5), c = compose_one(style, 6);
    const auto key = [](const Piece& piece) {
      std::vector<std::tuple<int, int, int, int>> notes;
      for (const PieceNote& n : piece.notes)
        notes.emplace_back(n.start_step, n.length_steps, static_cast<int>(n.layer), n.pitch);
      return notes;
    };
    CHECK(key(a) == key(b));
    CHECK(a.tempo_bpm == b.tempo_bpm);
    CHECK(key(a) != key(c));
  }
}

TEST_CASE("every style writes valid pieces in both metres and at odd lengths", "[compose]") {
  for (int style = 0; style < stream::kStyles; ++style) {
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
      check_valid(compose_one(style, seed, 4));
      check_valid(compose_one(style, seed, 3));
    }
    for (int bars : {1, 4, 7, 16, 50}) {
      ComposeSettings settings;
      settings.style = style;
      settings.bars = bars;
      const Piece piece = compose(settings);
      check_valid(piece);
      CHECK(piece.beats == std::max(4, bars) * piece.beats_per_bar);
    }
  }
}

TEST_CASE("three beats to a bar where the style dances in three, four elsewhere", "[compose]") {
  CHECK(compose_one(0, 1, 3).beats_per_bar == 3);
  CHECK(compose_one(7, 1, 3).beats_per_bar == 3);
  CHECK(compose_one(3, 1, 3).beats_per_bar == 4);
  CHECK(compose_one(6, 1, 3).beats_per_bar == 4);
}

TEST_CASE("chord labels are what the layers play", "[compose]") {
  for (int style = 0; style < stream::kStyles; ++style) {
    double harmony = 0.0, bass = 0.0, figure = 0.0, melody = 0.0;
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
      const Piece piece = compose_one(style, seed);
      harmony += chord_share(piece, Layer::kHarmony) / kSeeds;
      bass += chord_share(piece, Layer::kBass) / kSeeds;
      figure += chord_share(piece, Layer::kFigure) / kSeeds;
      melody += chord_share(piece, Layer::kMelody) / kSeeds;
    }
    INFO("style " << stream::kStyleNames[static_cast<std::size_t>(style)]);
    CHECK(harmony >= 0.98);
    CHECK(bass >= 0.9);
    CHECK(figure >= 0.85);
    CHECK(melody >= 0.7);
  }
}

TEST_CASE("the music stays in its scale and on the beat", "[compose]") {
  for (int style = 0; style < stream::kStyles; ++style) {
    double inside = 0.0, all = 0.0;
    std::array<int, 4> onsets{};
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
      const Piece piece = compose_one(style, seed);
      for (const PieceNote& note : piece.notes) {
        ++onsets[static_cast<std::size_t>(note.start_step % 4)];
        if (note.layer == Layer::kDrums) continue;
        all += note.length_steps;
        if (in_set(scale_tones(piece.scale), note.pitch)) inside += note.length_steps;
      }
    }
    INFO("style " << stream::kStyleNames[static_cast<std::size_t>(style)]);
    CHECK(inside / all >= 0.93);
    CHECK(onsets[0] > onsets[2]);
    CHECK(onsets[2] > onsets[1]);
    CHECK(onsets[2] > onsets[3]);
  }
}

TEST_CASE("all drum classes, all layer sets of two or more layers, and rests occur", "[compose]") {
  std::set<int> drums, layer_sets;
  for (int style = 0; style < stream::kStyles; ++style) {
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
      const Piece piece = compose_one(style, seed);
      std::vector<int> active(static_cast<std::size_t>(piece.beats / piece.beats_per_bar), 0);
      const int bar_steps = piece.beats_per_bar * stream::kStepsPerBeat;
      for (const PieceNote& note : piece.notes) {
        if (note.layer == Layer::kDrums) drums.insert(note.pitch);
        for (int bar = note.start_step / bar_steps; bar <= (note.start_step + note.length_steps - 1) / bar_steps;
             ++bar) {
          active[static_cast<std::size_t>(bar)] |= 1 << static_cast<int>(note.layer);
        }
      }
      layer_sets.insert(active.begin(), active.end());
    }
  }
  CHECK(drums.size() == 9);
  CHECK(layer_sets.size() >= 31);
}

TEST_CASE("arousal makes music denser and faster, valence brighter", "[compose]") {
  for (int style = 0; style < stream::kStyles; ++style) {
    std::array<double, 2> notes_per_s{}, major{};
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
      for (int high = 0; high < 2; ++high) {
        ComposeSettings settings;
        settings.style = style;
        settings.seed = seed;
        settings.arousal = high == 1 ? 0.9F : -0.9F;
        settings.valence = high == 1 ? 0.9F : -0.9F;
        const Piece piece = compose(settings);
        CHECK(piece.arousal == *settings.arousal);
        CHECK(piece.valence == *settings.valence);
        const auto i = static_cast<std::size_t>(high);
        notes_per_s[i] += static_cast<double>(piece.notes.size()) / piece.beats * piece.tempo_bpm / 60.0;
        const bool bright = piece.scale == stream::ScaleMode::kMajor || piece.scale == stream::ScaleMode::kMixolydian;
        major[i] += bright ? 1.0 : 0.0;
      }
    }
    INFO("style " << stream::kStyleNames[static_cast<std::size_t>(style)]);
    CHECK(notes_per_s[1] > 1.5 * notes_per_s[0]);
    CHECK(major[1] == kSeeds);
    CHECK(major[0] == 0.0);
  }
}

TEST_CASE("some pieces strike together: crash, kick and at least three layers at once", "[compose]") {
  int pieces_with_strokes = 0;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    const Piece piece = compose_one(5, seed);
    std::map<int, std::set<int>> layers;
    std::set<int> crashes, kicks;
    for (const PieceNote& note : piece.notes) {
      layers[note.start_step].insert(static_cast<int>(note.layer));
      if (note.layer == Layer::kDrums && note.pitch == model::kDrumKeys[6]) crashes.insert(note.start_step);
      if (note.layer == Layer::kDrums && note.pitch == model::kDrumKeys[0]) kicks.insert(note.start_step);
    }
    const bool stroke = std::any_of(crashes.begin(), crashes.end(),
                                    [&](int step) { return kicks.count(step) > 0 && layers[step].size() >= 3; });
    pieces_with_strokes += stroke ? 1 : 0;
  }
  CHECK(pieces_with_strokes >= static_cast<int>(kSeeds / 2));
}

TEST_CASE("no bar is heard more than four times in a row", "[compose]") {
  int worst = 0;
  for (int style = 0; style < stream::kStyles; ++style) {
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
      const Piece piece = compose_one(style, seed);
      const int bar_steps = piece.beats_per_bar * stream::kStepsPerBeat;
      std::vector<std::vector<std::tuple<int, int, int>>> bars(
          static_cast<std::size_t>(piece.beats / piece.beats_per_bar));
      for (const PieceNote& note : piece.notes) {
        if (note.layer == Layer::kDrums) continue;
        bars[static_cast<std::size_t>(note.start_step / bar_steps)].emplace_back(
            note.start_step % bar_steps, static_cast<int>(note.layer), note.pitch);
      }
      int run = 1;
      for (std::size_t i = 1; i < bars.size(); ++i) {
        run = !bars[i].empty() && bars[i] == bars[i - 1] ? run + 1 : 1;
        worst = std::max(worst, run);
      }
    }
  }
  CHECK(worst <= 4);
}

/// Per bar: the places and keys of a layer's notes.
std::vector<std::set<std::pair<int, int>>> bars_of(const Piece& piece, Layer layer) {
  const int bar_steps = piece.beats_per_bar * stream::kStepsPerBeat;
  std::vector<std::set<std::pair<int, int>>> bars(static_cast<std::size_t>(piece.beats / piece.beats_per_bar));
  for (const PieceNote& note : piece.notes) {
    if (note.layer == layer)
      bars[static_cast<std::size_t>(note.start_step / bar_steps)].insert({note.start_step % bar_steps, note.pitch});
  }
  return bars;
}

TEST_CASE("a groove is a groove: most drum bars are the bar before, and the exceptions come where phrases end",
          "[compose]") {
  for (int style : {3, 4, 5, 6, 7}) {
    int same = 0, all = 0;
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
      const auto bars = bars_of(compose_one(style, seed), Layer::kDrums);
      // The first bar of an eight may be struck open, the last filled.
      for (std::size_t i = 2; i + 1 < bars.size(); ++i) {
        if (i % 8 < 2 || i % 8 == 7 || bars[i].empty() || bars[i - 1].empty()) continue;
        ++all;
        same += bars[i] == bars[i - 1] ? 1 : 0;
      }
    }
    INFO("style " << stream::kStyleNames[static_cast<std::size_t>(style)]);
    CHECK(same >= 0.62 * all);
  }
}

TEST_CASE("eight-bar phrases end on a cadence in every style", "[compose]") {
  for (int style = 0; style < stream::kStyles; ++style) {
    int cadences = 0, phrases = 0;
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
      const Piece piece = compose_one(style, seed);
      const auto root = [&](int beat) { return static_cast<int>(piece.chords[static_cast<std::size_t>(beat)].root); };
      for (int end = 8 * piece.beats_per_bar; end <= piece.beats; end += 8 * piece.beats_per_bar) {
        ++phrases;
        const int last = root(end - 1);
        cadences += last == 0 || last == 7 || last == 10 ? 1 : 0;  // home, or open on the dominant or the mode's own
      }
    }
    INFO("style " << stream::kStyleNames[static_cast<std::size_t>(style)]);
    CHECK(cadences >= 0.75 * phrases);
  }
}

TEST_CASE("a tune develops: a rhythm returns with its contour, moved or turned over, and phrases breathe",
          "[compose]") {
  int returning = 0, alike = 0, breaths = 0, phrase_ends = 0;
  for (std::uint64_t seed = 0; seed < 3 * kSeeds; ++seed) {
    for (int style : {0, 1, 7}) {
      const Piece piece = compose_one(style, seed);
      const int bar_steps = piece.beats_per_bar * stream::kStepsPerBeat;
      // The upper voice of each bar: key by place.
      std::vector<std::map<int, int>> bars(static_cast<std::size_t>(piece.beats / piece.beats_per_bar));
      std::vector<bool> sounding(static_cast<std::size_t>(piece.beats * stream::kStepsPerBeat), false);
      for (const PieceNote& note : piece.notes) {
        if (note.layer != Layer::kMelody) continue;
        int& key = bars[static_cast<std::size_t>(note.start_step / bar_steps)][note.start_step % bar_steps];
        key = std::max<int>(key, note.pitch);
        for (int step = note.start_step; step < note.start_step + note.length_steps; ++step)
          sounding[static_cast<std::size_t>(step)] = true;
      }
      std::map<std::vector<int>, std::vector<std::vector<int>>> heard;  // by rhythm: the keys
      const auto contour = [](const std::vector<int>& keys, int sign) {
        std::vector<int> out;
        for (std::size_t i = 1; i < keys.size(); ++i)
          out.push_back(sign * (keys[i] > keys[i - 1] ? 1 : keys[i] < keys[i - 1] ? -1 : 0));
        return out;
      };
      for (const auto& bar : bars) {
        if (bar.size() < 3) continue;
        std::vector<int> rhythm, keys;
        for (const auto& [place, key] : bar) rhythm.push_back(place), keys.push_back(key);
        auto& before = heard[rhythm];
        const bool elsewhere =
            std::any_of(before.begin(), before.end(), [&](const auto& other) { return other != keys; });
        returning += elsewhere ? 1 : 0;
        alike += elsewhere && std::any_of(before.begin(), before.end(),
                                          [&](const auto& other) {
                                            return other != keys && (contour(other, 1) == contour(keys, 1) ||
                                                                     contour(other, -1) == contour(keys, 1));
                                          })
                     ? 1
                     : 0;
        before.push_back(keys);
      }
      for (std::size_t bar = 3; bar + 1 < bars.size(); bar += 4) {
        if (bars[bar].empty()) continue;
        ++phrase_ends;
        const auto begin = bar * static_cast<std::size_t>(bar_steps);
        bool rests = false;
        for (std::size_t step = begin; step + 1 < begin + static_cast<std::size_t>(bar_steps); ++step)
          rests = rests || (!sounding[step] && !sounding[step + 1]);
        breaths += rests ? 1 : 0;
      }
    }
  }
  CHECK(returning >= 600);
  CHECK(alike >= 0.52 * returning);
  CHECK(breaths >= 0.5 * phrase_ends);
}

}  // namespace
}  // namespace photoplayer::train
