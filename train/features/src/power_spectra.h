// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Power spectra of 2048 samples under a periodic Hann window, every `hop` samples, the first centred on sample 0.
#include <photoplayer/train/fourier.h>

#include <cstddef>
#include <span>
#include <vector>

namespace photoplayer::train::detail {

inline constexpr std::size_t kWindow = 2048;
inline constexpr std::size_t kBins = kWindow / 2 + 1;

/// One period of (1 − cos) / 2.
[[nodiscard]] std::vector<double> periodic_hann(std::size_t size);

enum class Edge {
  kZeros,   ///< as librosa: silence before and after
  kMirror,  ///< as torchaudio: mirrored about the first and last sample; needs more than kWindow / 2 samples
};

class PowerSpectra {
 public:
  PowerSpectra(std::span<const float> music, std::size_t hop, Edge edge);

  [[nodiscard]] std::size_t frames() const noexcept { return 1 + music_.size() / hop_; }
  /// [kBins], valid until the next call.
  [[nodiscard]] std::span<const double> frame(std::size_t index);

 private:
  [[nodiscard]] double sample(std::ptrdiff_t at) const noexcept;

  std::span<const float> music_;
  std::size_t hop_;
  Edge edge_;
  PowerFourier fourier_{kWindow};
  std::vector<double> window_, windowed_, power_;
};

}  // namespace photoplayer::train::detail
