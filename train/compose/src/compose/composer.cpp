// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/train/composer.h>

#include <algorithm>
#include <cmath>

#include "form.h"
#include "layers.h"
#include "progression.h"

namespace photoplayer::train {
namespace {

using detail::Sketch;
using harmony::Random;

Sketch frame(const ComposeSettings& settings, Random random) {
  Sketch sketch;
  sketch.style = ((settings.style % stream::kStyles) + stream::kStyles) % stream::kStyles;
  const detail::StyleRules& rules = detail::rules_of(sketch.style);
  sketch.bars = std::max(4, settings.bars);
  // All draws happen whether or not they are overridden, so that an override changes only what it names.
  const double arousal = random.between(rules.calm, rules.excited), valence = random.between(rules.sad, rules.happy);
  sketch.arousal = settings.arousal ? std::clamp(static_cast<double>(*settings.arousal), -1.0, 1.0) : arousal;
  sketch.valence = settings.valence ? std::clamp(static_cast<double>(*settings.valence), -1.0, 1.0) : valence;
  const bool triple = random.chance(rules.triple_metre);
  sketch.beats_per_bar = settings.beats_per_bar ? (*settings.beats_per_bar == 3 && rules.triple_metre > 0.0 ? 3 : 4)
                         : triple               ? 3
                                                : 4;
  const double speed = std::clamp(0.5 + 0.38 * sketch.arousal + random.between(-0.14, 0.14), 0.0, 1.0);
  sketch.tempo_bpm = std::clamp(std::round(rules.slow_bpm + (rules.fast_bpm - rules.slow_bpm) * speed), 50.0, 180.0);
  Random mode = random.child();
  sketch.scale = detail::draw_scale(mode, sketch.style, sketch.valence);
  sketch.scale_tones = detail::scale_set(sketch.scale);
  return sketch;
}

std::vector<Chord> labels(const Sketch& sketch) {
  std::vector<Chord> chords(static_cast<std::size_t>(sketch.bars * sketch.beats_per_bar));
  for (const detail::ChordSpan& span : sketch.spans) {
    for (int beat = span.beat; beat < span.beat + span.beats && beat < static_cast<int>(chords.size()); ++beat) {
      chords[static_cast<std::size_t>(beat)] = {static_cast<std::int8_t>(span.harmony.root), span.harmony.tones};
    }
  }
  return chords;
}

}  // namespace

Piece compose(const ComposeSettings& settings) {
  Random random(settings.seed * 8 +
                static_cast<std::uint64_t>(((settings.style % stream::kStyles) + stream::kStyles) % stream::kStyles));
  Sketch sketch = frame(settings, random.child());
  detail::plan_form(sketch, random.child());
  const bool ends = random.chance(0.7);
  detail::plan_chords(sketch, random.child(), ends);
  detail::invent_tunes(sketch, random.child());
  detail::write_melody(sketch, random.child());
  detail::write_harmony(sketch, random.child());
  detail::write_figure(sketch, random.child());
  detail::write_bass(sketch, random.child());
  detail::write_drums(sketch, random.child());
  detail::articulate(sketch, random.child());
  detail::place_accents(sketch, random.child());
  if (ends) detail::hold_last_bar(sketch, random.child());
  detail::tidy(sketch.notes, sketch.steps());

  Piece piece;
  piece.source = std::string("composer:") + stream::kStyleNames[static_cast<std::size_t>(sketch.style)] + ':' +
                 std::to_string(settings.seed);
  piece.style = sketch.style;
  piece.beats_per_bar = sketch.beats_per_bar;
  piece.beats = sketch.bars * sketch.beats_per_bar;
  piece.tempo_bpm = sketch.tempo_bpm;
  piece.scale = sketch.scale;
  piece.arousal = static_cast<float>(sketch.arousal);
  piece.valence = static_cast<float>(sketch.valence);
  piece.chords = labels(sketch);
  piece.notes = std::move(sketch.notes);
  piece.strokes = std::move(sketch.strokes);
  return piece;
}

}  // namespace photoplayer::train
