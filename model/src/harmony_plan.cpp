// SPDX-License-Identifier: Apache-2.0
#include "harmony_plan.h"

#include <algorithm>

namespace photoplayer::model {
namespace {

using harmony::Random;

constexpr int kBeatsPerBar = 4;

/// Themes by phrase: 0 and 2 at home (verse and chorus), 1 and 3 contrast.
const std::vector<std::vector<int>> kForms = {{0, 0, 1, 0}, {0, 2, 0, 2}, {0, 1, 2, 2}, {0, 0, 2, 1, 0},
                                              {0, 2, 1, 2}, {0, 1, 2, 3}, {0, 0, 1, 2}, {0, 1, 0}};
constexpr std::array<float, 4> kLifts = {0.0F, -0.12F, 0.15F, -0.02F};

constexpr int kFormItself = 9;  ///< as a theme: what the movement's own choices are drawn from

std::uint64_t theme_seed(std::uint64_t seed, int movement, int theme) {
  constexpr std::uint64_t kSeedMix{0x9E3779B97F4A7C15}, kMovementMix{0xC2B2AE3D27D4EB4F};
  return seed * kSeedMix + static_cast<std::uint64_t>(movement) * kMovementMix + static_cast<std::uint64_t>(theme);
}

}  // namespace

HarmonyPlan::HarmonyPlan(std::uint64_t seed, int style, stream::ScaleMode scale)
    : seed_(seed), style_(style), scale_(scale) {}

void HarmonyPlan::write_movement() {
  Random random(theme_seed(seed_, movements_, kFormItself));
  const std::vector<int>& form = random.pick(kForms);
  // Now and then the piece remembers how it began.
  const bool recalls = movements_ > 0 && random.chance(0.3);
  for (std::size_t i = 0; i < form.size(); ++i) {
    const int theme = form[i];
    Phrase phrase;
    phrase.theme = theme_seed(seed_, recalls && theme == 0 ? 0 : movements_, theme);
    const bool left = i + 1 == form.size() || form[i + 1] != theme;
    phrase.closes = left && random.chance(theme % 2 == 1 ? 0.25 : 0.6);
    const bool returns = std::find(form.begin(), form.begin() + static_cast<std::ptrdiff_t>(i), theme) !=
                         form.begin() + static_cast<std::ptrdiff_t>(i);
    phrase.lift = kLifts[static_cast<std::size_t>(theme)] + (returns ? 0.08F : 0.0F) +
                  static_cast<float>(random.between(-0.05, 0.05));
    Random texture(phrase.theme + 7);
    for (float& late : phrase.lateness) late = static_cast<float>(texture.between(-0.1, 0.1));
    const auto role = theme % 2 == 1 ? harmony::Role::kContrast : harmony::Role::kHome;
    const auto chords = harmony::write_theme(style_, scale_, kBeatsPerBar, role, Random(phrase.theme));
    const auto& spans = phrase.closes ? chords.closed : chords.open;
    for (int beat = 0; beat < harmony::kThemeBars * kBeatsPerBar; ++beat) {
      const harmony::Harmony& sounding = harmony::span_at(spans, beat).harmony;
      beats_.push_back({sounding.root, sounding.tones});
    }
    phrases_.push_back(phrase);
  }
  ++movements_;
}

HarmonyPlan::Chord HarmonyPlan::chord(std::int64_t beat) {
  const auto at = static_cast<std::size_t>(std::max<std::int64_t>(0, beat));
  while (beats_.size() <= at) write_movement();
  return beats_[at];
}

const HarmonyPlan::Phrase& HarmonyPlan::phrase_of_bar(std::int64_t bar) {
  const auto at = static_cast<std::size_t>(std::max<std::int64_t>(0, bar) / harmony::kThemeBars);
  while (phrases_.size() <= at) write_movement();
  return phrases_[at];
}

}  // namespace photoplayer::model
