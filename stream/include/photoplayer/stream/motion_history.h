// SPDX-License-Identifier: Apache-2.0
#pragma once
/// How lively a picture usually is, so that "lively" means something for a calm film and for a wild one: motion in half
/// seconds, and where a value lies among those of the last minutes. Fixed size, nothing is allocated. Owned by the
/// timeline, which guards it. Tested in tests/unit/stream/motion_history_test.cpp.
#include <array>
#include <cstddef>
#include <cstdint>

namespace photoplayer::stream {

class MotionHistory {
 public:
  /// Frames may come in any order; those of more than eight minutes ago are forgotten.
  void add(double time_s, float motion) noexcept;
  /// −1 at the 10th percentile of what was seen in the three minutes before `until_s`, 0 at the median, 1 at the 90th,
  /// straight lines between, never beyond. What is hardly a difference to the eye stays small, and as long as little
  /// was seen, films in general count too.
  [[nodiscard]] float standing(float motion, double until_s) const noexcept;
  void clear() noexcept { bins_.fill({}); }

 private:
  static constexpr double kBin_s = 0.5;
  static constexpr std::int64_t kBins = 1024;
  static constexpr std::int64_t kMemory = 360;  ///< bins that count: three minutes
  struct Bin {
    std::int64_t index = -1;  ///< since time 0
    double sum = 0.0;
    int frames = 0;
  };
  [[nodiscard]] static std::int64_t index_of(double time_s) noexcept;
  [[nodiscard]] static std::size_t place(std::int64_t index) noexcept;

  std::array<Bin, static_cast<std::size_t>(kBins)> bins_{};
};

}  // namespace photoplayer::stream
