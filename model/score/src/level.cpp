// SPDX-License-Identifier: Apache-2.0
#include "photoplayer/model/level.h"

#include <ebur128.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace photoplayer::model {
namespace {

// Listening. The calibration is worth kPriorS of music at first and nothing after kPriorUntilS.
constexpr double kPriorS = 2.0;
constexpr double kPriorUntilS = 15.0;
constexpr std::size_t kWindowBlocks = 100;  // 10 s
constexpr double kDecideS = 0.1;
constexpr double kMomentaryS = 0.4;
/// Output quieter than this is a pause or a dying note: no reason to turn anything up.
constexpr double kSilenceLufs = -45.0;
constexpr double kRelativeGateLu = 10.0;  // BS.1770
/// What is led on purpose, as the meter's 400 ms see it; and the time over which its mean is taken back.
constexpr double kLedS = 0.15;
constexpr double kLedMeanS = 120.0, kLedPriorS = 40.0;
/// Power has its mean above that of decibels: a picture that leads by up to ± 6 dB adds this much. What was seen first
/// says little: a calm beginning must not be turned up.
constexpr double kLedPower = 1.25;
/// Of what the user's intensity does to loudness so much stays, up to 3 dB; with all of it the programme would be far
/// from its target, without any the control would be undone.
constexpr double kAskedShare = 0.45;

// Acting.
constexpr double kUpDbPerS = 0.8;
constexpr double kDownDbPerS = 1.5;
constexpr double kAskedDbPerS = 6.0;  // a request is heard to be answered
constexpr double kMaxCorrectionDb = 10.0;
/// Share of the integrated loudness' error that is paid back, and the most.
constexpr double kRepayShare = 0.6;
constexpr double kMaxRepayDb = 1.0;
constexpr double kRepayAfterS = 4.0;

double lufs_of(double power) {
  return -0.691 + 10.0 * std::log10(power);
}
double power_of(double lufs) {
  return std::pow(10.0, (lufs + 0.691) / 10.0);
}
float factor_of(double db) {
  return static_cast<float>(std::pow(10.0, db / 20.0));
}

/// BS.1770 gating over 400 ms blocks in bounded memory: energies in bins of 0.1 LU.
class GatedHistogram {
 public:
  void add(double lufs) {
    if (!(lufs > kLowest)) return;
    const auto bin = std::min(static_cast<std::size_t>((lufs - kLowest) / kWidth), kBins - 1);
    ++counts_[bin];
    energies_[bin] += power_of(lufs);
  }
  [[nodiscard]] double integrated() const {
    double energy = 0.0, count = 0.0;
    sum_from(0, energy, count);
    if (count == 0.0) return -std::numeric_limits<double>::infinity();
    const double gate = std::max(lufs_of(energy / count) - kRelativeGateLu, kLowest);
    sum_from(std::min(static_cast<std::size_t>((gate - kLowest) / kWidth), kBins - 1), energy, count);
    return lufs_of(energy / count);
  }

 private:
  void sum_from(std::size_t bin, double& energy, double& count) const {
    energy = count = 0.0;
    for (; bin < kBins; ++bin) {
      energy += energies_[bin];
      count += static_cast<double>(counts_[bin]);
    }
  }
  static constexpr double kLowest = -70.0;  // the absolute gate
  static constexpr double kWidth = 0.1;
  static constexpr std::size_t kBins = 800;
  std::array<std::uint64_t, kBins> counts_{};
  std::array<double, kBins> energies_{};
};

/// Gated loudness of the last blocks, as BS.1770 has it for a whole programme.
class RecentLoudness {
 public:
  void clear() { count_ = next_ = 0; }
  void add(double lufs) {
    powers_[next_] = power_of(lufs);
    next_ = (next_ + 1) % kWindowBlocks;
    count_ = std::min(count_ + 1, kWindowBlocks);
  }
  [[nodiscard]] double lufs() const {
    const double all = mean_above(0.0);
    return lufs_of(mean_above(all * std::pow(10.0, -kRelativeGateLu / 10.0)));
  }

 private:
  [[nodiscard]] double mean_above(double gate) const {
    double sum = 0.0, count = 0.0;
    for (std::size_t i = 0; i < count_; ++i) {
      if (powers_[i] < gate) continue;
      sum += powers_[i];
      count += 1.0;
    }
    return sum / count;
  }
  std::array<double, kWindowBlocks> powers_{};
  std::size_t count_ = 0, next_ = 0;
};

}  // namespace

struct LoudnessLeveller::State {
  explicit State(const LevelSettings& s)
      : settings(s), meter(ebur128_init(2, static_cast<unsigned long>(s.sample_rate_hz), EBUR128_MODE_M)) {
    expect(s.start_gain_db);
  }
  ~State() { ebur128_destroy(&meter); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  void expect(double start_gain_db) {
    settings.start_gain_db = start_gain_db;
    goal_db = start_gain_db;
    if (!sounded) {  // nothing to hear yet: be there at once
      gain_db = start_gain_db;
      factor = factor_of(whole_gain_db());
    }
    heard_s = 0.0;
    recent.clear();
  }

  [[nodiscard]] double whole_gain_db() const { return gain_db + asked_gain_db; }

  void ask(double asked_db, double length_s) {
    const double goal = -(1.0 - kAskedShare) * asked_db;
    if (!sounded) {
      asked_gain_db = goal;
      asked_heard_db = asked_db;
      return;
    }
    asked_gain_db += std::clamp(goal - asked_gain_db, -kAskedDbPerS * length_s, kAskedDbPerS * length_s);
    asked_heard_db += std::min(1.0, length_s / kLedS) * (asked_db - asked_heard_db);
  }

  void decide() {
    double momentary = 0.0;
    if (meter == nullptr || ebur128_loudness_momentary(meter, &momentary) != EBUR128_SUCCESS) return;
    if (!std::isfinite(momentary)) return;
    output.add(momentary + whole_gain_db());
    output_beside_asked.add(momentary + whole_gain_db() - kAskedShare * asked_heard_db);
    if (momentary + whole_gain_db() < kSilenceLufs) return;
    sounded = true;
    heard_s += kDecideS;
    recent.add(momentary - led_db - asked_heard_db);
    double led_mean_db = 0.0;
    if (led_db != 0.0) {
      led_s = std::min(led_s + kDecideS, kLedMeanS);
      led_power += kDecideS / led_s * (std::pow(10.0, led_db / 10.0) - led_power);
      led_mean_db = 10.0 * std::log10(led_power);
    }
    const double prior_s = kPriorS * std::max(0.0, 1.0 - heard_s / kPriorUntilS);
    const double heard_db = settings.target_lufs - recent.lufs() - led_mean_db - settings.start_gain_db;
    double correction = heard_db * heard_s / (heard_s + prior_s);
    if (heard_s > kRepayAfterS) {
      const double lacking = settings.target_lufs - output_beside_asked.integrated();
      correction += std::clamp(kRepayShare * lacking, -kMaxRepayDb, kMaxRepayDb);
    }
    goal_db = settings.start_gain_db + std::clamp(correction, -kMaxCorrectionDb, kMaxCorrectionDb);
  }

  LevelSettings settings;
  ebur128_state* meter;
  GatedHistogram output;
  GatedHistogram output_beside_asked;  ///< so that a request says nothing about the time before it
  RecentLoudness recent;
  double led_db = 0.0;
  double asked_heard_db = 0.0;   ///< what was asked for as the meter's 400 ms see it
  double asked_gain_db = 0.0;    ///< what takes back the rest of it
  double led_power = kLedPower;  ///< mean, beside what is not led
  double led_s = kLedPriorS;
  double heard_s = 0.0;  ///< since the last expect()
  bool sounded = false;  ///< ever
  double elapsed_s = 0.0;
  double since_decision_s = 0.0;
  double goal_db = 0.0;
  double gain_db = 0.0;
  float factor = 1.0F;
};

LoudnessLeveller::LoudnessLeveller(const LevelSettings& settings) : state_(std::make_unique<State>(settings)) {}
LoudnessLeveller::~LoudnessLeveller() = default;

BlockGain LoudnessLeveller::next(std::span<const float> block, double led_db, double asked_db) {
  State& s = *state_;
  const std::size_t frames = block.size() / 2;
  if (frames == 0) return {s.factor, s.factor};
  if (s.meter != nullptr) ebur128_add_frames_float(s.meter, block.data(), frames);
  const double length_s = static_cast<double>(frames) / s.settings.sample_rate_hz;
  const double was_db = s.whole_gain_db();
  s.ask(asked_db, length_s);
  s.led_db += std::min(1.0, length_s / kLedS) * (led_db - s.led_db);
  s.elapsed_s += length_s;
  s.since_decision_s += length_s;
  if (s.since_decision_s >= kDecideS) {
    s.since_decision_s -= kDecideS;
    if (s.elapsed_s >= kMomentaryS) s.decide();
  }
  s.gain_db += std::clamp(s.goal_db - s.gain_db, -kDownDbPerS * length_s, kUpDbPerS * length_s);
  const BlockGain gain{s.factor, s.whole_gain_db() == was_db ? s.factor : factor_of(s.whole_gain_db())};
  s.factor = gain.to;
  return gain;
}

void LoudnessLeveller::expect(double start_gain_db) {
  state_->expect(start_gain_db);
}
double LoudnessLeveller::gain_db() const {
  return state_->whole_gain_db();
}
double LoudnessLeveller::integrated_lufs() const {
  return state_->output.integrated();
}

}  // namespace photoplayer::model
