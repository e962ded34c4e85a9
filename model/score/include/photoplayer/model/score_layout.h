// SPDX-License-Identifier: Apache-2.0
#pragma once
/// How a beat of score becomes numbers: for each of the four sixteenths, an onset and a sustain plane per pitched
/// layer and an onset plane for drums. Pitches are relative to a tonic of C. The trainer, the decoder and the tests
/// share this one layout.
#include <photoplayer/stream/notes.h>

#include <array>
#include <cstdint>
#include <vector>

namespace photoplayer::model {

struct PitchRange {
  int lowest = 0;
  int count = 0;
};

/// Indexed by stream::Layer. Composer and MIDI reader fold notes into these by octaves.
inline constexpr std::array<PitchRange, stream::kLayers> kPitchRanges = {{
    {55, 36},  // melody  G3…F#6
    {43, 36},  // harmony G2…F#5
    {48, 44},  // figure  C3…G6
    {28, 32},  // bass    E1…B3
    {0, 9},    // drums: index into kDrumKeys
}};

/// General MIDI keys of the nine drum classes: kick, snare, closed hat, open hat, low tom, high tom, crash, ride,
/// shaker.
inline constexpr std::array<std::uint8_t, 9> kDrumKeys = {36, 38, 42, 46, 45, 50, 49, 51, 70};

inline constexpr int kPitchedPlane = 36 + 36 + 44 + 32;
inline constexpr int kStepNumbers = 2 * kPitchedPlane + 9;                 ///< onset, sustain, drums
inline constexpr int kBeatNumbers = stream::kStepsPerBeat * kStepNumbers;  ///< 1220

/// Index within a beat's numbers.
[[nodiscard]] constexpr int layer_offset(stream::Layer layer) noexcept {
  int offset = 0;
  for (int i = 0; i < static_cast<int>(layer); ++i) offset += kPitchRanges[static_cast<std::size_t>(i)].count;
  return offset;
}
[[nodiscard]] constexpr int onset_index(int step, stream::Layer layer, int pitch_index) noexcept {
  return step * kStepNumbers + layer_offset(layer) + pitch_index;
}
/// For pitched layers only: 1 while a note that began earlier sounds on.
[[nodiscard]] constexpr int sustain_index(int step, stream::Layer layer, int pitch_index) noexcept {
  return step * kStepNumbers + kPitchedPlane + layer_offset(layer) + pitch_index;
}
[[nodiscard]] constexpr int drum_index(int step, int drum) noexcept {
  return step * kStepNumbers + 2 * kPitchedPlane + drum;
}

/// Every index within a beat's numbers that belongs to the layer.
[[nodiscard]] inline std::vector<std::int64_t> layer_columns(stream::Layer layer) {
  std::vector<std::int64_t> columns;
  for (int step = 0; step < stream::kStepsPerBeat; ++step) {
    for (int i = 0; i < kPitchRanges[static_cast<std::size_t>(layer)].count; ++i) {
      if (layer == stream::Layer::kDrums) {
        columns.push_back(drum_index(step, i));
        continue;
      }
      columns.push_back(onset_index(step, layer, i));
      columns.push_back(sustain_index(step, layer, i));
    }
  }
  return columns;
}

}  // namespace photoplayer::model
