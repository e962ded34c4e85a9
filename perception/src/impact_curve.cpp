// SPDX-License-Identifier: Apache-2.0
#include "impact_curve.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace photoplayer::perception::detail {
namespace {

constexpr double kReach_s = 0.12;
constexpr float kStop = 0.05F;    ///< of a turn: every swing slows down before it turns
constexpr float kGentle = 0.1F;   ///< of the fastest turn, for one that is hardly seen to move
constexpr float kClear = 0.003F;  ///< thumbnail widths per second, over the whole picture: more than the flow's error
constexpr float kMinPace = 0.02F;
constexpr float kPaceMemory_s = 4.0F;
constexpr double kMinDistance_s = 0.002;

float sum(const Directogram& directions) noexcept {
  return std::accumulate(directions.bins.begin(), directions.bins.end(), 0.0F);
}

/// Of one layer: 0…1. Relative to `pace`, the fastest lately: a ball's top is no beat beside its bounce, but a
/// pendulum's turns, which are as gentle, are.
float impact(const float* before, const float* after, float pace) noexcept {
  float sum_before = 0.0F, sum_after = 0.0F, squares_before = 0.0F, squares_after = 0.0F, on = 0.0F, back = 0.0F;
  for (std::size_t i = 0; i < Directogram::kDirections; ++i) {
    sum_before += before[i];
    sum_after += after[i];
    squares_before += before[i] * before[i];
    squares_after += after[i] * after[i];
    on += before[i] * after[i];
    back += before[i] * after[Directogram::opposite(i)];
  }
  const float lengths = std::sqrt(squares_before * squares_after);
  const float turn = lengths > 0.0F ? std::max(back - on, 0.0F) / lengths : 0.0F;
  const float stop = sum_before > sum_after ? (sum_before - sum_after) / (sum_before + sum_after) : 0.0F;
  const float moved = std::sqrt(sum_before * sum_after);
  const float certain = 1.0F - std::exp(-moved / kClear);
  return std::min(certain * turn * (kGentle + (1.0F - kGentle) * moved / pace) + kStop * stop * sum_before / pace,
                  1.0F);
}

}  // namespace

void ImpactCurve::add(const Sample& sample) noexcept {
  if (!samples_.empty() && sample.time_s - samples_.back().time_s < kMinDistance_s) return;
  if (samples_.push(sample)) next_ = std::max<std::size_t>(next_ - 1, 1);
}

Directogram ImpactCurve::mean_around(double time_s, std::size_t from, std::size_t to) const noexcept {
  Directogram mean;
  float weights = 0.0F;
  for (std::size_t i = from; i < to; ++i) {
    // The neighbours of the step always count, however far apart the frames are.
    const double distance = std::abs(samples_[i].time_s - time_s) / kReach_s;
    const bool neighbour = i + 1 == next_ || i == next_;
    if (distance >= 1.0 && !neighbour) continue;
    const auto weight = static_cast<float>(std::max(1.0 - distance, 0.01));
    for (std::size_t bin = 0; bin < Directogram::kBins; ++bin) mean.bins[bin] += weight * samples_[i].motion.bins[bin];
    weights += weight;
  }
  Directogram wide;  // over 135°: a limb's parts turn about, and no two move quite the same way
  for (std::size_t bin = 0; bin < Directogram::kBins; ++bin) {
    wide.bins[bin] = (0.5F * mean.bins[Directogram::turned(bin, -1)] + mean.bins[bin] +
                      0.5F * mean.bins[Directogram::turned(bin, 1)]) /
                     (2.0F * weights);
  }
  return wide;
}

std::optional<ImpactCurve::Point> ImpactCurve::take(double interval_s) noexcept {
  if (next_ >= samples_.size()) return std::nullopt;
  const double middle_s = 0.5 * (samples_[next_ - 1].time_s + samples_[next_].time_s);
  // Final when the window is full, or when the next frame will lie outside it anyway.
  if (samples_.back().time_s + std::min(interval_s, kReach_s) < middle_s + kReach_s) return std::nullopt;
  const Directogram before = mean_around(middle_s, 0, next_), after = mean_around(middle_s, next_, samples_.size());
  const auto passed_s = static_cast<float>(samples_[next_].time_s - samples_[next_ - 1].time_s);
  pace_ = std::max({kMinPace, pace_ * std::exp(-passed_s / kPaceMemory_s), sum(before), sum(after)});
  Point point{middle_s, 0.0F, 0.5F * (samples_[next_ - 1].change + samples_[next_].change)};
  for (std::size_t layer = 0; layer < Directogram::kBins; layer += Directogram::kDirections) {
    point.impact = std::max(point.impact, impact(before.bins.data() + layer, after.bins.data() + layer, pace_));
  }
  ++next_;
  while (next_ > 1 && samples_.front().time_s < samples_[next_ - 1].time_s - kReach_s) {
    samples_.pop_front();
    --next_;
  }
  return point;
}

}  // namespace photoplayer::perception::detail
