// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/train/sync_metrics.h>

#include <algorithm>
#include <cmath>

namespace photoplayer::train {
namespace {

/// `share` of the whole later; what falls off the end comes in at the beginning.
std::vector<double> turned(const std::vector<double>& times, double share, double length_s) {
  if (share == 0.0) return times;
  std::vector<double> result;
  for (const double time_s : times) result.push_back(std::fmod(time_s + share * length_s, length_s));
  std::sort(result.begin(), result.end());
  return result;
}

/// Mean 0, power 1; empty if it does not vary.
std::vector<double> standardised(std::span<const double> curve) {
  const double middle = mean(curve);
  double power = 0.0;
  for (const double value : curve) power += (value - middle) * (value - middle) / static_cast<double>(curve.size());
  std::vector<double> result;
  if (power <= 1e-12) return result;
  for (const double value : curve) result.push_back((value - middle) / std::sqrt(power));
  return result;
}

/// Σ a[i] b[i + lag mod n] / n for every lag.
std::vector<double> circular_correlation(const std::vector<double>& a, const std::vector<double>& b) {
  const std::size_t n = a.size();
  std::vector<double> twice = b, result(n, 0.0);
  twice.insert(twice.end(), b.begin(), b.end());
  for (std::size_t lag = 0; lag < n; ++lag) {
    double sum = 0.0;
    for (std::size_t i = 0; i < n; ++i) sum += a[i] * twice[i + lag];
    result[lag] = sum / static_cast<double>(n);
  }
  return result;
}

}  // namespace

double share_met(std::span<const double> targets, std::span<const double> found, Tolerance near) {
  constexpr double kRounding_s = 1e-9;
  std::size_t met = 0;
  for (const double target : targets) {
    met += std::any_of(found.begin(), found.end(), [&](double time_s) {
      return time_s >= target - near.early_s - kRounding_s && time_s <= target + near.late_s + kRounding_s;
    });
  }
  return targets.empty() ? 0.0 : static_cast<double>(met) / static_cast<double>(targets.size());
}

AgainstChance targets_met(std::span<const double> targets, std::vector<double> found, double length_s, Tolerance near) {
  return against_chance([&](double share) { return share_met(targets, turned(found, share, length_s), near); });
}

double f_measure(std::span<const double> reference, std::span<const double> found, double near_s) {
  constexpr double kRounding_s = 1e-9;
  if (reference.empty() || found.empty()) return 0.0;
  // Both in order and one tolerance for all: taking the earliest partner that is left never costs a match.
  std::size_t matched = 0, next = 0;
  for (const double time_s : reference) {
    while (next < found.size() && found[next] < time_s - near_s - kRounding_s) ++next;
    if (next < found.size() && found[next] <= time_s + near_s + kRounding_s) ++matched, ++next;
  }
  return 2.0 * static_cast<double>(matched) / static_cast<double>(reference.size() + found.size());
}

AgainstChance events_matched(std::span<const double> reference, std::vector<double> found, double length_s,
                             double near_s) {
  return against_chance([&](double share) { return f_measure(reference, turned(found, share, length_s), near_s); });
}

std::optional<double> accent_share(std::span<const double> cuts, const Onsets& onsets, Tolerance near) {
  std::vector<double> strengths;
  for (const Onset& onset : onsets.onsets) strengths.push_back(onset.strength);
  const double strong = quantile(strengths, 0.75);
  double counted = 0.0, accents = 0.0;
  for (const Onset& onset : onsets.onsets) {
    const double time_s = onset.time_s;
    const Tolerance seen_from_onset{near.late_s, near.early_s};
    if (share_met(std::span(&time_s, 1), cuts, seen_from_onset) == 0.0) continue;
    counted += 1.0;
    accents += onset.strength > strong ? 1.0 : 0.0;
  }
  if (counted == 0.0) return std::nullopt;
  return accents / counted;
}

std::optional<Lag> curve_lag(std::span<const double> picture, std::span<const double> music) {
  constexpr std::size_t kMost = 6 * 60 * kCurveRate_hz, kReach = kCurveRate_hz;
  const std::size_t n = std::min({picture.size(), music.size(), kMost});
  if (n < 4 * kReach) return std::nullopt;
  const auto a = standardised(picture.first(n)), b = standardised(music.first(n));
  if (a.empty() || b.empty()) return std::nullopt;
  const auto correlation = circular_correlation(a, b);
  std::ptrdiff_t best = 0;
  const auto peak = [&](double share) {
    const auto middle = static_cast<std::ptrdiff_t>(std::llround(share * static_cast<double>(n)));
    double highest = -1.0;
    for (auto lag = -static_cast<std::ptrdiff_t>(kReach); lag <= static_cast<std::ptrdiff_t>(kReach); ++lag) {
      const auto at = (middle + lag + static_cast<std::ptrdiff_t>(n)) % static_cast<std::ptrdiff_t>(n);
      const double value = correlation[static_cast<std::size_t>(at)];
      if (value <= highest) continue;
      highest = value;
      if (share == 0.0) best = lag;
    }
    return highest;
  };
  Lag result;
  result.correlation = against_chance(peak);
  result.lag_ms = static_cast<double>(best) * 1000.0 / kCurveRate_hz;
  return result;
}

std::optional<AgainstChance> following(std::span<const double> picture, std::span<const double> music) {
  const std::size_t n = std::min(picture.size(), music.size());
  const auto correlation = [&](double share) {
    const auto shift = static_cast<std::size_t>(std::llround(share * static_cast<double>(n)));
    std::vector<double> a, b;
    for (std::size_t i = 0; i < n; ++i) {
      const double value = music[(i + shift) % n];
      if (std::isfinite(picture[i]) && std::isfinite(value)) a.push_back(picture[i]), b.push_back(value);
    }
    return spearman(a, b);
  };
  if (n == 0 || !correlation(0.0)) return std::nullopt;
  return against_chance([&](double share) { return correlation(share).value_or(0.0); });
}

std::optional<double> tempo_of(std::span<const double> curve) {
  constexpr double kLiked_bpm = 110.0, kWidth_octaves = 1.0, kLeast = 0.1;
  const auto x = standardised(curve);
  const auto lag_of = [](double bpm) { return static_cast<std::size_t>(60.0 * kCurveRate_hz / bpm); };
  if (x.size() < 3 * lag_of(50.0)) return std::nullopt;
  const auto correlation = [&](std::size_t lag) {
    double sum = 0.0;
    for (std::size_t i = 0; i + lag < x.size(); ++i) sum += x[i] * x[i + lag];
    return sum / static_cast<double>(x.size() - lag);
  };
  double highest = 0.0, found = 0.0;
  for (std::size_t lag = lag_of(180.0); lag <= lag_of(50.0); ++lag) {
    const double before = correlation(lag - 1), here = correlation(lag), after = correlation(lag + 1);
    if (here < kLeast || here < before || here < after) continue;
    // Between steps the peak lies where a parabola through three of them does.
    const double bend = before - 2.0 * here + after;
    const double at = static_cast<double>(lag) + (bend < 0.0 ? 0.5 * (before - after) / bend : 0.0);
    const double bpm = 60.0 * kCurveRate_hz / at;
    const double octaves = std::log2(bpm / kLiked_bpm) / kWidth_octaves;
    const double liked = here * std::exp(-0.5 * octaves * octaves);
    if (liked > highest) highest = liked, found = bpm;
  }
  if (found == 0.0) return std::nullopt;
  return found;
}

bool tempi_agree(double one_bpm, double other_bpm) {
  for (const double factor : {0.5, 1.0, 2.0}) {
    if (std::abs(one_bpm * factor / other_bpm - 1.0) <= 0.04) return true;
  }
  return false;
}

}  // namespace photoplayer::train
