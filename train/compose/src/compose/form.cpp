// SPDX-License-Identifier: Apache-2.0
#include "form.h"

#include <algorithm>

namespace photoplayer::train::detail {
namespace {

using Kind = SectionKind;

struct Part {
  Kind kind;
  int theme;  ///< 0 and 2 are at home, 1 and 3 contrast
  int bars;
};
using Form = std::vector<Part>;

// Parts fill eights of bars, so that the place in the phrase which the network is told is the true one.
const std::vector<Form> kForms = {
    // A A B A
    {{Kind::kVerse, 0, 8}, {Kind::kFull, 0, 8}, {Kind::kVerse, 1, 8}, {Kind::kFull, 0, 8}},
    {{Kind::kIntro, 0, 4}, {Kind::kBuild, 0, 4}, {Kind::kFull, 0, 8}, {Kind::kBreak, 1, 8}, {Kind::kFull, 0, 8}},
    {{Kind::kFull, 0, 8}, {Kind::kVerse, 0, 8}, {Kind::kFull, 1, 8}, {Kind::kOutro, 0, 8}},
    // verse and chorus
    {{Kind::kVerse, 0, 8}, {Kind::kFull, 2, 8}, {Kind::kVerse, 0, 8}, {Kind::kFull, 2, 8}},
    {{Kind::kVerse, 0, 8}, {Kind::kBuild, 1, 8}, {Kind::kFull, 2, 8}, {Kind::kFull, 2, 8}},
    {{Kind::kIntro, 0, 8}, {Kind::kVerse, 0, 8}, {Kind::kFull, 2, 8}, {Kind::kOutro, 2, 8}},
    {{Kind::kFull, 2, 8}, {Kind::kBreak, 0, 4}, {Kind::kBuild, 0, 4}, {Kind::kFull, 2, 8}, {Kind::kOutro, 2, 8}},
    // through-composed, and there and back
    {{Kind::kVerse, 0, 8}, {Kind::kVerse, 1, 8}, {Kind::kFull, 2, 8}, {Kind::kFull, 3, 8}},
    {{Kind::kVerse, 0, 8}, {Kind::kFull, 1, 8}, {Kind::kBreak, 2, 8}, {Kind::kFull, 0, 8}},
    {{Kind::kBuild, 0, 8}, {Kind::kFull, 0, 8}, {Kind::kBreak, 1, 4}, {Kind::kVerse, 1, 4}, {Kind::kFull, 0, 8}},
};

/// Picks `count` layers, the likely ones of the style more often.
void choose_layers(Section& section, const StyleRules& rules, int count, Random& random) {
  std::vector<double> weights(rules.layers.begin(), rules.layers.end());
  for (double& w : weights) w = w * w;
  for (int i = 0; i < count; ++i) {
    const int layer = random.weighted(weights);
    // Tiny weights stand for "hardly ever": they must not be filled up just because all the others are taken.
    if (weights[static_cast<std::size_t>(layer)] < 0.005 && !random.chance(0.05)) continue;
    section.active[static_cast<std::size_t>(layer)] = true;
    weights[static_cast<std::size_t>(layer)] = 0.0;
  }
  if (std::none_of(section.active.begin(), section.active.end(), [](bool on) { return on; })) section.active[1] = true;
}

void dress(Section& section, const Sketch& sketch, Random& random) {
  const StyleRules& rules = rules_of(sketch.style);
  int low = 3, high = 4;
  double shift = 0.0;
  switch (section.kind) {
    case Kind::kIntro:
      low = 1, high = 3, shift = -0.22;
      break;
    case Kind::kVerse:
      low = 3, high = 4, shift = -0.04;
      break;
    case Kind::kBuild:
      low = 2, high = 4, shift = 0.02;
      break;
    case Kind::kFull:
      low = 4, high = 5, shift = 0.12;
      break;
    case Kind::kBreak:
      low = 1, high = 3, shift = -0.18;
      break;
    case Kind::kOutro:
      low = 2, high = 3, shift = -0.2;
      break;
  }
  int count = random.between_int(low, high);
  if (sketch.arousal > 0.5 && random.chance(0.4)) ++count;
  if (sketch.arousal < -0.4 && random.chance(0.4)) --count;
  choose_layers(section, rules, std::clamp(count, 1, stream::kLayers), random);
  section.energy = std::clamp(0.46 + 0.43 * sketch.arousal + shift + random.between(-0.08, 0.08), 0.03, 1.0);
  for (double& d : section.density) d = std::clamp(section.energy + random.between(-0.18, 0.18), 0.0, 1.0);
  // In a sparse section a busy single layer is welcome: density and layer count must not be one thing.
  if (random.chance(0.12))
    section.density[static_cast<std::size_t>(random.below(stream::kLayers))] = random.between(0.0, 1.0);
}

}  // namespace

void plan_form(Sketch& sketch, Random random) {
  int bar = 0;
  int themes = 1;
  while (bar < sketch.bars) {
    for (const Part& part : random.pick(kForms)) {
      int theme_bar = 0;
      int left = std::min(part.bars, sketch.bars - bar);
      while (left > 0) {
        // A late entry: the second half of an eight-bar part gets its own set of layers.
        const int bars = left == 8 && random.chance(0.75) ? 8 : std::min(left, 4);
        Section section;
        section.kind = part.kind;
        section.theme = part.theme;
        section.theme_bar = theme_bar;
        section.bar = bar;
        section.bars = bars;
        dress(section, sketch, random);
        if (theme_bar == 4 && !sketch.sections.empty() && random.chance(0.8)) {
          // Mostly the first half's layers with one more or one fewer, not a new band.
          const auto flipped = static_cast<std::size_t>(random.below(stream::kLayers));
          section.active = sketch.sections.back().active;
          section.density = sketch.sections.back().density;
          if (random.chance(rules_of(sketch.style).layers[flipped])) section.active[flipped] = !section.active[flipped];
          if (std::none_of(section.active.begin(), section.active.end(), [](bool on) { return on; }))
            section.active[flipped] = true;
        }
        sketch.sections.push_back(section);
        bar += bars;
        theme_bar += bars;
        left -= bars;
        themes = std::max(themes, part.theme + 1);
      }
    }
  }
  sketch.themes.resize(static_cast<std::size_t>(themes));
  for (std::size_t i = 0; i < sketch.themes.size(); ++i) {
    sketch.themes[i].role = i % 2 == 1 ? harmony::Role::kContrast : harmony::Role::kHome;
    sketch.themes[i].pattern_seed = random.next();
  }
  // A theme that is left comes home first, more often than not; one that returns at once stays open.
  for (std::size_t i = 0; i < sketch.sections.size(); ++i) {
    Section& section = sketch.sections[i];
    if (section.theme_bar + section.bars != harmony::kThemeBars) continue;
    const bool last = i + 1 == sketch.sections.size();
    const bool left = last || sketch.sections[i + 1].theme != section.theme;
    section.closes = last || (left && random.chance(section.theme % 2 == 1 ? 0.25 : 0.6));
  }
}

}  // namespace photoplayer::train::detail
