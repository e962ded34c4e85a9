// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Measures of written music. Definitions and sources: docs/evaluation.md. Drums have no pitch and count for rhythm
/// only. Pure functions, any thread. Tested in tests/unit/evaluate/score_metrics_test.cpp.
#include <photoplayer/stream/controls.h>
#include <photoplayer/stream/result.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace photoplayer::train {

struct WrittenNote {
  double start = 0.0, end = 0.0;  ///< quarter notes from the beginning
  int pitch = 60;
  int voice = 0;  ///< channel
  int velocity = 64;
  bool drum = false;
};

struct WrittenMusic {
  std::string name;
  std::vector<WrittenNote> notes;  ///< by start
  std::vector<double> bars;        ///< where bars begin, and the end of the last, quarter notes
  double seconds = 0.0;            ///< until the end of the last note
  double tempo_bpm = 120.0;        ///< quarter notes per minute, mean
  [[nodiscard]] double length() const { return bars.empty() ? 0.0 : bars.back(); }
};

/// Fails with kBadInput on a file that is no MIDI file, or holds no notes.
[[nodiscard]] Result<WrittenMusic> read_written_music(const std::filesystem::path& midi);

/// Bits; 0 for one pitch class, log₂ 12 = 3.58 for all alike. Notes count, not their lengths.
[[nodiscard]] double pitch_class_entropy(const WrittenMusic& music);
/// Largest share of notes that one major or natural minor scale holds.
[[nodiscard]] double scale_consistency(const WrittenMusic& music);
/// 1 − the mean share of sixteenths in which exactly one of two bars has an onset, over all pairs of bars of the same
/// length. 1 if there are no pairs.
[[nodiscard]] double groove_similarity(const WrittenMusic& music);
/// Share of quarter notes in which nothing sounds.
[[nodiscard]] double empty_beat_rate(const WrittenMusic& music);
/// Largest fitness (Müller, Jiang and Grosche 2013) of any stretch that lasts `from_s` to `to_s`: how much of the piece
/// its repetitions explain. 0 for music that never repeats. Of the first 96 bars, by their pitch classes per beat.
[[nodiscard]] double structure_index(const WrittenMusic& music, double from_s, double to_s);

/// Share of the pitched notes' sounding time that lies in the key. Nothing if nothing sounds.
[[nodiscard]] std::optional<double> key_adherence(const WrittenMusic& music, int tonic, stream::ScaleMode scale);

/// What a small classifier of styles and moods looks at: per voice kind and register, how many, how long, how loud.
[[nodiscard]] std::vector<double> style_features(const WrittenMusic& music);
inline constexpr std::size_t kStyleFeatures = 14;

}  // namespace photoplayer::train
