// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What the engine played as written music, and what the measures of obedience look at. Pure functions; any thread.
/// Tested in tests/unit/tools/played_music_test.cpp.
#include <photoplayer/model/midi_file.h>
#include <photoplayer/train/score_metrics.h>

#include <optional>
#include <span>
#include <vector>

namespace photoplayer::tools {

/// `beats_s`: the engine's beats, increasing, four to a bar. Added accents are left out, voices are layers. Notes that
/// sound on end with the last event.
[[nodiscard]] train::WrittenMusic played_music(std::span<const model::TimedNote> notes,
                                               const std::vector<double>& beats_s);

/// Of pitched notes, those that begin.
[[nodiscard]] double onsets_per_beat(const train::WrittenMusic& music);
/// Notes of the part [from, to), in quarters from its own beginning; `from` is a bar line.
[[nodiscard]] train::WrittenMusic part_of(const train::WrittenMusic& music, double from, double to);
/// Of the time in which the major or the minor third above `tonic` sounds, the major's share; nothing without either.
[[nodiscard]] std::optional<double> major_third_share(const train::WrittenMusic& music, int tonic);
/// Mean pitch, by sounding time; nothing without pitched notes.
[[nodiscard]] std::optional<double> mean_pitch(const train::WrittenMusic& music);
/// Quarters per minute of the median beat, and of all beats together. Nothing for fewer than three beats.
struct PlayedTempo {
  double median_bpm = 0.0, whole_bpm = 0.0;
};
[[nodiscard]] std::optional<PlayedTempo> played_tempo(const std::vector<double>& beats_s);

}  // namespace photoplayer::tools
