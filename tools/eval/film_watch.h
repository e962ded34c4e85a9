// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What happens in a film's picture, as curves and events. Times from the first frame. Control thread.
#include <photoplayer/stream/result.h>

#include <atomic>
#include <filesystem>
#include <vector>

namespace photoplayer::tools {

struct FilmCurves {
  double length_s = 0.0;
  std::vector<double> cuts_s;         ///< as perception's ContentDetector finds them
  std::vector<double> beats_s;        ///< visual beats of the fast path
  std::vector<double> novelty;        ///< at train::kCurveRate_hz: rise of the mean difference between frames
  std::vector<double> motion_smooth;  ///< at train::kLoudnessRate_hz: means over 3 s
  std::vector<double> brightness;     ///< likewise
  double warmth = 0.0;                ///< mean
};
[[nodiscard]] Result<FilmCurves> watch_film(const std::filesystem::path& film, const std::atomic<bool>& cancelled);

}  // namespace photoplayer::tools
