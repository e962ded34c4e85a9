// SPDX-License-Identifier: Apache-2.0
/// Idea: for each 4 × 4 cell that changed at all, find the displacement within ±10 × ±6 pixels by block
/// matching (even offsets, 16 × 8 window), refine it by Lucas-Kanade with a free brightness offset (8 × 8
/// window, two steps), and keep it only if it explains most of the difference. The first step has the range,
/// the second the precision, the last one keeps noise, fades and flicker from counting as motion. Cells that
/// did not change cost almost nothing.
#include "flow.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace photoplayer::perception::detail {
namespace {

constexpr int kReachX_px = 10;
constexpr int kReachY_px = 6;
constexpr int kMatchWidth_px = 16;  // one SSE register of bytes
constexpr int kMatchHeight_px = 8;
constexpr int kFineSide_px = 8;
constexpr int kFineSteps = 2;

constexpr float kStillLevel = 1.5F;  ///< rms difference of a window below which it did not move, grey levels
constexpr float kExplained = 0.6F;   ///< the displaced window must leave at most this part of the squared difference
constexpr int kOffsetPenalty = 16;   ///< per pixel of offset, added to the sum of 128 differences: 1/8 grey level
/// Against flat windows: a gradient energy of one grey level² per pixel.
constexpr float kFlatness = 1.0F * kFineSide_px * kFineSide_px;

/// Luma with replicated borders, so that no window needs a bounds check.
constexpr int kPad_px = 20;
constexpr int kPaddedWidth = kWidth + 2 * kPad_px;
constexpr int kPaddedHeight = kHeight + 2 * kPad_px;

struct Padded {
  std::array<std::uint8_t, static_cast<std::size_t>(kPaddedWidth) * kPaddedHeight> luma;
  std::array<float, static_cast<std::size_t>(kPaddedWidth) * kPaddedHeight> fine;  ///< the same; converted once

  void fill(const BytePlane& from, int offset) noexcept {
    for (int y = 0; y < kPaddedHeight; ++y) {
      const std::uint8_t* row = from.data() + std::clamp(y - kPad_px, 0, kHeight - 1) * kWidth;
      std::uint8_t* to = luma.data() + y * kPaddedWidth;
      for (int x = 0; x < kWidth; ++x) {
        to[kPad_px + x] = static_cast<std::uint8_t>(std::clamp(static_cast<int>(row[x]) + offset, 0, 255));
      }
      std::fill_n(to, kPad_px, to[kPad_px]);
      std::fill_n(to + kPad_px + kWidth, kPad_px, to[kPad_px + kWidth - 1]);
    }
    std::copy(luma.begin(), luma.end(), fine.begin());
  }

  [[nodiscard]] const std::uint8_t* at(int x, int y) const noexcept {
    return luma.data() + (y + kPad_px) * kPaddedWidth + x + kPad_px;
  }
  [[nodiscard]] const float* fine_at(int x, int y) const noexcept {
    return fine.data() + (y + kPad_px) * kPaddedWidth + x + kPad_px;
  }
};

/// The offset in brightness that most pixels share. The median, because a moving object shifts the mean.
int median_difference(const BytePlane& before, const BytePlane& now) noexcept {
  std::array<int, 511> histogram{};
  for (std::size_t i = 0; i < kPixels; ++i) ++histogram[static_cast<std::size_t>(255 + now[i] - before[i])];
  int below = 0;
  for (std::size_t i = 0; i < histogram.size(); ++i) {
    below += histogram[i];
    if (2 * below >= static_cast<int>(kPixels)) return static_cast<int>(i) - 255;
  }
  return 0;
}

using Offset = Displacement;

/// Sum of absolute differences of sixteen bytes.
int row_cost(const std::uint8_t* a, const std::uint8_t* b) noexcept {
#ifdef __SSE2__
  // One instruction; left to the compiler, the search takes ten times as long (g++ 12).
  const __m128i sums = _mm_sad_epu8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(a)),
                                    _mm_loadu_si128(reinterpret_cast<const __m128i*>(b)));
  return _mm_cvtsi128_si32(sums) + _mm_cvtsi128_si32(_mm_srli_si128(sums, 8));
#else
  int sum = 0;
  for (int i = 0; i < kMatchWidth_px; ++i) sum += std::abs(static_cast<int>(a[i]) - static_cast<int>(b[i]));
  return sum;
#endif
}

int match_cost(const Padded& before, const Padded& now, int x, int y, int dx, int dy) noexcept {
  int sum = kOffsetPenalty * (std::abs(dx) + std::abs(dy));
  for (int row = 0; row < kMatchHeight_px; ++row) sum += row_cost(before.at(x, y + row), now.at(x + dx, y + dy + row));
  return sum;
}

Offset match(const Padded& before, const Padded& now, int cell_x, int cell_y) noexcept {
  const int x = cell_x * kCell_px + kCell_px / 2 - kMatchWidth_px / 2;
  const int y = cell_y * kCell_px + kCell_px / 2 - kMatchHeight_px / 2;
  int best = match_cost(before, now, x, y, 0, 0);
  Offset offset;
  for (int dy = -kReachY_px; dy <= kReachY_px; dy += 2) {
    for (int dx = -kReachX_px; dx <= kReachX_px; dx += 2) {
      const int cost = match_cost(before, now, x, y, dx, dy);
      if (cost < best) {
        best = cost;
        offset = {static_cast<float>(dx), static_cast<float>(dy)};
      }
    }
  }
  return offset;
}

constexpr std::size_t kFinePixels = static_cast<std::size_t>(kFineSide_px) * kFineSide_px;
using Window = std::array<float, kFinePixels>;

/// A sum over a window in eight columns, so that the compiler may keep it in vector registers (it must not
/// reorder floating-point sums by itself).
struct WindowSum {
  std::array<float, kFineSide_px> columns{};

  [[nodiscard]] float total() const noexcept {
    return ((columns[0] + columns[4]) + (columns[1] + columns[5])) +
           ((columns[2] + columns[6]) + (columns[3] + columns[7]));
  }
  [[nodiscard]] float mean() const noexcept { return total() / static_cast<float>(kFinePixels); }
};

template <typename Term>
WindowSum sum_over_window(Term&& term) noexcept {
  WindowSum sum;
  for (std::size_t row = 0; row < kFinePixels; row += kFineSide_px) {
    for (std::size_t i = 0; i < kFineSide_px; ++i) sum.columns[i] += term(row + i);
  }
  return sum;
}

void subtract_mean(Window& window) noexcept {
  const float mean = sum_over_window([&](std::size_t i) { return window[i]; }).mean();
  for (float& value : window) value -= mean;
}

float energy(const Window& window) noexcept {
  return sum_over_window([&](std::size_t i) { return window[i] * window[i]; }).total();
}

/// The part of `now` at (x, y) + offset, less `before` at (x, y), bilinear, less its mean: a change of light
/// alone leaves nothing.
void difference(const Padded& before, const Padded& now, int x, int y, const Offset& offset, Window& out) noexcept {
  const float floor_x = std::floor(offset.x), floor_y = std::floor(offset.y);
  const float fx = offset.x - floor_x, fy = offset.y - floor_y;
  const float w00 = (1.0F - fx) * (1.0F - fy), w10 = fx * (1.0F - fy), w01 = (1.0F - fx) * fy, w11 = fx * fy;
  const int from_x = x + static_cast<int>(floor_x), from_y = y + static_cast<int>(floor_y);
  for (int row = 0; row < kFineSide_px; ++row) {
    const float* upper = now.fine_at(from_x, from_y + row);
    const float* lower = upper + kPaddedWidth;
    const float* old = before.fine_at(x, y + row);
    float* to = out.data() + row * kFineSide_px;
    for (int i = 0; i < kFineSide_px; ++i) {
      to[i] = w00 * upper[i] + w10 * upper[i + 1] + w01 * lower[i] + w11 * lower[i + 1] - old[i];
    }
  }
  subtract_mean(out);
}

/// Energy of the old window itself.
float structure(const Padded& before, int x, int y) noexcept {
  Window window;
  for (int row = 0; row < kFineSide_px; ++row) {
    std::copy_n(before.fine_at(x, y + row), kFineSide_px, window.data() + row * kFineSide_px);
  }
  subtract_mean(window);
  return energy(window);
}

/// Gradients of the old window, less their means, and the normal equations they give.
struct Gradients {
  Window gx, gy;
  float xx, xy, yy;

  Gradients(const Padded& before, int x, int y) noexcept {
    for (int row = 0; row < kFineSide_px; ++row) {
      const float* at = before.fine_at(x, y + row);
      float* to_x = gx.data() + row * kFineSide_px;
      float* to_y = gy.data() + row * kFineSide_px;
      for (int i = 0; i < kFineSide_px; ++i) {
        to_x[i] = 0.5F * (at[i + 1] - at[i - 1]);
        to_y[i] = 0.5F * (at[i + kPaddedWidth] - at[i - kPaddedWidth]);
      }
    }
    subtract_mean(gx);
    subtract_mean(gy);
    xx = kFlatness + energy(gx);
    yy = kFlatness + energy(gy);
    xy = sum_over_window([this](std::size_t i) { return gx[i] * gy[i]; }).total();
  }

  /// The step that lowers `residual` most, at most one pixel each way.
  [[nodiscard]] Offset step(const Window& residual) const noexcept {
    const float bx = sum_over_window([&](std::size_t i) { return gx[i] * residual[i]; }).total();
    const float by = sum_over_window([&](std::size_t i) { return gy[i] * residual[i]; }).total();
    const float determinant = xx * yy - xy * xy;  // > 0: kFlatness is on the diagonal
    return {std::clamp((xy * by - yy * bx) / determinant, -1.0F, 1.0F),
            std::clamp((xy * bx - xx * by) / determinant, -1.0F, 1.0F)};
  }
};

/// The best displacement of a window found so far, and what it leaves unexplained.
struct Fit {
  Offset offset;
  float left;

  void consider(const Offset& candidate, float candidate_left) noexcept {
    if (candidate_left < left) *this = {candidate, candidate_left};
  }
};

/// A cell's displacement, and the energy of the difference with and without it.
struct CellFlow {
  Offset offset;
  float left = 0.0F, still = 0.0F;
};

CellFlow cell_flow(const Padded& before, const Padded& now, int cell_x, int cell_y) noexcept {
  const int x = cell_x * kCell_px + (kCell_px - kFineSide_px) / 2;
  const int y = cell_y * kCell_px + (kCell_px - kFineSide_px) / 2;
  Window residual;
  difference(before, now, x, y, {}, residual);
  const float energy_still = energy(residual);
  if (energy_still < kStillLevel * kStillLevel * static_cast<float>(kFinePixels))
    return {{}, energy_still, energy_still};

  Fit fit{{}, energy_still};
  const Gradients gradients(before, x, y);
  const auto refine = [&](Offset offset, int steps) {
    for (int step = 0; step < steps; ++step) {
      const Offset move = gradients.step(residual);
      offset.x = std::clamp(offset.x + move.x, -kReachX_px - 1.0F, kReachX_px + 1.0F);
      offset.y = std::clamp(offset.y + move.y, -kReachY_px - 1.0F, kReachY_px + 1.0F);
      difference(before, now, x, y, offset, residual);
      fit.consider(offset, energy(residual));
    }
  };
  const Offset matched = match(before, now, cell_x, cell_y);
  if (matched.x == 0.0F && matched.y == 0.0F) {
    refine({}, kFineSteps);
  } else {
    refine({}, 1);  // a crawl, which the even offsets of the search jump over
    difference(before, now, x, y, matched, residual);
    fit.consider(matched, energy(residual));
    refine(matched, kFineSteps);
  }
  // The old window has to be recognised, too: a plain patch fits a faint edge better than the edge one row on
  // does.
  const float explained = kExplained * std::min(energy_still, structure(before, x, y));
  if (fit.left > explained) return {{}, energy_still, energy_still};
  return {fit.offset, fit.left, energy_still};
}

}  // namespace

float FlowField::rms_px() const noexcept {
  float squares = 0.0F;
  for (const Displacement& cell : cells) squares += cell.x * cell.x + cell.y * cell.y;
  return std::sqrt(squares / static_cast<float>(kCells));
}

FlowField flow_between(const FramePlanes& before, const FramePlanes& now) noexcept {
  Padded padded_before, padded_now;
  padded_before.fill(before.luma, 0);
  padded_now.fill(now.luma, -median_difference(before.luma, now.luma));
  FlowField field;
  float left = 0.0F, still = 0.0F;
  for (int y = 0; y < kCellsY; ++y) {
    for (int x = 0; x < kCellsX; ++x) {
      const CellFlow cell = cell_flow(padded_before, padded_now, x, y);
      field.cells[static_cast<std::size_t>(y * kCellsX + x)] = cell.offset;
      left += cell.left;
      still += cell.still;
    }
  }
  if (still > 0.0F) field.unexplained = std::sqrt(left / still);
  return field;
}

}  // namespace photoplayer::perception::detail
