// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/harmony/phrase.h>
#include <photoplayer/harmony/stock.h>

#include <set>

#include "support/catch.h"

namespace photoplayer::harmony {
namespace {

using stream::ScaleMode;

constexpr std::uint64_t kSeeds = 60;

ThemeChords theme_of(int style, ScaleMode scale, std::uint64_t seed, int beats_per_bar = 4, Role role = Role::kHome) {
  return write_theme(style, scale, beats_per_bar, role, Random(seed));
}

int beats_of(const std::vector<ChordSpan>& spans) {
  int at = 0;
  for (const ChordSpan& span : spans) {
    if (span.beat != at || span.beats < 1) return -1;
    at += span.beats;
  }
  return at;
}

TEST_CASE("roman numerals: inversions of the seventh stand on the third and on the seventh", "[harmony]") {
  CHECK(parse_roman("V65").bass == 11);
  CHECK(parse_roman("V42").bass == 5);
  CHECK(parse_roman("V7").bass == 7);
  CHECK(parse_roman("V65").tones == parse_roman("V7").tones);
  CHECK(parse_roman("V7/vi").root == 4);
}

TEST_CASE("every style and mode: eight full bars, two endings over one beginning, home when closed", "[harmony]") {
  int open_at_home = 0, themes = 0;
  for (int style = 0; style < stream::kStyles; ++style) {
    for (int scale = 0; scale < stream::kScaleModes; ++scale) {
      for (int beats : {3, 4}) {
        for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
          const Role role = seed % 2 == 0 ? Role::kHome : Role::kContrast;
          const ThemeChords theme = theme_of(style, static_cast<ScaleMode>(scale), seed, beats, role);
          bool sound = beats_of(theme.open) == kThemeBars * beats && beats_of(theme.closed) == kThemeBars * beats;
          for (int beat = 0; beat < 6 * beats; ++beat) {
            const Harmony &a = span_at(theme.open, beat).harmony, &b = span_at(theme.closed, beat).harmony;
            sound = sound && a.tones == b.tones && a.bass == b.bass && contains(a.tones, a.bass) &&
                    contains(a.tones, a.root);
          }
          INFO("style " << style << " scale " << scale << " beats " << beats << " seed " << seed);
          REQUIRE(sound);
          REQUIRE(theme.closed.back().harmony.root == 0);
          open_at_home += theme.open.back().harmony.root == 0 ? 1 : 0;
          ++themes;
        }
      }
    }
  }
  CHECK(open_at_home < themes / 12);
}

TEST_CASE("functional styles know applied dominants and inversions, loops stay plain", "[harmony]") {
  const auto count = [](int style) {
    int applied = 0, inverted = 0, spans = 0;
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
      for (const ChordSpan& span : theme_of(style, ScaleMode::kMajor, seed).open) {
        const Harmony& h = span.harmony;
        // A major third that the key lacks, and a seventh: it wants to resolve.
        applied += h.root != 7 && contains(h.tones, h.root + 4) &&
                           !contains(scale_set(ScaleMode::kMajor), h.root + 4) && contains(h.tones, h.root + 10)
                       ? 1
                       : 0;
        inverted += h.bass != h.root ? 1 : 0;
        ++spans;
      }
    }
    return std::pair(static_cast<double>(applied) / spans, static_cast<double>(inverted) / spans);
  };
  const auto [chamber_applied, chamber_inverted] = count(kChamber);
  const auto [pulse_applied, pulse_inverted] = count(kElectronic);
  CHECK(chamber_applied > 0.02);
  CHECK(chamber_inverted > 0.2);
  CHECK(chamber_applied > 2.0 * pulse_applied);
  CHECK(chamber_inverted > 2.0 * pulse_inverted);
}

TEST_CASE("contrast begins elsewhere", "[harmony]") {
  int home = 0, contrast = 0;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    home += theme_of(kFolk, ScaleMode::kMajor, seed).open.front().harmony.root == 0 ? 1 : 0;
    contrast += theme_of(kFolk, ScaleMode::kMajor, seed, 4, Role::kContrast).open.front().harmony.root == 0 ? 1 : 0;
  }
  CHECK(home > static_cast<int>(kSeeds) / 2);
  CHECK(contrast < static_cast<int>(kSeeds) / 10);
}

}  // namespace
}  // namespace photoplayer::harmony
