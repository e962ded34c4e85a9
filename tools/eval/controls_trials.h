// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Which runs of the engine answer which question about its obedience. Pure functions; any thread.
/// Tested in tests/unit/tools/controls_test.cpp.
#include "eval/controls_run.h"

#include <optional>
#include <vector>

namespace photoplayer::tools {

enum class Question {
  kOrders,     ///< style, tempo, key, scale and density asked for, each independently of the others
  kStyle,      ///< a style asked for, all else left to the picture
  kMood,       ///< nothing asked for; two films, each bright and warm, and dark and cold
  kIntensity,  ///< intensity asked for, with sound; film, style and tempo the same within a seed
};

struct Trial {
  Question question = Question::kOrders;
  std::size_t film = 0;  ///< number of the drawn film
  Grade grade = Grade::kNone;
  RunWish wish;
};

struct Answered {
  Trial trial;
  PlayedRun run;
  std::optional<double> loudness_lufs;  ///< with sound
  std::vector<double> embedding;        ///< of kStyle with sound: [kYamnetDims] (eval/sound_ear.h), else empty
};

inline constexpr int kIntensityLevels = 6;
inline constexpr int kDensityLevels = 8;
inline constexpr std::size_t kFolds = 5;

/// In groups of one seed: a piece with another seed is another piece, and sees another film. `hear_styles`: kStyle with
/// sound, too.
[[nodiscard]] std::vector<Trial> plan_trials(int seeds, double seconds, bool hear_styles);

}  // namespace photoplayer::tools
