// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/model/score_layout.h>
#include <photoplayer/train/piece_features.h>

#include <algorithm>
#include <cstdint>
#include <set>

namespace photoplayer::train {
namespace {

using stream::kLayers;
using stream::kStepsPerBeat;
using stream::Layer;

int drum_class(std::uint8_t key) {
  const auto found = std::find(model::kDrumKeys.begin(), model::kDrumKeys.end(), key);
  return found == model::kDrumKeys.end() ? -1 : static_cast<int>(found - model::kDrumKeys.begin());
}

/// Onsets of one sixteenth.
struct StepCount {
  int pitched = 0, all = 0;
  unsigned layers = 0;
  bool crash = false;
  float density = 0.0F;
};

/// How much one onset adds to the onset density function: what a listener hears as pulse weighs most.
float onset_weight(const PieceNote& note) {
  switch (note.layer) {
    case Layer::kMelody:
      return 0.25F;
    case Layer::kHarmony:
      return 0.08F;
    case Layer::kFigure:
      return 0.12F;
    case Layer::kBass:
      return 0.2F;
    case Layer::kDrums:
      break;
  }
  switch (drum_class(note.pitch)) {
    case 0:
    case 1:
      return 0.25F;  // kick, snare
    case 6:
      return 0.4F;  // crash
    default:
      return 0.06F;
  }
}

std::vector<StepCount> count_onsets(const Piece& piece) {
  std::vector<StepCount> steps(static_cast<std::size_t>(piece.beats * kStepsPerBeat));
  for (const auto& note : piece.notes) {
    if (note.start_step < 0 || note.start_step >= static_cast<int>(steps.size())) continue;
    auto& step = steps[static_cast<std::size_t>(note.start_step)];
    ++step.all;
    if (note.layer != Layer::kDrums) ++step.pitched;
    step.layers |= 1U << static_cast<unsigned>(note.layer);
    step.crash = step.crash || (note.layer == Layer::kDrums && drum_class(note.pitch) == 6);
    step.density = std::min(1.0F, step.density + onset_weight(note));
  }
  return steps;
}

/// What the same place of the bars around holds, on average.
template <typename Value>
float around(const std::vector<StepCount>& steps, std::size_t at, int bar_steps, Value value) {
  float sum = 0.0F;
  int count = 0;
  for (int bars : {-2, -1, 1, 2}) {
    const auto place = static_cast<std::int64_t>(at) + bars * bar_steps;
    if (place < 0 || place >= static_cast<std::int64_t>(steps.size())) continue;
    sum += static_cast<float>(value(steps[static_cast<std::size_t>(place)]));
    ++count;
  }
  return count > 0 ? sum / static_cast<float>(count) : 0.0F;
}

/// A hit stands out: a crash where there is none in the bars around, a known stroke, or, where strokes are not known,
/// far more onsets in more layers than before and after and than at this place of the bar.
float hit_strength(const Piece& piece, const std::vector<StepCount>& steps, std::size_t at) {
  const auto& here = steps[at];
  const int bar_steps = piece.beats_per_bar * kStepsPerBeat;
  if (here.crash && around(steps, at, bar_steps, [](const StepCount& s) { return s.crash ? 1 : 0; }) < 0.5F)
    return 1.0F;
  if (piece.strokes)
    return std::binary_search(piece.strokes->begin(), piece.strokes->end(), static_cast<int>(at)) ? 1.0F : 0.0F;
  const int layers = __builtin_popcount(here.layers);
  if (layers < 3 || here.all < 5) return 0.0F;
  if (static_cast<float>(here.all) <
      1.0F + 1.5F * around(steps, at, bar_steps, [](const StepCount& s) { return s.all; }))
    return 0.0F;
  float near = 0.0F;
  int count = 0;
  for (std::size_t i = at >= 16 ? at - 16 : 0; i < std::min(steps.size(), at + 17); ++i) {
    if (i == at) continue;
    near += static_cast<float>(steps[i].all);
    ++count;
  }
  const float ratio = static_cast<float>(here.all) / (1.0F + near / static_cast<float>(std::max(1, count)));
  return ratio > 3.0F ? std::min(1.0F, ratio / 6.0F) : 0.0F;
}

/// Home, and nothing begins any more: a segment that was cut out of a score does not end where it stops.
bool comes_to_rest(const Piece& piece, const std::vector<StepCount>& steps) {
  if (piece.chords.empty() || piece.chords.back().root != 0 || steps.size() < kStepsPerBeat) return false;
  return std::none_of(steps.end() - kStepsPerBeat, steps.end(), [](const StepCount& s) { return s.all > 0; });
}

void fill_roll(const Piece& piece, PieceFeatures& out) {
  std::vector<std::set<std::int16_t>> ones(static_cast<std::size_t>(piece.beats));
  const int steps = piece.beats * kStepsPerBeat;
  for (const auto& note : piece.notes) {
    if (note.start_step < 0 || note.start_step >= steps) continue;
    const auto beat_of = [](int step) { return static_cast<std::size_t>(step / kStepsPerBeat); };
    if (note.layer == Layer::kDrums) {
      if (const int drum = drum_class(note.pitch); drum >= 0) {
        ones[beat_of(note.start_step)].insert(
            static_cast<std::int16_t>(model::drum_index(note.start_step % kStepsPerBeat, drum)));
      }
      continue;
    }
    const auto range = model::kPitchRanges[static_cast<std::size_t>(note.layer)];
    const int index = static_cast<int>(note.pitch) - range.lowest;
    if (index < 0 || index >= range.count) continue;
    ones[beat_of(note.start_step)].insert(
        static_cast<std::int16_t>(model::onset_index(note.start_step % kStepsPerBeat, note.layer, index)));
    for (int s = note.start_step + 1; s < std::min(steps, note.start_step + note.length_steps); ++s) {
      ones[beat_of(s)].insert(static_cast<std::int16_t>(model::sustain_index(s % kStepsPerBeat, note.layer, index)));
    }
  }
  // Where a second note of the same pitch begins inside a first, the onset wins.
  for (auto& beat : ones) {
    for (int s = 0; s < kStepsPerBeat; ++s) {
      for (int i = 0; i < model::kPitchedPlane; ++i) {
        const auto onset = static_cast<std::int16_t>(s * model::kStepNumbers + i);
        if (beat.count(onset)) beat.erase(static_cast<std::int16_t>(onset + model::kPitchedPlane));
      }
    }
    out.roll.emplace_back(beat.begin(), beat.end());
  }
}

std::vector<std::uint8_t> layers_per_bar(const Piece& piece) {
  const int bars = (piece.beats + piece.beats_per_bar - 1) / piece.beats_per_bar;
  const int bar_steps = piece.beats_per_bar * kStepsPerBeat;
  std::vector<std::uint8_t> result(static_cast<std::size_t>(bars), 0);
  for (const auto& note : piece.notes) {
    const int first = note.start_step / bar_steps;
    const int last = (note.start_step + note.length_steps - 1) / bar_steps;
    for (int bar = std::max(0, first); bar <= std::min(bars - 1, last); ++bar) {
      result[static_cast<std::size_t>(bar)] |= static_cast<std::uint8_t>(1U << static_cast<unsigned>(note.layer));
    }
  }
  return result;
}

}  // namespace

PieceFeatures features_of(const Piece& piece) {
  PieceFeatures out;
  fill_roll(piece, out);
  const auto steps = count_onsets(piece);
  const auto layers = layers_per_bar(piece);
  const bool rests = comes_to_rest(piece, steps);
  for (int beat = 0; beat < piece.beats; ++beat) {
    network::BeatPlan plan;
    if (beat < static_cast<int>(piece.chords.size())) {
      plan.chord_root = piece.chords[static_cast<std::size_t>(beat)].root;
      plan.chord_chroma = piece.chords[static_cast<std::size_t>(beat)].chroma;
    }
    const int bar = beat / piece.beats_per_bar;
    plan.beat_in_bar = beat % piece.beats_per_bar;
    plan.beats_per_bar = piece.beats_per_bar;
    // Where a score's phrases begin is not known: then none of the eight is told.
    plan.bar_in_phrase = piece.strokes ? bar % 8 : -1;
    plan.layers = layers[static_cast<std::size_t>(bar)];
    if (rests) plan.beats_to_end = std::min(1.0F, static_cast<float>(piece.beats - 1 - beat) / 8.0F);

    int pitched = 0;
    const int from = std::max(0, beat - 2), to = std::min(piece.beats, beat + 2);
    for (int s = from * kStepsPerBeat; s < to * kStepsPerBeat; ++s)
      pitched += steps[static_cast<std::size_t>(s)].pitched;
    plan.density = network::density_of(static_cast<float>(pitched) / static_cast<float>(std::max(1, to - from)));

    std::array<float, kStepsPerBeat> density{};
    for (int s = 0; s < kStepsPerBeat; ++s) {
      const auto at = static_cast<std::size_t>(beat * kStepsPerBeat + s);
      density[static_cast<std::size_t>(s)] = steps[at].density;
      plan.hits[static_cast<std::size_t>(s)] = hit_strength(piece, steps, at);
    }
    out.onset_density.push_back(density);
    out.plans.push_back(plan);
  }
  if (piece.style >= 0) out.global.style[static_cast<std::size_t>(piece.style)] = 1.0F;
  out.global.scale = piece.scale;
  out.global.valence = piece.valence;
  out.global.arousal = piece.arousal;
  out.global.tempo_bpm = piece.tempo_bpm;
  return out;
}

}  // namespace photoplayer::train
