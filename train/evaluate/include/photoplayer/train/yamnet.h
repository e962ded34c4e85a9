// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What YAMNet hears in a piece of sound: 1024 numbers that say how it sounds, and the probabilities of AudioSet's 521
/// classes (132 is "Music"). Its weights are not ours to ship; they come as a TFLite file (github.com/google-coral/
/// coralmicro, models/yamnet_spectra_in.tflite, Apache-2.0) and run here in float.
/// Tested in tests/unit/evaluate/yamnet_test.cpp.
#include <photoplayer/stream/result.h>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

namespace photoplayer::train {

inline constexpr int kYamnetRate_hz = 16'000;
inline constexpr std::size_t kYamnetBands = 64;
inline constexpr std::size_t kYamnetPatch = 96;  ///< frames of 10 ms
inline constexpr std::size_t kYamnetStep = 48;   ///< frames between patches
inline constexpr double kYamnetStep_s = 0.48;
inline constexpr std::size_t kYamnetDims = 1024;
inline constexpr std::size_t kYamnetClasses = 521;
inline constexpr std::size_t kYamnetMusic = 132;

struct Heard {
  std::size_t patches = 0;
  std::vector<float> embeddings;  ///< [patches, kYamnetDims], patch i begins at i · kYamnetStep_s
  std::vector<float> scores;      ///< [patches, kYamnetClasses], 0…1 each, not exclusive
};

/// [frames, kYamnetBands]: ln(mel magnitude + 0.001) of mono sound at 16 kHz; 25 ms Hann windows every 10 ms, FFT of
/// 512, HTK mels 125…7500 Hz whose sides are straight in mel (as TensorFlow makes them). Any thread.
[[nodiscard]] std::vector<float> yamnet_spectra(std::span<const float> sound);

class Yamnet {
 public:
  /// Fails with kBadInput on a file that is no such network.
  [[nodiscard]] static Result<Yamnet> load(const std::filesystem::path& path);
  Yamnet(Yamnet&&) noexcept;
  Yamnet& operator=(Yamnet&&) noexcept;
  ~Yamnet();

  /// Mono, 16 kHz. Sound shorter than a patch (0.975 s) is heard with silence after it. Several threads may listen.
  /// About 25 ms of work per second of sound on one core. Fails with kBadInput on no sound or a sample that is not
  /// finite.
  [[nodiscard]] Result<Heard> listen(std::span<const float> sound) const;

 private:
  struct State;
  explicit Yamnet(std::unique_ptr<const State> state) noexcept;
  std::unique_ptr<const State> state_;
};

}  // namespace photoplayer::train
