// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What the parts of the composer share while a piece is being written: its frame, its form, its chords, its
/// notes.
#include <photoplayer/harmony/phrase.h>
#include <photoplayer/train/piece.h>

#include "style.h"

#include <array>
#include <cmath>
#include <vector>

namespace photoplayer::train::detail {

using harmony::ChordSpan, harmony::Harmony, harmony::PitchSet;
using harmony::contains, harmony::keys_in, harmony::nearest_index, harmony::chord_scale, harmony::scale_set,
    harmony::parse_roman, harmony::span_at;
using harmony::kThemeBars;

enum class SectionKind { kIntro, kVerse, kBuild, kFull, kBreak, kOutro };

struct Section {
  SectionKind kind = SectionKind::kVerse;
  int theme = 0;      ///< sections of one theme share chords, motifs and patterns
  int theme_bar = 0;  ///< the theme's bar this section begins with
  int bar = 0, bars = 4;
  bool closes = false;  ///< takes the theme's closed ending
  double energy = 0.5;  ///< 0…1
  std::array<bool, stream::kLayers> active{};
  std::array<double, stream::kLayers> density{};  ///< 0…1
};

struct Theme {
  harmony::Role role = harmony::Role::kHome;
  harmony::ThemeChords chords;
  std::vector<PieceNote> open_melody, closed_melody;  ///< to the two endings; steps from the theme's beginning
  std::uint64_t pattern_seed = 0;                     ///< of the accompaniment
};

struct Sketch {
  int style = 0;
  stream::ScaleMode scale = stream::ScaleMode::kMajor;
  PitchSet scale_tones = 0;
  int beats_per_bar = 4;
  int bars = 32;
  double tempo_bpm = 100.0;
  double arousal = 0.0, valence = 0.0;  ///< −1…1
  std::vector<Section> sections;
  std::vector<Theme> themes;
  std::vector<ChordSpan> spans;  ///< covers the piece
  std::vector<PieceNote> notes;
  std::vector<int> strokes;  ///< steps of the tutti strokes

  /// Semitones by which lively and bright music lies higher.
  [[nodiscard]] int height() const { return static_cast<int>(std::lround(2.0 * arousal + 4.0 * valence)); }
  [[nodiscard]] int bar_steps() const { return beats_per_bar * stream::kStepsPerBeat; }
  [[nodiscard]] int steps() const { return bars * bar_steps(); }
  [[nodiscard]] const ChordSpan& span_at_step(int step) const;
  [[nodiscard]] const Section& section_at_step(int step) const;
  /// Cuts the note at the piece's end and folds it by octaves into its layer's range.
  void add(stream::Layer layer, int start, int length, int pitch);
  void add_drum(int start, int key);
};

/// Sorted, and on each key of each layer one note at a time.
void tidy(std::vector<PieceNote>& notes, int steps);

[[nodiscard]] int fold_into_range(stream::Layer layer, int pitch);

}  // namespace photoplayer::train::detail
