// SPDX-License-Identifier: Apache-2.0
#include "style.h"

namespace photoplayer::train::detail {
namespace {

using stream::ScaleMode;

constexpr std::array<StyleRules, stream::kStyles> kRules = {{
    // tempo      arousal       valence      3/4   sync  short bound melody harm figure bass drums
    {56, 138, -0.8, 0.7, -0.9, 0.9, 0.25, 0.10, 0.10, 0.45, {0.95, 0.60, 0.95, 0.80, 0.01}},  // piano
    {60, 144, -0.7, 0.8, -0.8, 0.9, 0.30, 0.05, 0.20, 0.50, {0.95, 0.90, 0.60, 0.95, 0.01}},  // chamber
    {50, 88, -1.0, 0.1, -0.7, 0.8, 0.20, 0.15, 0.00, 0.70, {0.55, 1.00, 0.75, 0.70, 0.08}},   // ambient
    {64, 96, -0.7, 0.3, -0.6, 0.6, 0.00, 0.75, 0.25, 0.10, {0.75, 0.95, 0.55, 0.95, 0.95}},   // lofi
    {56, 144, -0.6, 0.9, -0.9, 0.6, 0.20, 0.10, 0.15, 0.40, {0.85, 1.00, 0.80, 0.95, 0.60}},  // cinematic
    {88, 174, 0.0, 1.0, -0.5, 0.9, 0.12, 0.25, 0.30, 0.15, {0.90, 0.85, 0.80, 1.00, 0.90}},   // adventure
    {92, 180, -0.1, 1.0, -0.6, 0.8, 0.00, 0.75, 0.30, 0.10, {0.70, 0.85, 0.90, 1.00, 0.98}},  // electronic
    {68, 172, -0.5, 0.8, -0.5, 1.0, 0.30, 0.15, 0.30, 0.20, {0.95, 0.85, 0.70, 0.90, 0.55}},  // folk
}};

}  // namespace

const StyleRules& rules_of(int style) {
  return kRules[static_cast<std::size_t>(style)];
}

ScaleMode draw_scale(Random& random, int style, double valence) {
  // Brightness order: minor, dorian, mixolydian, major. Folk and adventure like the two in the middle.
  const double modal = style == kFolk || style == kAdventure  ? 0.45
                       : style == kChamber || style == kPiano ? 0.12
                                                              : 0.25;
  if (valence < -0.15) return random.chance(modal * 0.6) && valence > -0.6 ? ScaleMode::kDorian : ScaleMode::kMinor;
  if (valence < 0.2) {
    const double middle = modal + 0.2;
    if (random.chance(middle)) return random.chance(0.5) ? ScaleMode::kDorian : ScaleMode::kMixolydian;
    return random.chance(0.5) ? ScaleMode::kMinor : ScaleMode::kMajor;
  }
  return random.chance(modal * 0.7) && valence < 0.75 ? ScaleMode::kMixolydian : ScaleMode::kMajor;
}

}  // namespace photoplayer::train::detail
