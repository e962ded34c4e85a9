// SPDX-License-Identifier: Apache-2.0
#pragma once
/// When something begins in a recording. Pure functions, any thread. Tested in tests/unit/evaluate/onsets_test.cpp.
#include <photoplayer/stream/result.h>

#include <cstddef>
#include <span>
#include <vector>

namespace photoplayer::train {

inline constexpr int kCurveRate_hz = 100;  ///< of every curve that is compared with another

struct Onset {
  double time_s = 0.0;
  double strength = 0.0;  ///< in parts of the piece's strongest
};

struct Onsets {
  std::vector<double> curve;  ///< onset strength, kCurveRate_hz, 0…1
  std::vector<Onset> onsets;  ///< by time
  [[nodiscard]] std::vector<double> times() const;
  /// Times of the `count` strongest, at least 60 ms apart, in order.
  [[nodiscard]] std::vector<double> strongest(std::size_t count) const;
};

/// Peaks of librosa's onset strength (audio_features.h): highest within 30 ms before and after, and 0.07 of the
/// strongest above the mean of 100 ms on both sides, as librosa's defaults are but for the look ahead. Mono, 44.1 kHz;
/// fails as `onset_strength` does.
[[nodiscard]] Result<Onsets> find_onsets(std::span<const float> music);

}  // namespace photoplayer::train
