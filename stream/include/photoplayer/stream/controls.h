// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What a user may ask of the music. Plain values, copied once per window; any thread.
#include <array>
#include <cstdint>
#include <optional>

namespace photoplayer::stream {

inline constexpr int kStyles = 8;
/// The named presets, in the order of the network's style input.
inline constexpr std::array<const char*, kStyles> kStyleNames = {"piano",     "chamber",   "ambient",    "lofi",
                                                                 "cinematic", "adventure", "electronic", "folk"};

enum class ScaleMode : std::uint8_t { kMajor, kMinor, kDorian, kMixolydian };
inline constexpr int kScaleModes = 4;

/// Unset means: follow the picture.
struct Controls {
  std::optional<int> style;         ///< index into kStyleNames
  std::optional<double> tempo_bpm;  ///< 50…180
  std::optional<int> key;           ///< tonic pitch class, 0 = C … 11 = B
  std::optional<ScaleMode> scale;
  std::optional<float> valence;    ///< −1 sad … 1 happy
  std::optional<float> arousal;    ///< −1 calm … 1 excited
  std::optional<float> density;    ///< 0 sparse … 1 busy
  std::optional<float> intensity;  ///< 0 bare … 1 full: loudness and number of layers
  float follow = 1.0F;             ///< 0…1: how strongly the picture leads
};

}  // namespace photoplayer::stream
