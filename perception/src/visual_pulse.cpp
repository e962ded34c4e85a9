// SPDX-License-Identifier: Apache-2.0
#include "visual_pulse.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace photoplayer::perception::detail {
namespace {

constexpr double kSlowest_bpm = 40.0, kFastest_bpm = 200.0, kUsual_bpm = 100.0;
constexpr double kPriorOctaves = 1.0;  ///< standard deviation of the preference
constexpr std::size_t kLookEvery = 12;
constexpr std::size_t kEnough = 150;  ///< bins: 3 s
constexpr float kRegular = 0.3F;      ///< a weaker autocorrelation is no pulse
constexpr double kMaxGap_s = 1.0;
constexpr double kTurn = 2.0 * std::numbers::pi;

constexpr auto kShortestLag = static_cast<std::size_t>(60.0 / kFastest_bpm / VisualPulse::kBin_s);
constexpr auto kLongestLag = static_cast<std::size_t>(60.0 / kSlowest_bpm / VisualPulse::kBin_s);
constexpr std::size_t kTeeth = 3;

}  // namespace

double Pulse::distance(double time_s) const noexcept {
  const double beats = (time_s - beat_s) * bpm / 60.0;
  return std::abs(beats - std::round(beats));
}

void VisualPulse::add(double time_s, float value) noexcept {
  if (last_s_ && time_s - *last_s_ > kMaxGap_s) reset();
  if (!last_s_) start_s_ = time_s;
  // Straight lines between the points, so that the bins do not depend on the frame rate.
  const double since_s = time_s - start_s_;
  for (double at_s = 0.0; (at_s = static_cast<double>(bins_) * kBin_s) <= since_s;) {
    const double part = last_s_ ? (start_s_ + at_s - *last_s_) / (time_s - *last_s_) : 1.0;
    curve_[bins_ % kBins] = last_ + static_cast<float>(std::clamp(part, 0.0, 1.0)) * (value - last_);
    if (++bins_ % kLookEvery == 0 && bins_ >= kEnough) look();
  }
  last_s_ = time_s;
  last_ = value;
}

void VisualPulse::look() noexcept {
  pulse_.reset();
  const std::size_t count = std::min(bins_, kBins), oldest = bins_ - count;
  std::array<float, kBins> x{};
  float mean = 0.0F;
  for (std::size_t i = 0; i < count; ++i) mean += (x[i] = curve_[(oldest + i) % kBins]) / static_cast<float>(count);
  float energy = 0.0F;
  for (std::size_t i = 0; i < count; ++i) energy += (x[i] -= mean) * x[i];
  if (energy < 1e-6F * static_cast<float>(count)) return;

  std::array<float, kTeeth * kLongestLag + 1> likeness{};
  const std::size_t longest = std::min(kTeeth * kLongestLag, count - count / 4);
  for (std::size_t lag = kShortestLag - 1; lag <= longest; ++lag) {
    float sum = 0.0F;
    for (std::size_t i = lag; i < count; ++i) sum += x[i] * x[i - lag];
    likeness[lag] = sum / energy * static_cast<float>(count) / static_cast<float>(count - lag);
  }
  std::size_t best = 0;
  float best_score = 0.0F, regular = 0.0F;
  for (std::size_t lag = kShortestLag; lag <= std::min(kLongestLag, longest - 1); ++lag) {
    if (likeness[lag] < likeness[lag - 1] || likeness[lag] < likeness[lag + 1]) continue;
    float comb = 0.0F, teeth = 0.0F;
    for (std::size_t tooth = 1; tooth <= kTeeth && tooth * lag < longest; ++tooth) {
      const std::size_t at = tooth * lag;  // the period is no whole number of bins
      comb += std::max({likeness[at - 1], likeness[at], likeness[at + 1]});
      teeth += 1.0F;
    }
    const double octaves = std::log2(60.0 / (static_cast<double>(lag) * kBin_s) / kUsual_bpm) / kPriorOctaves;
    const float score = comb / teeth * static_cast<float>(std::exp(-0.5 * octaves * octaves));
    if (score <= best_score) continue;
    best = lag;
    best_score = score;
    regular = comb / teeth;
  }
  if (best == 0 || regular < kRegular) return;

  const float l = likeness[best - 1], m = likeness[best], r = likeness[best + 1];
  const float curvature = l - 2.0F * m + r;
  const double fine = curvature < 0.0F ? static_cast<double>(0.5F * (l - r) / curvature) : 0.0;
  const double period = static_cast<double>(best) + std::clamp(fine, -0.5, 0.5);
  // The newest beats count most: what is asked next lies right after them.
  double in_phase = 0.0, beside = 0.0;
  for (std::size_t i = 0; i < count; ++i) {
    const double beats_ago = static_cast<double>(count - 1 - i) / period;
    const double weight = std::exp(-0.25 * beats_ago) * static_cast<double>(std::max(x[i], 0.0F));
    in_phase += weight * std::cos(kTurn * beats_ago);
    beside += weight * std::sin(kTurn * beats_ago);
  }
  const double newest_s = start_s_ + static_cast<double>(bins_ - 1) * kBin_s;
  const double ago = std::atan2(beside, in_phase) / kTurn * period * kBin_s;
  pulse_ = Pulse{60.0 / (period * kBin_s), std::clamp(regular, 0.0F, 1.0F), newest_s - ago};
}

}  // namespace photoplayer::perception::detail
