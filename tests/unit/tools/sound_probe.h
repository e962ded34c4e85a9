// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Reads sound back, by other means than those that wrote it where there are any.
#include <cstddef>
#include <filesystem>
#include <vector>

namespace photoplayer::tools::test {

struct Sound {
  int sample_rate_hz = 0;
  int channels = 0;
  std::vector<float> left;
  [[nodiscard]] double seconds() const { return static_cast<double>(left.size()) / sample_rate_hz; }
};

/// WAV, FLAC.
[[nodiscard]] Sound read_sound(const std::filesystem::path& file);
/// The n-th sound track of a film, decoded by GStreamer, from running time 0 on; gaps are silence.
[[nodiscard]] Sound decode_track(const std::filesystem::path& film, int track);
[[nodiscard]] int sound_tracks(const std::filesystem::path& film);

/// How many samples `later` lags behind `reference` (the best within ±`range`), by correlation.
[[nodiscard]] int lag_frames(const std::vector<float>& reference, const std::vector<float>& later, int range);
/// Between the samples too: a sinc over 64 of them, at eight places.
[[nodiscard]] float true_peak(const std::vector<float>& samples);
[[nodiscard]] float peak(const std::vector<float>& samples);
/// Amplitude of one frequency in the whole, by Goertzel.
[[nodiscard]] double tone_level(const Sound& sound, double frequency_hz);

}  // namespace photoplayer::tools::test
