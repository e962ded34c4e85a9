// SPDX-License-Identifier: Apache-2.0
#include "eval/controls_trials.h"

#include "eval/classify.h"

#include <algorithm>
#include <cmath>

namespace photoplayer::tools {
namespace {

constexpr std::uint64_t kDealer = 20'240;
/// In shorter pieces not even the composer's styles are told apart.
constexpr double kStyleLengths = 2.0;

/// `count` places shared out evenly among `levels`, in an order of chance.
std::vector<int> dealt(int count, int levels, std::mt19937_64& random) {
  std::vector<int> places;
  for (int i = 0; i < count; ++i) places.push_back(i % levels);
  return shuffled(places, random);
}

double share(int level, int levels) {
  return levels < 2 ? 0.0 : static_cast<double>(level) / (levels - 1);
}

}  // namespace

std::vector<Trial> plan_trials(int seeds, double seconds, bool hear_styles) {
  std::mt19937_64 random(kDealer);
  std::vector<Trial> trials;
  const auto add = [&](Question question, int seed) -> Trial& {
    Trial trial;
    trial.question = question;
    trial.film = static_cast<std::size_t>(seed);
    trial.wish.seed = static_cast<std::uint64_t>(seed) + 1;
    trial.wish.seconds = seconds;
    trials.push_back(std::move(trial));
    return trials.back();
  };
  const int orders = seeds * stream::kStyles;
  const auto tempi = dealt(orders, orders, random), keys = dealt(orders, 12, random),
             scales = dealt(orders, stream::kScaleModes, random);
  for (int style = 0; style < stream::kStyles; ++style) {
    const auto densities = dealt(seeds, kDensityLevels, random);
    for (int seed = 0; seed < seeds; ++seed) {
      const auto at = static_cast<std::size_t>(style * seeds + seed);
      Trial& trial = add(Question::kOrders, seed);
      stream::Controls& asked = trial.wish.controls;
      asked.style = style;
      asked.tempo_bpm = std::round(50.0 + 130.0 * share(tempi[at], orders));
      asked.key = keys[at];
      asked.scale = static_cast<stream::ScaleMode>(scales[at]);
      asked.density = static_cast<float>(share(densities[static_cast<std::size_t>(seed)], kDensityLevels));
      trial.wish.known_length = (seed + style) % 2 == 0;
      Trial& styled = add(Question::kStyle, seed);
      styled.wish.controls.style = style;
      styled.wish.seconds = kStyleLengths * seconds;
      styled.wish.sound = hear_styles;
    }
  }
  for (int seed = 0; seed < seeds; ++seed) {
    for (const int film : {seed, seeds + seed}) {
      for (const Grade grade : {Grade::kBrightWarm, Grade::kDarkCold}) {
        Trial& trial = add(Question::kMood, seed);
        trial.film = static_cast<std::size_t>(film);
        trial.grade = grade;
      }
    }
    for (int level = 0; level < kIntensityLevels; ++level) {
      Trial& trial = add(Question::kIntensity, seed);
      trial.wish.controls.style = seed % stream::kStyles;
      trial.wish.controls.tempo_bpm = 100.0;
      trial.wish.controls.intensity = static_cast<float>(share(level, kIntensityLevels));
      trial.wish.sound = true;
    }
  }
  std::stable_sort(trials.begin(), trials.end(),
                   [](const Trial& a, const Trial& b) { return a.wish.seed < b.wish.seed; });
  return trials;
}

}  // namespace photoplayer::tools
