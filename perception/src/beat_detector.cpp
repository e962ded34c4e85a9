// SPDX-License-Identifier: Apache-2.0
#include "beat_detector.h"

#include <algorithm>
#include <cmath>

namespace photoplayer::perception::detail {
namespace {

constexpr float kProminence = 0.3F;  ///< of the spread; from the paper's figure (diffv2m.md §2.4)
/// What must have fallen when time runs out: a ball's curve falls slowly after it hit the ground, but it
/// falls.
constexpr float kLateProminence = 0.15F;
constexpr double kMaxDelay_s = 0.25;  ///< the analysis budget of aligned mode (design §4)
constexpr double kMinDistance_s = 0.2;
constexpr double kSmoothing_s = 0.03;  ///< half width of the triangle; below 20 frames a second it does nothing
constexpr double kBin_s = 0.1;
constexpr double kMemory_s = 30.0;
/// A calm picture's own flicker is no rhythm: the spread never counts as less than this.
constexpr float kMinSpread = 0.08F;
constexpr float kTrusted = 0.5F;
constexpr double kOnPulse_s = 0.07;
constexpr float kOnPulse = 0.6F, kOffPulse = 1.6F;
/// Until something was seen to compare with, only what would stand out in most pictures counts.
constexpr std::size_t kYoungBins = 10;
constexpr float kYoungSpread = 1.0F;
constexpr double kMinSampleDistance_s = 0.002;

/// Of the prominence asked for.
float ease(const std::optional<Pulse>& pulse, double time_s) noexcept {
  if (!pulse || pulse->confidence < kTrusted) return 1.0F;
  return pulse->distance(time_s) * 60.0 / pulse->bpm <= kOnPulse_s ? kOnPulse : kOffPulse;
}

}  // namespace

void BeatDetector::reset() {
  *this = BeatDetector();
}

float BeatDetector::smoothed(std::size_t index) const {
  const double centre_s = samples_[index].time_s;
  double sum = 0.0, weights = 0.0;
  for (std::size_t i = 0; i < samples_.size(); ++i) {
    const Sample& sample = samples_[i];
    const double weight = 1.0 - std::abs(sample.time_s - centre_s) / kSmoothing_s;
    if (weight <= 0.0) continue;
    sum += weight * static_cast<double>(sample.value);
    weights += weight;
  }
  return static_cast<float>(sum / weights);
}

void BeatDetector::learn_spread(const Sample& sample) {
  if (bins_.empty() || sample.time_s - bins_.back().time_s >= kBin_s) {
    while (!bins_.empty() && sample.time_s - bins_.front().time_s > kMemory_s) bins_.pop_front();
    bins_.push(sample);
  } else if (sample.value > bins_.back().value) {
    bins_.back().value = sample.value;
  } else {
    return;
  }
  std::array<float, kBins> values{};
  for (std::size_t i = 0; i < bins_.size(); ++i) values[i] = bins_[i].value;
  const auto part = [&](double fraction) {
    const auto nth = static_cast<std::ptrdiff_t>(std::ceil(fraction * static_cast<double>(bins_.size() - 1)));
    std::nth_element(values.begin(), values.begin() + nth, values.begin() + static_cast<std::ptrdiff_t>(bins_.size()));
    return values[static_cast<std::size_t>(nth)];
  };
  spread_ = part(0.98) - part(0.02);
}

std::optional<Beat> BeatDetector::follow(const Sample& sample, double interval_s, double now_s,
                                         const std::optional<Pulse>& pulse) {
  learn_spread(sample);
  const bool young = bins_.size() < kYoungBins;
  const float spread = std::max(spread_, young ? kYoungSpread : kMinSpread);
  if (!peak_) {
    valley_ = valley_ ? std::min(*valley_, sample.value) : sample.value;
    if (sample.value - *valley_ >= kProminence * ease(pulse, sample.time_s) * spread)
      peak_ = Peak{sample, *valley_, sample.value};
    return std::nullopt;
  }
  if (sample.value > peak_->at.value) {
    peak_->at = sample;
    peak_->right_lowest = sample.value;
    return std::nullopt;
  }
  peak_->right_lowest = std::min(peak_->right_lowest, sample.value);
  const double delay_s = now_s - peak_->at.time_s;
  const bool late = delay_s > kMaxDelay_s;
  const bool last_chance = delay_s + interval_s > kMaxDelay_s;
  const float fallen = peak_->at.value - peak_->right_lowest;
  const float eased = ease(pulse, peak_->at.time_s) * spread;
  const bool stands_out = fallen >= (last_chance ? kLateProminence : kProminence) * eased;
  if (!last_chance && !stands_out) return std::nullopt;

  const Peak peak = *peak_;
  peak_.reset();
  valley_ = sample.value;
  if (late || !stands_out || (last_beat_s_ && peak.at.time_s - *last_beat_s_ < kMinDistance_s)) return std::nullopt;
  last_beat_s_ = peak.at.time_s;
  return Beat{peak.at.time_s, std::min((peak.at.value - peak.valley) / spread, 1.0F)};
}

std::optional<Beat> BeatDetector::add(double time_s, float value, double interval_s, double now_s,
                                      const std::optional<Pulse>& pulse) {
  if (!samples_.empty() && time_s - samples_.back().time_s < kMinSampleDistance_s) return std::nullopt;
  if (samples_.push({time_s, value}) && next_ > 0) --next_;
  std::optional<Beat> beat;
  // A sample is final when the triangle around it is full, or when the next frame will lie outside it anyway.
  while (next_ < samples_.size() && (time_s - samples_[next_].time_s >= kSmoothing_s || interval_s >= kSmoothing_s)) {
    const Sample final_sample{samples_[next_].time_s, smoothed(next_)};
    ++next_;
    if (const auto found = follow(final_sample, interval_s, now_s, pulse)) beat = found;
  }
  while (samples_.size() > 1 && next_ > 1 && samples_.front().time_s < samples_[next_ - 1].time_s - kSmoothing_s) {
    samples_.pop_front();
    --next_;
  }
  return beat;
}

}  // namespace photoplayer::perception::detail
