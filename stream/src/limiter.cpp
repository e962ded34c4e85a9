// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/stream/limiter.h>

#include <algorithm>
#include <cmath>
#include <numbers>

// Let g(n) be the gain that the peak found on input frame n needs; that peak lies kTaps/2 frames back. The
// minimum of g over kHold frames is constant from n to n + kHold − 1, and the average of it over kLookAhead
// frames is at most g(n) from n + kLookAhead − 1 to n + kHold − 1. Delaying the sound by kLookAhead − 1 +
// kTaps puts the peak, and kTaps/2 frames to either side of it, inside that stretch.

namespace photoplayer::stream {
namespace {

/// Four-fold oversampling reads a peak up to this much too low for music's bandwidth.
constexpr double kMargin_db = 0.2;
constexpr double kRecovery_s = 0.08;
constexpr double kFixedPoint = 1U << 30U;

double bessel_i0(double x) {
  double sum = 1.0, term = 1.0;
  for (int k = 1; k < 40; ++k) {
    term *= (x / (2.0 * k)) * (x / (2.0 * k));
    sum += term;
  }
  return sum;
}

}  // namespace

Limiter::Limiter(double ceiling_dbtp, double sample_rate_hz)
    : ceiling_(static_cast<float>(std::pow(10.0, (ceiling_dbtp - kMargin_db) / 20.0))),
      recovery_(static_cast<float>(1.0 - std::exp(-1.0 / (kRecovery_s * sample_rate_hz)))) {
  // Kaiser-windowed sinc; tap i of phase p weighs the sample i frames back from the newest, for the instant
  // p/kPhases after the sample kTaps/2 frames back.
  constexpr double kBeta = 7.0;
  constexpr double kHalf = kTaps / 2.0;
  for (std::size_t phase = 0; phase < kPhases; ++phase) {
    for (std::size_t tap = 0; tap < kTaps; ++tap) {
      const double distance =
          static_cast<double>(tap) - kHalf + static_cast<double>(phase) / static_cast<double>(kPhases);
      const double x = std::numbers::pi * distance;
      const double sinc = std::abs(x) < 1e-12 ? 1.0 : std::sin(x) / x;
      const double edge = std::min(1.0, std::abs(distance) / kHalf);
      const double window = bessel_i0(kBeta * std::sqrt(1.0 - edge * edge)) / bessel_i0(kBeta);
      filter_[phase][tap] = static_cast<float>(sinc * window);
    }
  }
  reset();
}

void Limiter::reset() noexcept {
  for (auto& channel : history_) channel.fill(0.0F);
  frame_ = 0;
  queue_head_ = queue_size_ = 0;
  recovering_ = 1.0F;
  averaged_.fill(static_cast<std::uint32_t>(kFixedPoint));
  sum_ = static_cast<std::uint64_t>(kFixedPoint) * kLookAhead_frames;
}

float Limiter::peak_around(std::size_t newest) const noexcept {
  float peak = 0.0F;
  for (const auto& channel : history_) {
    std::array<float, kTaps> recent;
    for (std::size_t tap = 0; tap < kTaps; ++tap) recent[tap] = channel[(newest - tap) % kHistory];
    for (const auto& phase : filter_) {
      float sum = 0.0F;
      for (std::size_t tap = 0; tap < kTaps; ++tap) sum += phase[tap] * recent[tap];
      peak = std::max(peak, std::abs(sum));
    }
  }
  return peak;
}

float Limiter::least_gain(float gain) noexcept {
  if (queue_size_ > 0 && queue_[queue_head_].frame + kHold_frames <= frame_) {
    queue_head_ = (queue_head_ + 1) % kHistory;
    --queue_size_;
  }
  while (queue_size_ > 0 && queue_[(queue_head_ + queue_size_ - 1) % kHistory].gain >= gain) --queue_size_;
  queue_[(queue_head_ + queue_size_) % kHistory] = {frame_, gain};
  ++queue_size_;
  return queue_[queue_head_].gain;
}

float Limiter::smooth(float gain) noexcept {
  const auto fixed = static_cast<std::uint32_t>(static_cast<double>(gain) * kFixedPoint);
  std::uint32_t& oldest = averaged_[frame_ % kLookAhead_frames];
  sum_ += fixed;
  sum_ -= oldest;
  oldest = fixed;
  return static_cast<float>(static_cast<double>(sum_) / (kFixedPoint * static_cast<double>(kLookAhead_frames)));
}

void Limiter::process(std::span<float> frames, std::span<float> gains) noexcept {
  for (std::size_t i = 0; i < frames.size() / 2; ++i) {
    for (std::size_t channel = 0; channel < 2; ++channel) {
      const float value = frames[2 * i + channel];
      history_[channel][frame_ % kHistory] = std::isfinite(value) ? value : 0.0F;
    }
    const float peak = peak_around(static_cast<std::size_t>(frame_ % kHistory) + kHistory);
    const float wanted = least_gain(peak > ceiling_ ? ceiling_ / peak : 1.0F);
    recovering_ = std::min(wanted, recovering_ + (1.0F - recovering_) * recovery_);
    const float gain = smooth(recovering_);
    if (i < gains.size()) gains[i] = gain;
    for (std::size_t channel = 0; channel < 2; ++channel) {
      frames[2 * i + channel] = gain * history_[channel][(frame_ + kHistory - kDelay_frames) % kHistory];
    }
    ++frame_;
  }
}

}  // namespace photoplayer::stream
