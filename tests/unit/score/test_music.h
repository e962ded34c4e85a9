// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Music to test and to tune instruments with: eight bars over a plain progression, in five layers, repeated.
#include <photoplayer/model/synthesiser.h>
#include <photoplayer/stream/notes.h>

#include <cstdint>
#include <span>
#include <vector>

namespace photoplayer::test {

enum class Texture { kBusy, kSparse };

inline constexpr double kRateHz = 44100.0;

struct PlacedNote {
  stream::NoteEvent event;
  std::int64_t frame = 0;
};

/// In order of frames, ends before beginnings.
[[nodiscard]] std::vector<PlacedNote> test_music(int style, Texture texture, double seconds);

/// Plays `notes` in calls of `chunk` frames, cut further at each note: what a conductor does. `stems` may be null,
/// else receives five interleaved buffers.
[[nodiscard]] std::vector<float> play(stream::Synthesiser& synth, std::span<const PlacedNote> notes, double seconds,
                                      std::size_t chunk = 441, std::vector<std::vector<float>>* stems = nullptr);

/// BS.1770 integrated loudness.
[[nodiscard]] double integrated_lufs(std::span<const float> stereo);
[[nodiscard]] float peak(std::span<const float> samples);

}  // namespace photoplayer::test
