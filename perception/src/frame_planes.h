// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A thumbnail in the forms that the fast path compares, and the few frames that it remembers.
#include <photoplayer/stream/picture.h>

#include <array>
#include <cstddef>
#include <cstdint>

namespace photoplayer::perception::detail {

inline constexpr int kWidth = stream::kThumbWidth;
inline constexpr int kHeight = stream::kThumbHeight;
inline constexpr std::size_t kPixels = static_cast<std::size_t>(kWidth) * kHeight;

using BytePlane = std::array<std::uint8_t, kPixels>;

struct FrameMeans {
  float brightness = 0.0F;  ///< luma, 0…1
  float contrast = 0.0F;    ///< standard deviation of luma, 0…1
  float saturation = 0.0F;  ///< HSV, 0…1
  float warmth = 0.0F;      ///< Σ(R − B) / Σ(R + G + B)
};

struct FramePlanes {
  double time_s = 0.0;
  std::array<std::uint8_t, 3 * kPixels> rgb{};
  BytePlane hue{};         ///< OpenCV's 0…179, drawn to 0 where there is hardly any colour (its hue is noise)
  BytePlane saturation{};  ///< OpenCV's 0…255, likewise where it is almost black
  BytePlane value{};
  BytePlane luma{};
  FrameMeans means;
};

/// Fills `out` from a picture of any size (nearest pixel if it is not the thumbnail's).
void convert(const stream::PictureView& picture, double time_s, FramePlanes& out);

/// Mean absolute difference of the RGB bytes, 0…255.
[[nodiscard]] float rgb_difference(const FramePlanes& a, const FramePlanes& b) noexcept;

/// PySceneDetect's content score (mean over H, S and V of the mean |difference|), but at least half the RGB
/// difference: the content score alone takes pure red to pure green for 20, below its own threshold.
[[nodiscard]] float content_score(const FramePlanes& a, const FramePlanes& b) noexcept;

/// Correlation of the two luma planes, −1…1; 0 if either is flat.
[[nodiscard]] float luma_correlation(const FramePlanes& a, const FramePlanes& b) noexcept;

/// The last frames, none closer than 4 ms to its neighbour, so that a reference of 30 ms is always among
/// them.
class FrameHistory {
 public:
  void clear() noexcept { count_ = 0; }
  [[nodiscard]] bool empty() const noexcept { return count_ == 0; }
  void push(const FramePlanes& frame) noexcept;
  /// The newest frame that is at least 30 ms older than `time_s`, else the oldest. Not to be called when
  /// empty.
  [[nodiscard]] const FramePlanes& reference(double time_s) const noexcept;
  [[nodiscard]] const FramePlanes& newest() const noexcept { return at(count_ - 1); }

 private:
  static constexpr std::size_t kCapacity = 12;
  static constexpr double kSpacing_s = 0.004;
  static constexpr double kReferenceAge_s = 0.030;
  [[nodiscard]] const FramePlanes& at(std::size_t i) const noexcept { return frames_[(first_ + i) % kCapacity]; }

  std::array<FramePlanes, kCapacity> frames_{};
  std::size_t first_ = 0;
  std::size_t count_ = 0;
};

}  // namespace photoplayer::perception::detail
