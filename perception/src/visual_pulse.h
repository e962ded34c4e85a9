// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The picture's own tempo: a tempogram by autocorrelation of the last 8 s of the impact curve, looked at four times a
/// second. A comb over two and three beats finds the period, a preference for about 100 beats a minute the octave.
#include <array>
#include <cstddef>
#include <optional>

namespace photoplayer::perception::detail {

struct Pulse {
  double bpm = 0.0;
  float confidence = 0.0F;  ///< 0…1: how far the curve, shifted by one beat, is itself
  double beat_s = 0.0;      ///< when one of its beats was
  /// How far `time_s` lies from the nearest beat of the pulse, 0…0.5 of a beat.
  [[nodiscard]] double distance(double time_s) const noexcept;
};

class VisualPulse {
 public:
  void reset() noexcept { *this = VisualPulse(); }
  /// `time_s` increases.
  void add(double time_s, float value) noexcept;
  [[nodiscard]] const std::optional<Pulse>& pulse() const noexcept { return pulse_; }

  static constexpr double kBin_s = 0.02;

 private:
  static constexpr std::size_t kBins = 400;
  void look() noexcept;

  std::array<float, kBins> curve_{};  ///< a ring; the newest whole bin is the one before `bins_`
  std::size_t bins_ = 0;              ///< filled since the reset
  double start_s_ = 0.0;
  std::optional<double> last_s_;
  float last_ = 0.0F;
  std::optional<Pulse> pulse_;
};

}  // namespace photoplayer::perception::detail
