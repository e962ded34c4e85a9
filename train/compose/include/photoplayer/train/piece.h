// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A piece of music as training material: notes on the sixteenth grid in five layers, transposed so that the tonic
/// is C, with what is known about it. Made by the composer or read from a score.
#include <photoplayer/stream/controls.h>
#include <photoplayer/stream/notes.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace photoplayer::train {

struct PieceNote {
  int start_step = 0;    ///< sixteenths from the beginning
  int length_steps = 1;  ///< at least 1; drums always 1
  stream::Layer layer = stream::Layer::kMelody;
  std::uint8_t pitch = 60;  ///< MIDI key with the tonic moved to C; for drums a General MIDI drum key
};

/// The harmony of one beat.
struct Chord {
  std::int8_t root = -1;     ///< pitch class relative to the tonic, −1 = none
  std::uint16_t chroma = 0;  ///< bit p set: pitch class p (relative to the tonic) belongs to the chord
};

struct Piece {
  std::string source;  ///< "composer:<style>:<seed>" or a score's file name; goes into the bundle's provenance
  int style = -1;      ///< index into stream::kStyleNames, −1 = unknown
  int beats_per_bar = 4;
  int beats = 0;
  double tempo_bpm = 100.0;
  stream::ScaleMode scale = stream::ScaleMode::kMajor;
  float valence = 0.0F, arousal = 0.0F;  ///< −1…1
  std::vector<PieceNote> notes;          ///< sorted by start_step
  std::vector<Chord> chords;             ///< [beats]
  /// Steps at which all that plays strikes together, ascending; unset in what was read from a score: there neither
  /// strokes nor where phrases begin are known.
  std::optional<std::vector<int>> strokes;
};

}  // namespace photoplayer::train
