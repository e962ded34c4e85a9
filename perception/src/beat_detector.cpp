// SPDX-License-Identifier: Apache-2.0
#include "beat_detector.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace photoplayer::perception::detail {
namespace {

constexpr float kProminence = 0.3F;  ///< of the spread; from the paper's figure (diffv2m.md §2.4)
/// What must have fallen when time runs out: a ball's curve falls slowly after it hit the ground, but it
/// falls.
constexpr float kLateProminence = 0.15F;
constexpr double kMaxDelay_s = 0.25;  ///< the analysis budget of aligned mode (design §4)
constexpr double kMinDistance_s = 0.2;
constexpr double kSmoothing_s = 0.05;  ///< half width of the triangle; below 20 frames a second it does nothing
constexpr double kBin_s = 0.1;
constexpr double kMemory_s = 30.0;
/// A calm picture's own flicker is no rhythm: the spread never counts as less than this.
constexpr float kMinSpread = 0.12F;
constexpr double kMinSampleDistance_s = 0.002;

}  // namespace

void BeatDetector::reset() {
  *this = BeatDetector();
}

float BeatDetector::smoothed(std::size_t index) const {
  const double centre_s = samples_[index].time_s;
  double sum = 0.0, weights = 0.0;
  for (const Sample& sample : samples_) {
    const double weight = 1.0 - std::abs(sample.time_s - centre_s) / kSmoothing_s;
    if (weight <= 0.0) continue;
    sum += weight * static_cast<double>(sample.value);
    weights += weight;
  }
  return static_cast<float>(sum / weights);
}

void BeatDetector::learn_spread(const Sample& sample) {
  if (open_bin_ && sample.time_s - open_bin_->time_s < kBin_s) {
    open_bin_->value = std::max(open_bin_->value, sample.value);
    return;
  }
  if (open_bin_) bins_.push_back(*open_bin_);
  open_bin_ = sample;
  while (!bins_.empty() && sample.time_s - bins_.front().time_s > kMemory_s) bins_.pop_front();
  spread_ = 0.0F;
  if (bins_.empty()) return;
  std::vector<float> values;
  values.reserve(bins_.size());
  for (const Sample& bin : bins_) values.push_back(bin.value);
  const auto part = [&values](double fraction) {
    const auto nth = values.begin() + static_cast<std::ptrdiff_t>(fraction * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), nth, values.end());
    return *nth;
  };
  spread_ = part(0.98) - part(0.02);
}

std::optional<Beat> BeatDetector::follow(const Sample& sample, double interval_s, double now_s) {
  learn_spread(sample);
  const float spread = std::max(spread_, kMinSpread);
  if (!peak_) {
    valley_ = valley_ ? std::min(*valley_, sample.value) : sample.value;
    if (sample.value - *valley_ >= kProminence * spread) peak_ = Peak{sample, *valley_, sample.value};
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
  const bool stands_out = fallen >= (last_chance ? kLateProminence : kProminence) * spread;
  if (!last_chance && !stands_out) return std::nullopt;

  const Peak peak = *peak_;
  peak_.reset();
  valley_ = sample.value;
  if (late || !stands_out || (last_beat_s_ && peak.at.time_s - *last_beat_s_ < kMinDistance_s)) return std::nullopt;
  last_beat_s_ = peak.at.time_s;
  return Beat{peak.at.time_s, std::min((peak.at.value - peak.valley) / spread, 1.0F)};
}

std::optional<Beat> BeatDetector::add(double time_s, float value, double interval_s, double now_s) {
  if (!samples_.empty() && time_s - samples_.back().time_s < kMinSampleDistance_s) return std::nullopt;
  samples_.push_back({time_s, value});
  std::optional<Beat> beat;
  // A sample is final when the triangle around it is full, or when the next frame will lie outside it anyway.
  while (next_ < samples_.size() && (time_s - samples_[next_].time_s >= kSmoothing_s || interval_s >= kSmoothing_s)) {
    const Sample final_sample{samples_[next_].time_s, smoothed(next_)};
    ++next_;
    if (const auto found = follow(final_sample, interval_s, now_s)) beat = found;
  }
  while (samples_.size() > 1 && next_ > 1 && samples_.front().time_s < samples_[next_ - 1].time_s - kSmoothing_s) {
    samples_.pop_front();
    --next_;
  }
  return beat;
}

}  // namespace photoplayer::perception::detail
