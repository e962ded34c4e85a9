// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The pictures of `photoplayer eval`. Control thread. Fail with kOutput where the file cannot be written.
#include "eval/film_watch.h"

#include <photoplayer/train/loudness.h>
#include <photoplayer/train/onsets.h>
#include <photoplayer/train/score_metrics.h>

#include <filesystem>

namespace photoplayer::tools {

/// Pitch over quarter notes, a colour per voice, bars as lines.
[[nodiscard]] Result<void> plot_piano_roll(const train::WrittenMusic& music, const std::filesystem::path& file);

/// Motion against loudness, and cuts against onsets.
[[nodiscard]] Result<void> plot_pair(const FilmCurves& film, const train::LoudnessCurves& loudness,
                                     const train::Onsets& onsets, const std::string& name,
                                     const std::filesystem::path& file);

}  // namespace photoplayer::tools
