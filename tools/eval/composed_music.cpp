// SPDX-License-Identifier: Apache-2.0
#include "eval/composed_music.h"

#include "eval/played_music.h"

#include <photoplayer/train/composer.h>

#include <algorithm>
#include <cmath>

namespace photoplayer::tools {
namespace {

/// Training sets count their pieces from 0, and films from another place.
constexpr std::uint64_t kHeldOut = 0x7E57'1000'0000;
constexpr double kBar = 4.0;
constexpr int kPiece_bars = 32;

train::Piece piece_of(int style, std::uint64_t number, int bars) {
  train::ComposeSettings settings;
  settings.style = style;
  settings.seed = kHeldOut + number;
  settings.bars = bars;
  settings.beats_per_bar = 4;
  return train::compose(settings);
}

}  // namespace

train::WrittenMusic written_music(const train::Piece& piece) {
  constexpr int kVelocity = 80;
  train::WrittenMusic music;
  for (const train::PieceNote& note : piece.notes) {
    const double start = static_cast<double>(note.start_step) / stream::kStepsPerBeat;
    music.notes.push_back({start, start + static_cast<double>(note.length_steps) / stream::kStepsPerBeat, note.pitch,
                           static_cast<int>(note.layer), kVelocity, note.layer == stream::Layer::kDrums});
  }
  for (int beat = 0; beat <= piece.beats; beat += piece.beats_per_bar) music.bars.push_back(beat);
  music.tempo_bpm = piece.tempo_bpm;
  music.seconds = piece.beats * 60.0 / piece.tempo_bpm;
  return music;
}

train::WrittenMusic composed_music(int style, std::uint64_t number, int bars) {
  return written_music(piece_of(style, number, bars));
}

train::WrittenMusic composed_part(int style, std::uint64_t number, double seconds) {
  const train::WrittenMusic music = composed_music(style, number, kPiece_bars);
  const double bars = std::round(seconds * music.tempo_bpm / 60.0 / kBar);
  return part_of(music, 0.0, kBar * std::clamp(bars, 1.0, static_cast<double>(kPiece_bars)));
}

}  // namespace photoplayer::tools
