// SPDX-License-Identifier: Apache-2.0
#include "progression.h"

#include <string>

namespace photoplayer::train::detail {
namespace {

std::vector<std::string> split(const std::string& text, char by) {
  std::vector<std::string> parts(1);
  for (char c : text) {
    if (c == by)
      parts.emplace_back();
    else
      parts.back() += c;
  }
  return parts;
}

/// Diatonic sevenths and ninths; dominants get the minor seventh.
void colour(Harmony& harmony, const Sketch& sketch, Random& random) {
  if (harmony.stack.size() != 3 || harmony.bass != harmony.root) return;
  const int third = (harmony.stack[1] - harmony.root + 12) % 12;
  const int fifth = (harmony.stack[2] - harmony.root + 12) % 12;
  if (fifth != 7 || (third != 3 && third != 4)) return;
  const int minor_seventh = (harmony.root + 10) % 12, major_seventh = (harmony.root + 11) % 12,
            ninth = (harmony.root + 2) % 12;
  int added = -1;
  const bool dominant = harmony.root == 7 && third == 4;
  if (dominant)
    added = minor_seventh;
  else if (contains(sketch.scale_tones, ninth) && random.chance(0.3))
    added = ninth;
  else if (third == 4 && contains(sketch.scale_tones, major_seventh))
    added = major_seventh;
  else if (contains(sketch.scale_tones, minor_seventh))
    added = minor_seventh;
  if (added < 0) return;
  harmony.stack.push_back(added);
  harmony.tones = static_cast<PitchSet>(harmony.tones | (1U << static_cast<unsigned>(added)));
}

void append_phrase(std::vector<ChordSpan>& spans, const std::string& text, Sketch& sketch, Random& random) {
  const StyleRules& rules = rules_of(sketch.style);
  int beat = spans.empty() ? 0 : spans.back().beat + spans.back().beats;
  for (const std::string& bar : split(text, ' ')) {
    const std::vector<std::string> halves = split(bar, '.');
    for (std::size_t i = 0; i < halves.size(); ++i) {
      ChordSpan span;
      span.harmony = parse_roman(halves[i]);
      // Three beats divide into two and one: the second chord is the short one.
      const int first = (sketch.beats_per_bar + 1) / 2;
      span.beats = halves.size() == 1 ? sketch.beats_per_bar : i == 0 ? first : sketch.beats_per_bar - first;
      span.beat = beat;
      if (random.chance(rules.sevenths) || (span.harmony.root == 7 && random.chance(0.3)))
        colour(span.harmony, sketch, random);
      beat += span.beats;
      spans.push_back(span);
    }
  }
}

/// Joins pairs of bars: chord 1 of the phrase for two bars, chord 2 (or the third) for two.
std::string slowed(const std::string& text) {
  const std::vector<std::string> bars = split(text, ' ');
  const std::string first = split(bars[0], '.')[0], second = split(bars[2], '.')[0];
  return first + ' ' + first + ' ' + second + ' ' + second;
}

void write_theme(Theme& theme, Sketch& sketch, Random random, bool avoid_tonic_start) {
  const StyleRules& rules = rules_of(sketch.style);
  const ProgressionPool& pool = progressions_of(sketch.style, sketch.scale);
  std::string first, second;
  if (random.chance(rules.functional)) {
    first = random.pick(pool.opening);
    for (int i = 0; avoid_tonic_start && i < 3 && (first[0] == 'I' || first[0] == 'i'); ++i)
      first = random.pick(pool.opening);
    second = random.pick(pool.closing);
  } else {
    first = random.pick(pool.loops);
    second = random.chance(0.55) ? first : random.chance(0.5) ? random.pick(pool.loops) : random.pick(pool.closing);
  }
  if (random.chance(rules.slow_harmony)) {
    first = slowed(first);
    second = random.chance(0.5) ? first : slowed(second);
  }
  theme.spans.clear();
  append_phrase(theme.spans, first, sketch, random);
  append_phrase(theme.spans, second, sketch, random);
}

}  // namespace

void plan_chords(Sketch& sketch, Random random, bool final_cadence) {
  for (std::size_t i = 0; i < sketch.themes.size(); ++i) write_theme(sketch.themes[i], sketch, random.child(), i > 0);
  const int bar_beats = sketch.beats_per_bar;
  for (const Section& section : sketch.sections) {
    const std::vector<ChordSpan>& from = sketch.themes[static_cast<std::size_t>(section.theme)].spans;
    const int begin = section.theme_bar * bar_beats, end = begin + section.bars * bar_beats;
    for (ChordSpan span : from) {
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
      const char* approach = sketch.scale == stream::ScaleMode::kMajor   ? "V"
                             : sketch.scale == stream::ScaleMode::kMinor ? "V"
                                                                         : "bVII";
      before.harmony = parse_roman(approach);
    }
  }
}

}  // namespace photoplayer::train::detail
