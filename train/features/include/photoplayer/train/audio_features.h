// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The rhythm that Diff-V2M learnt from music, as its authors' code takes it with librosa 0.11, SciPy and torchaudio:
/// three kinds, each [30 rows, columns] row by row, standardised over all values (z = (x − mean) / (unbiased deviation
/// + 1e-6)). Released weights use the first.
///
/// Music is mono (the mean of its channels) at 44.1 kHz, −1…1, the whole file. Fails with kBadInput if there is none,
/// or if a sample is not finite. Pure functions, any thread; about 0.2 s (onsets, mel) to 2 s (tempogram) of work per
/// half minute. Tested in tests/unit/features.
#include <photoplayer/stream/result.h>

#include <cstddef>
#include <span>
#include <vector>

namespace photoplayer::train {

inline constexpr int kFeatureSampleRate = 44'100;
inline constexpr std::size_t kRhythmRows = 30;
inline constexpr std::size_t kMelRhythmColumns = 16;
inline constexpr std::size_t kTempogramRhythmColumns = 16;

/// librosa.onset.onset_strength: [1 + samples / hop], half-wave rectified flux of 128 Slaney mels in dB, at most 80 dB
/// below the file's loudest; frame i is centred on sample i · hop. `hop` is 1…2048 samples.
[[nodiscard]] Result<std::vector<float>> onset_strength(std::span<const float> music, int hop);

/// ODF per second, before it is brought to 30 rows: the highest peak (prominence ≥ 0.05) of the standardised onset
/// strength in each second, at least 0. As in the authors' code
/// - a peak belongs to the second that its time rounds to, half to even, so the first bin is half a second long and
///   peaks of the last half second of a file of whole seconds are dropped;
/// - if more than 30 seconds come out, the first is deleted.
[[nodiscard]] Result<std::vector<float>> onsets_per_second(std::span<const float> music);

/// ODF_LR, [30, 1]: `onsets_per_second`, padded with zeros before it is standardised.
[[nodiscard]] Result<std::vector<float>> onset_rhythm(std::span<const float> music);

/// Mel_LR, [30, 16]: means over blocks of frames × 8 bands of 128 HTK mels in dB, hop 512. Needs more than 1024 samples
/// (the edges are mirrored).
[[nodiscard]] Result<std::vector<float>> mel_rhythm(std::span<const float> music);

/// Tem_LR, [30, 16]: means over blocks of frames × 24 lags of librosa.feature.tempogram with hop 128.
[[nodiscard]] Result<std::vector<float>> tempogram_rhythm(std::span<const float> music);

}  // namespace photoplayer::train
