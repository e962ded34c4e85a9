// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The score's vocabulary: what a decoder hands to the conductor, and the conductor to a synthesiser.
/// Plain values; any thread.
#include <cstdint>

namespace photoplayer::stream {

/// The parts of the score, each on its own MIDI channel and stem.
enum class Layer : std::uint8_t { kMelody, kHarmony, kFigure, kBass, kDrums };
inline constexpr int kLayers = 5;
inline constexpr int kStepsPerBeat = 4;  ///< sixteenths: the score's grid

[[nodiscard]] constexpr const char* layer_name(Layer layer) noexcept {
  constexpr const char* kNames[kLayers] = {"melody", "harmony", "figure", "bass", "drums"};
  return kNames[static_cast<int>(layer)];
}

/// A change of one note, at a place on the grid. `step` counts sixteenths since the start of the piece.
struct NoteEvent {
  std::int64_t step = 0;
  Layer layer = Layer::kMelody;
  bool on = true;           ///< false: the note ends here
  std::uint8_t pitch = 60;  ///< MIDI key number, or the General MIDI drum key for kDrums
  float velocity = 0.6F;    ///< 0…1, before dynamics; unused when `on` is false
  bool accent = false;      ///< a marked accent: added for a picture event, not the network's
  double offset_s = 0.0;    ///< moved from the grid by this much to meet a cut (hit point)
  float late_steps = 0.0F;  ///< swing: later than the grid by this share of a sixteenth, unless it meets a cut
};

}  // namespace photoplayer::stream
