// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What the network is told about one beat and about the whole window, apart from the picture: harmony, place in the
/// bar and phrase, density, which layers sound, accents. The trainer reads it off finished pieces; the director
/// writes it ahead of time. No LibTorch here.
#include <photoplayer/stream/controls.h>
#include <photoplayer/stream/notes.h>

#include <array>
#include <cstdint>
#include <optional>
#include <span>

namespace photoplayer::network {

struct BeatPlan {
  int chord_root = -1;             ///< pitch class relative to the tonic, −1 = unknown
  std::uint16_t chord_chroma = 0;  ///< bit p: pitch class p relative to the tonic
  int beat_in_bar = 0;
  int beats_per_bar = 4;
  int bar_in_phrase = 0;                            ///< 0…7
  std::optional<float> density;                     ///< see density_of()
  std::optional<std::uint8_t> layers;               ///< bit i: stream::Layer i sounds in this bar
  std::array<float, stream::kStepsPerBeat> hits{};  ///< strength of an accent on each sixteenth
  float beats_to_end = 1.0F;                        ///< 0 at the last beat, 1 from eight beats before it on
};

inline constexpr int kPlanNumbers = 12 + 12 + 4 + 8 + 2 + (stream::kLayers + 1) + stream::kStepsPerBeat + 1 + 1;

/// Writes kPlanNumbers values.
void encode(const BeatPlan& plan, std::span<float> out);

struct GlobalPlan {
  std::array<float, stream::kStyles> style{};  ///< weights; all zero = unknown
  std::optional<stream::ScaleMode> scale;
  std::optional<float> valence, arousal;
  double tempo_bpm = 100.0;
};

inline constexpr int kGlobalNumbers = stream::kStyles + stream::kScaleModes + 4 + 1;

void encode(const GlobalPlan& plan, std::span<float> out);

/// Note density on the scale that the network is told: pitched onsets per beat, averaged over a bar, compressed so
/// that 0 is silence and about 1 the busiest music.
[[nodiscard]] float density_of(float pitched_onsets_per_beat);

}  // namespace photoplayer::network
