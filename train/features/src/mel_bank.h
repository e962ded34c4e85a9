// SPDX-License-Identifier: Apache-2.0
#pragma once
/// 128 triangles on a mel scale over 0…22 050 Hz, for the spectra of power_spectra.h.
#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace photoplayer::train::detail {

inline constexpr std::size_t kMels = 128;

enum class MelScale {
  kSlaney,  ///< linear below 1 kHz; each triangle has the same area (librosa's default)
  kHtk,     ///< 2595 log10(1 + f / 700); each triangle has height 1 (torchaudio's default)
};

class MelBank {
 public:
  explicit MelBank(MelScale scale);

  /// 10 log10(max(1e-10, power)) of each band.
  void decibels(std::span<const double> power, std::span<float, kMels> out) const;

 private:
  struct Triangle {
    std::size_t first_bin = 0;
    std::vector<double> weights;
  };
  std::array<Triangle, kMels> triangles_;
};

}  // namespace photoplayer::train::detail
