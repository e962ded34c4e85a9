// SPDX-License-Identifier: Apache-2.0
#include "test_music.h"

#include <photoplayer/model/style_table.h>

#include <ebur128.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace photoplayer::test {
namespace {

using stream::Layer;

struct Chord {
  int root;
  std::array<int, 3> tones;
};
// I vi IV V, I vi ii V in C, voiced closely.
constexpr std::array<Chord, 8> kChords = {{{36, {52, 55, 60}},
                                           {33, {52, 57, 60}},
                                           {41, {53, 57, 60}},
                                           {43, {50, 55, 59}},
                                           {36, {52, 55, 60}},
                                           {33, {52, 57, 60}},
                                           {38, {53, 57, 62}},
                                           {43, {53, 55, 59}}}};
constexpr std::array<int, 8> kTune = {76, 79, 77, 74, 72, 76, 74, 71};

class Sheet {
 public:
  Sheet(double bpm, double seconds)
      : step_frames_(60.0 / bpm / stream::kStepsPerBeat * kRateHz), end_(seconds * kRateHz) {}
  [[nodiscard]] bool over(std::int64_t step) const { return static_cast<double>(step) * step_frames_ >= end_; }
  void note(Layer layer, std::int64_t step, int length, int pitch, float velocity) {
    add(layer, step, pitch, true, velocity);
    if (layer != Layer::kDrums) add(layer, step + length, pitch, false, 0.0F);
  }
  [[nodiscard]] std::vector<PlacedNote> take() {
    std::stable_sort(notes_.begin(), notes_.end(), [](const PlacedNote& a, const PlacedNote& b) {
      return a.frame != b.frame ? a.frame < b.frame : a.event.on < b.event.on;
    });
    return std::move(notes_);
  }

 private:
  void add(Layer layer, std::int64_t step, int pitch, bool on, float velocity) {
    PlacedNote placed;
    placed.event = {step, layer, on, static_cast<std::uint8_t>(pitch), velocity, false, 0.0};
    placed.frame = std::llround(static_cast<double>(step) * step_frames_);
    notes_.push_back(placed);
  }
  double step_frames_, end_;
  std::vector<PlacedNote> notes_;
};

void drum_bar(Sheet& sheet, std::int64_t bar) {
  for (int s = 0; s < 16; s += 2) sheet.note(Layer::kDrums, bar + s, 1, 42, 0.5F);
  for (const int s : {0, 8, 10}) sheet.note(Layer::kDrums, bar + s, 1, 36, 0.75F);
  for (const int s : {4, 12}) sheet.note(Layer::kDrums, bar + s, 1, 38, 0.7F);
}

}  // namespace

std::vector<PlacedNote> test_music(int style, Texture texture, double seconds) {
  Sheet sheet(model::style_at(style).default_bpm, seconds);
  const bool busy = texture == Texture::kBusy;
  for (std::int64_t bar = 0; !sheet.over(16 * bar); ++bar) {
    const Chord& chord = kChords[static_cast<std::size_t>(bar % 8)];
    const std::int64_t at = 16 * bar;
    const int tune = kTune[static_cast<std::size_t>(bar % 8)];
    if (busy) {
      for (int i = 0; i < 8; ++i)
        sheet.note(Layer::kMelody, at + 2 * i, 2, tune + (i % 3) * 2 - (i == 5 ? 4 : 0), 0.68F);
      for (const int tone : chord.tones) sheet.note(Layer::kHarmony, at, 16, tone, 0.55F);
      for (int i = 0; i < 16; ++i) {
        sheet.note(Layer::kFigure, at + i, 1, chord.tones[static_cast<std::size_t>(i % 3)] + 12, 0.55F);
      }
      for (int i = 0; i < 4; ++i) sheet.note(Layer::kBass, at + 4 * i, 3, chord.root + (i == 3 ? 7 : 0), 0.65F);
      drum_bar(sheet, at);
    } else {
      sheet.note(Layer::kMelody, at + 2, 10, tune, 0.5F);
      if (bar % 2 == 0) sheet.note(Layer::kHarmony, at, 32, chord.tones[1], 0.4F);
      if (bar % 2 == 0) sheet.note(Layer::kBass, at, 28, chord.root, 0.45F);
    }
  }
  return sheet.take();
}

std::vector<float> play(stream::Synthesiser& synth, std::span<const PlacedNote> notes, double seconds,
                        std::size_t chunk, std::vector<std::vector<float>>* stems) {
  const auto frames = static_cast<std::size_t>(seconds * kRateHz);
  std::vector<float> out(2 * frames);
  if (stems != nullptr) stems->assign(stream::kLayers, std::vector<float>(2 * frames));
  std::size_t next = 0;
  for (std::size_t done = 0; done < frames;) {
    while (next < notes.size() && notes[next].frame <= static_cast<std::int64_t>(done))
      synth.apply(notes[next++].event);
    std::size_t count = std::min(chunk, frames - done);
    if (next < notes.size()) count = std::min(count, static_cast<std::size_t>(notes[next].frame) - done);
    std::vector<std::span<float>> views;
    if (stems != nullptr) {
      for (auto& stem : *stems) views.push_back(std::span(stem).subspan(2 * done, 2 * count));
    }
    synth.render(std::span(out).subspan(2 * done, 2 * count), views);
    done += count;
  }
  return out;
}

double integrated_lufs(std::span<const float> stereo) {
  ebur128_state* meter = ebur128_init(2, static_cast<unsigned long>(kRateHz), EBUR128_MODE_I);
  ebur128_add_frames_float(meter, stereo.data(), stereo.size() / 2);
  double lufs = 0.0;
  ebur128_loudness_global(meter, &lufs);
  ebur128_destroy(&meter);
  return lufs;
}

float peak(std::span<const float> samples) {
  float highest = 0.0F;
  for (const float sample : samples) highest = std::max(highest, std::abs(sample));
  return highest;
}

}  // namespace photoplayer::test
