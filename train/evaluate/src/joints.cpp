// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/train/audio_features.h>
#include <photoplayer/train/fourier.h>
#include <photoplayer/train/seam_metrics.h>
#include <photoplayer/train/statistics.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace photoplayer::train {
namespace {

constexpr double kRate = kFeatureSampleRate;
constexpr double kNearAccent_s = 0.5, kSame_s = 0.03, kMargin_s = 2.0;
constexpr std::size_t kClickReach = kFeatureSampleRate / 1000;

std::size_t sample_at(double time_s) {
  return static_cast<std::size_t>(std::max(0.0, time_s) * kRate);
}

double distance_to(double time_s, const std::vector<double>& times) {
  double nearest = 1e9;
  for (const double other : times) nearest = std::min(nearest, std::abs(other - time_s));
  return nearest;
}

/// |x[n + 1] − 2 x[n] + x[n − 1]|, the larger of both channels, as its maximum over blocks of 1 ms.
std::vector<double> second_differences(std::span<const float> stereo) {
  std::vector<double> blocks(stereo.size() / 2 / kClickReach + 1, 0.0);
  for (std::size_t n = 1; n + 1 < stereo.size() / 2; ++n) {
    for (std::size_t c = 0; c < 2; ++c) {
      const auto x = [&](std::size_t at) { return static_cast<double>(stereo[2 * at + c]); };
      double& block = blocks[n / kClickReach];
      block = std::max(block, std::abs(x(n + 1) - 2.0 * x(n) + x(n - 1)));
    }
  }
  return blocks;
}

std::vector<double> hann(std::size_t size) {
  std::vector<double> window(size);
  for (std::size_t i = 0; i < size; ++i)
    window[i] = 0.5 - 0.5 * std::cos(2.0 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(size));
  return window;
}

class Ear {
 public:
  Ear(std::span<const float> stereo, const LoudnessCurves& loudness)
      : stereo_(stereo), loudness_(loudness), differences_(second_differences(stereo)) {
    std::vector<double> pairs;  // as wide as what a joint is given
    for (std::size_t i = 0; i + 1 < differences_.size(); ++i)
      pairs.push_back(std::max(differences_[i], differences_[i + 1]));
    usual_difference_ = std::max(quantile(std::move(pairs), 0.999), 1e-6);
  }

  [[nodiscard]] double click(double time_s) const {
    const std::size_t block = (sample_at(time_s) + kClickReach / 2) / kClickReach;
    return std::max(differences_[block - 1], differences_[block]) / usual_difference_;
  }
  [[nodiscard]] double loudness_jump(double time_s) const {
    const auto level = [&](double at_s) {
      const auto i = static_cast<std::size_t>(std::llround(at_s * kLoudnessRate_hz));
      const double lufs = i < loudness_.momentary.size() ? loudness_.momentary[i] : -70.0;
      return std::isfinite(lufs) ? lufs : -70.0;
    };
    return std::abs(level(time_s + 0.2) - level(time_s - 0.2));
  }
  [[nodiscard]] double flux(double time_s) {
    const auto before = bands(sample_at(time_s) - kShort), after = bands(sample_at(time_s));
    double squares = 0.0;
    for (std::size_t i = 0; i < before.size(); ++i)
      squares += (after[i] - before[i]) * (after[i] - before[i]) / static_cast<double>(before.size());
    return std::sqrt(squares);
  }
  [[nodiscard]] double harmony_change(double time_s) {
    const auto before = chroma(time_s - kMargin_s), after = chroma(time_s);
    double ab = 0.0, aa = 1e-12, bb = 1e-12;
    for (std::size_t i = 0; i < 12; ++i) {
      ab += before[i] * after[i];
      aa += before[i] * before[i];
      bb += after[i] * after[i];
    }
    return 1.0 - ab / std::sqrt(aa * bb);
  }
  [[nodiscard]] double stereo_change(double time_s) const {
    return std::abs(channels_alike(time_s) - channels_alike(time_s - 0.4));
  }

 private:
  static constexpr std::size_t kShort = 2048, kLong = 8192;

  [[nodiscard]] double mono(std::size_t at) const {
    return 2 * at + 1 < stereo_.size() ? 0.5 * static_cast<double>(stereo_[2 * at] + stereo_[2 * at + 1]) : 0.0;
  }
  void spectrum(PowerFourier& fourier, const std::vector<double>& window, std::size_t from) {
    const std::size_t size = window.size();
    windowed_.resize(size);
    power_.resize(size / 2 + 1);
    for (std::size_t i = 0; i < size; ++i) windowed_[i] = window[i] * mono(from + i);
    fourier.power(windowed_, power_);
  }
  /// Third octaves from 100 Hz to 10 kHz, dB.
  [[nodiscard]] std::array<double, 20> bands(std::size_t from) {
    spectrum(short_, short_window_, from);
    std::array<double, 20> levels{};
    for (std::size_t bin = 1; bin < power_.size(); ++bin) {
      const double third = 3.0 * std::log2(static_cast<double>(bin) * kRate / kShort / 100.0);
      if (third >= 0.0 && third < 20.0) levels[static_cast<std::size_t>(third)] += power_[bin];
    }
    for (double& level : levels) level = 10.0 * std::log10(level + 1e-4);
    return levels;
  }
  [[nodiscard]] std::array<double, 12> chroma(double from_s) {
    std::array<double, 12> classes{};
    for (std::size_t from = sample_at(from_s); from + kLong <= sample_at(from_s + kMargin_s); from += kLong) {
      spectrum(long_, long_window_, from);
      for (std::size_t bin = 1; bin < power_.size(); ++bin) {
        const double hz = static_cast<double>(bin) * kRate / kLong;
        if (hz < 80.0 || hz > 2000.0) continue;
        const long pitch = std::lround(69.0 + 12.0 * std::log2(hz / 440.0));
        classes[static_cast<std::size_t>(pitch % 12)] += std::sqrt(power_[bin]);
      }
    }
    return classes;
  }
  [[nodiscard]] double channels_alike(double from_s) const {
    double lr = 0.0, ll = 1e-9, rr = 1e-9;
    for (std::size_t at = sample_at(from_s); at < sample_at(from_s + 0.4) && 2 * at + 1 < stereo_.size(); ++at) {
      const auto l = static_cast<double>(stereo_[2 * at]), r = static_cast<double>(stereo_[2 * at + 1]);
      lr += l * r;
      ll += l * l;
      rr += r * r;
    }
    return lr / std::sqrt(ll * rr);
  }

  std::span<const float> stereo_;
  const LoudnessCurves& loudness_;
  std::vector<double> differences_, windowed_, power_;
  double usual_difference_ = 1.0;
  PowerFourier short_{kShort}, long_{kLong};
  std::vector<double> short_window_ = hann(kShort), long_window_ = hann(kLong);
};

}  // namespace

std::vector<Joint> joints_of(std::span<const float> stereo, const LoudnessCurves& loudness, const BeatTimes& times) {
  const auto& beats = times.beats_s;
  const double end_s = static_cast<double>(stereo.size() / 2) / kRate - kMargin_s;
  Ear ear(stereo, loudness);
  std::vector<Joint> joints;
  int place = 0;
  for (std::size_t i = 0; i < beats.size(); ++i) {
    const double at_s = beats[i];
    place = distance_to(at_s, times.bars_s) < kSame_s ? 0 : place + 1;
    if (at_s < kMargin_s || at_s > end_s || distance_to(at_s, times.accents_s) < kNearAccent_s) continue;
    Joint joint;
    joint.seam = distance_to(at_s, times.seams_s) < kSame_s;
    joint.place = place;
    joint.click = ear.click(at_s);
    joint.flux = ear.flux(at_s);
    joint.loudness = ear.loudness_jump(at_s);
    joint.harmony = ear.harmony_change(at_s);
    joint.stereo = ear.stereo_change(at_s);
    if (i >= 1 && i + 1 < beats.size()) joint.interval = std::abs((beats[i + 1] - at_s) / (at_s - beats[i - 1]) - 1.0);
    joints.push_back(joint);
  }
  return joints;
}

}  // namespace photoplayer::train
