// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Loudness as EBU R 128 has it, in time. Any thread.
#include <photoplayer/stream/result.h>

#include <span>
#include <vector>

namespace photoplayer::train {

inline constexpr int kLoudnessRate_hz = 10;

/// Step i is centred on i / kLoudnessRate_hz seconds; LUFS, NaN where the window is silent (below −70) or reaches
/// beyond the sound.
struct LoudnessCurves {
  std::vector<double> momentary;   ///< windows of 0.4 s
  std::vector<double> short_term;  ///< windows of 3 s
  double integrated = 0.0;         ///< of the whole; −infinity for silence
};
/// Interleaved stereo, 44.1 kHz.
[[nodiscard]] Result<LoudnessCurves> loudness_curves(std::span<const float> stereo);

}  // namespace photoplayer::train
