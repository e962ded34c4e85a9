// SPDX-License-Identifier: Apache-2.0
#include "progression.h"

namespace photoplayer::train::detail {

void plan_chords(Sketch& sketch, Random random, bool final_cadence) {
  for (Theme& theme : sketch.themes) {
    theme.chords = harmony::write_theme(sketch.style, sketch.scale, sketch.beats_per_bar, theme.role, random.child());
  }
  const int bar_beats = sketch.beats_per_bar;
  for (const Section& section : sketch.sections) {
    const harmony::ThemeChords& chords = sketch.themes[static_cast<std::size_t>(section.theme)].chords;
    const int begin = section.theme_bar * bar_beats, end = begin + section.bars * bar_beats;
    for (ChordSpan span : section.closes ? chords.closed : chords.open) {
      if (span.beat < begin || span.beat >= end) continue;
      span.beat += section.bar * bar_beats - begin;
      sketch.spans.push_back(span);
    }
  }
  if (!final_cadence) return;
  const int last_bar = (sketch.bars - 1) * bar_beats;
  while (!sketch.spans.empty() && sketch.spans.back().beat >= last_bar) sketch.spans.pop_back();
  const bool minor = sketch.scale == stream::ScaleMode::kMinor || sketch.scale == stream::ScaleMode::kDorian;
  sketch.spans.push_back({last_bar, bar_beats, parse_roman(minor ? "i" : "I")});
  // The bar before the last should lead home.
  if (sketch.spans.size() >= 2) {
    ChordSpan& before = sketch.spans[sketch.spans.size() - 2];
    if (before.harmony.root == 0) {
      const bool leading_tone = sketch.scale == stream::ScaleMode::kMajor || sketch.scale == stream::ScaleMode::kMinor;
      before.harmony = parse_roman(leading_tone ? "V" : "bVII");
    }
  }
}

}  // namespace photoplayer::train::detail
