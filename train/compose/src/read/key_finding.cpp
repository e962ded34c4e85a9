// SPDX-License-Identifier: Apache-2.0
#include "key_finding.h"

#include <algorithm>
#include <cmath>

namespace photoplayer::train::detail {
namespace {

/// Two witnesses. Krumhansl and Kessler's probe-tone ratings (1982) hear a piece that dwells on its dominant in the
/// dominant's key; Temperley's counts from the Kostka-Payne corpus hear natural minor in its relative.
struct Profile {
  Chroma rated, counted;
};
constexpr Profile kMajor = {{6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88},
                            {.748, .060, .488, .082, .670, .460, .096, .715, .104, .366, .057, .400}};
constexpr Profile kMinor = {{6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17},
                            {.712, .084, .474, .618, .049, .460, .105, .747, .404, .067, .133, .330}};

double correlation(const Chroma& chroma, const Chroma& profile, int tonic) {
  double mean_a = 0.0, mean_b = 0.0;
  for (std::size_t i = 0; i < 12; ++i) {
    mean_a += chroma[i] / 12.0;
    mean_b += profile[i] / 12.0;
  }
  double ab = 0.0, aa = 1e-9, bb = 1e-9;
  for (int i = 0; i < 12; ++i) {
    const double a = chroma[static_cast<std::size_t>((i + tonic) % 12)] - mean_a,
                 b = profile[static_cast<std::size_t>(i)] - mean_b;
    ab += a * b;
    aa += a * a;
    bb += b * b;
  }
  return ab / std::sqrt(aa * bb);
}

double fit(const Chroma& chroma, int key) {
  const Profile& profile = key < 12 ? kMajor : kMinor;
  return 0.5 * (correlation(chroma, profile.rated, key % 12) + correlation(chroma, profile.counted, key % 12));
}

}  // namespace

std::vector<Key> find_keys(const std::vector<Chroma>& bars) {
  constexpr int kKeys = 24;
  // A change must pay for itself over several bars.
  constexpr double kChange = 1.6;
  const int count = static_cast<int>(bars.size());
  std::vector<std::array<int, kKeys>> from(bars.size());
  std::array<double, kKeys> score{};
  for (int bar = 0; bar < count; ++bar) {
    Chroma window{};
    for (int near = std::max(0, bar - 2); near <= std::min(count - 1, bar + 2); ++near) {
      for (std::size_t p = 0; p < 12; ++p) window[p] += bars[static_cast<std::size_t>(near)][p];
    }
    const int best = static_cast<int>(std::max_element(score.begin(), score.end()) - score.begin());
    std::array<double, kKeys> next{};
    for (int key = 0; key < kKeys; ++key) {
      const auto k = static_cast<std::size_t>(key);
      const double stay = score[k], change = score[static_cast<std::size_t>(best)] - kChange;
      from[static_cast<std::size_t>(bar)][k] = stay >= change ? key : best;
      next[k] = std::max(stay, change) + fit(window, key);
    }
    score = next;
  }
  std::vector<Key> keys(bars.size());
  int at = static_cast<int>(std::max_element(score.begin(), score.end()) - score.begin());
  for (int bar = count - 1; bar >= 0; --bar) {
    keys[static_cast<std::size_t>(bar)] = {at % 12, at >= 12};
    at = from[static_cast<std::size_t>(bar)][static_cast<std::size_t>(at)];
  }
  return keys;
}

stream::ScaleMode scale_mode(const Chroma& chroma, bool minor) {
  if (minor)
    return chroma[9] > 2.0 * chroma[8] && chroma[10] > chroma[11] ? stream::ScaleMode::kDorian
                                                                  : stream::ScaleMode::kMinor;
  return chroma[10] > 1.5 * chroma[11] ? stream::ScaleMode::kMixolydian : stream::ScaleMode::kMajor;
}

}  // namespace photoplayer::train::detail
