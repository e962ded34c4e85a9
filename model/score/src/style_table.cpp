// SPDX-License-Identifier: Apache-2.0
// Gains were set with score_preview: each layer of its test music rendered alone, brought to the balance wanted
// (melody 0 LU, bass about -4, harmony -6, figure -6, drums -6), then the whole measured for start_gain_db.
#include "photoplayer/model/style_table.h"

#include "photoplayer/model/score_layout.h"

#include <algorithm>
#include <cmath>

namespace photoplayer::model {
namespace {

using stream::Layer;
using stream::ScaleMode;

constexpr ScaleMode kMaj = ScaleMode::kMajor, kMin = ScaleMode::kMinor, kDor = ScaleMode::kDorian,
                    kMix = ScaleMode::kMixolydian;

// Where the weight of a bar lies.
using Metre = std::array<float, kStepsPerBar>;
constexpr Metre kSinging = {.06F, -.03F, .00F, -.03F, .02F, -.03F, .00F, -.03F,
                            .04F, -.03F, .00F, -.03F, .02F, -.03F, .00F, -.03F};
constexpr Metre kMarching = {.10F, -.06F, .00F, -.06F, .03F, -.06F, .00F, -.06F,
                             .07F, -.06F, .00F, -.06F, .03F, -.06F, .00F, -.04F};
constexpr Metre kBackbeat = {.05F, -.05F, .01F, -.06F, .06F, -.06F, .01F, -.05F,
                             .03F, -.05F, .01F, -.06F, .06F, -.06F, .02F, -.04F};
constexpr Metre kFloating = {.02F, .0F, .0F, .0F, .0F, .0F, .0F, .0F, .01F, .0F, .0F, .0F, .0F, .0F, .0F, .0F};

// kick, snare, closed hat, open hat, low tom, high tom, crash, ride, shaker
constexpr std::array<Drum, kDrums> kPopKit = {
    {{36, 1.0F}, {38, .95F}, {42, .72F}, {46, .70F}, {45, .90F}, {50, .90F}, {49, .80F}, {51, .70F}, {70, .75F}}};
constexpr std::array<Drum, kDrums> kBrushKit = {
    {{36, .85F}, {38, .85F}, {42, .62F}, {46, .60F}, {45, .80F}, {50, .80F}, {51, .80F}, {51, .70F}, {82, .80F}}};
// The orchestra kit has timpani where others have hats and toms. Their pitch would clash, so hats become maracas
// and tambourine, toms the bass drum.
constexpr std::array<Drum, kDrums> kOrchestra = {
    {{36, 1.0F}, {38, .80F}, {70, .70F}, {54, .60F}, {35, .95F}, {36, .80F}, {57, .85F}, {81, .60F}, {82, .80F}}};
constexpr std::array<Drum, kDrums> kMachine = {
    {{36, 1.0F}, {38, .85F}, {42, .70F}, {46, .66F}, {45, .80F}, {50, .80F}, {49, .62F}, {51, .60F}, {70, .75F}}};

// clang-format off
// program, gain, pan, reverb, chorus, octave, filter, velocity from…to, doubling, release, highest key
constexpr std::array<Style, stream::kStyles> kTable = {{
    {"piano",
     {{{0, 2.9F, .08F, .30F, .0F, 0, 2900.F, 42, 112, {}},
       {0, -2.0F, -.08F, .34F, .0F, 0, 2900.F, 38, 96, {}},
       {0, -1.8F, .14F, .32F, .0F, 0, 2900.F, 38, 98, {}},
       {0, -0.4F, -.14F, .28F, .0F, 0, 2400.F, 42, 104, {}},
       {40, -2.5F, .0F, .25F, .0F, 0, 1900.F, 40, 100, {}}}},
     kBrushKit, {.62, .35, .8}, 9.6F, kSinging, .045F, 0.0F, 1, 56.0, 84.0, 132.0,
     {kMin, kMaj, kMaj}, .25F, 1.0F, {.0F, .35F, .04F, .08F, .85F}},
    {"chamber",
     {{{40, -2.8F, -.22F, .38F, .0F, 0, 2900.F, 50, 110, {}},
       {48, -8.7F, .06F, .42F, .0F, 0, 2900.F, 44, 98, {}},
       {45, -9.0F, .26F, .36F, .0F, 0, 1900.F, 48, 108, {}},
       {42, -0.8F, .20F, .34F, .0F, 0, 1900.F, 50, 106, {}},
       {48, -7.8F, .0F, .42F, .0F, 0, 0.F, 40, 100, {}}}},
     kOrchestra, {.72, .30, .9}, 7.0F, kSinging, .045F, 0.0F, 1, 60.0, 92.0, 140.0,
     {kMin, kMaj, kMaj}, .30F, 1.0F, {.0F, .12F, .28F, .06F, .85F}},
    {"ambient",
     {{{99, -9.6F, .10F, .70F, .20F, 0, 4800.F, 46, 100, {}, -1000.F},
       {89, -10.7F, .0F, .65F, .25F, 0, 5800.F, 46, 96, {52, 0, .70F}},
       {46, -6.9F, -.24F, .70F, .0F, 0, 3800.F, 40, 96, {}, -1900.F},
       {43, -2.5F, .0F, .50F, .0F, 0, 2900.F, 44, 94, {}, 0.F, 57},
       {40, -1.2F, .0F, .60F, .0F, 0, 2900.F, 34, 84, {}}}},
     kBrushKit, {.90, .25, 1.0}, 8.6F, kFloating, .035F, 0.0F, 1, 50.0, 68.0, 88.0,
     {kMin, kDor, kMaj}, .05F, .65F, {.38F, .0F, .25F, .12F, .80F}},
    {"lofi",
     {{{11, 1.5F, .18F, .34F, .10F, 0, 3800.F, 42, 100, {}},
       {4, -11.4F, -.12F, .28F, .35F, 0, 4800.F, 42, 98, {}},
       {26, -8.2F, .26F, .26F, .10F, 0, 4800.F, 40, 94, {}},
       {33, -2.7F, .0F, .06F, .0F, 0, 2900.F, 54, 106, {}},
       {32, -0.4F, .0F, .16F, .0F, 0, 4800.F, 44, 104, {}}}},
     kPopKit, {.45, .60, .7}, 8.9F, kBackbeat, .055F, .30F, 1, 74.0, 84.0, 96.0,
     {kMin, kDor, kMaj}, .15F, .78F, {.35F, .0F, .40F, .08F, .15F}},
    {"cinematic",
     {{{60, -7.5F, -.18F, .48F, .0F, 0, 3800.F, 50, 112, {}},
       {49, -13.6F, .0F, .52F, .10F, 0, 3800.F, 50, 108, {52, 0, .80F}, -900.F},
       {48, -10.5F, -.26F, .44F, .0F, 0, 2900.F, 44, 108, {45, 0, .95F}, -1900.F},
       {43, -5.8F, .22F, .42F, .0F, 0, 1900.F, 54, 114, {48, 0, .75F, -900.F}, 0.F, 57},
       {48, -7.5F, .0F, .50F, .0F, 0, 1900.F, 50, 124, {}}}},
     kOrchestra, {.85, .25, 1.0}, 7.3F, kMarching, .040F, 0.0F, 1, 58.0, 88.0, 144.0,
     {kMin, kMin, kMaj}, .15F, 1.0F, {.30F, .0F, .25F, .08F, .36F}},
    {"adventure",
     {{{56, -7.7F, .16F, .42F, .0F, 0, 2900.F, 52, 114, {60, 0, .90F}},
       {48, -11.5F, -.08F, .44F, .0F, 0, 3800.F, 50, 110, {61, 0, .60F}, -600.F},
       {45, -12.7F, .26F, .38F, .0F, 0, 1900.F, 50, 112, {48, 0, .85F, -1900.F}},
       {43, -5.9F, .16F, .36F, .0F, 0, 1900.F, 56, 116, {58, 0, .75F}, 0.F, 57},
       {48, -9.1F, .0F, .44F, .0F, 0, 1900.F, 50, 124, {}}}},
     kOrchestra, {.78, .30, 1.0}, 7.3F, kMarching, .040F, 0.0F, 1, 92.0, 126.0, 172.0,
     {kMin, kMix, kMaj}, .50F, 1.0F, {.10F, .0F, .20F, .06F, .24F}},
    {"electronic",
     {{{81, -14.0F, .06F, .34F, .20F, 0, 5800.F, 50, 100, {}},
       {50, -21.0F, .0F, .36F, .40F, 0, 5800.F, 48, 98, {90, 0, .70F, -1400.F}, -1400.F},
       {80, -16.3F, .28F, .40F, .20F, 0, 5800.F, 44, 94, {}},
       {38, -3.3F, .0F, .04F, .0F, 0, 4800.F, 60, 110, {}},
       {25, -9.3F, .0F, .10F, .0F, 0, 3800.F, 56, 118, {}}}},
     kMachine, {.60, .40, 1.0}, 8.7F, kBackbeat, .020F, 0.0F, 1, 98.0, 122.0, 174.0,
     {kMin, kMin, kMaj}, .45F, 1.0F, {.30F, .0F, .18F, .08F, .12F}},
    {"folk",
     {{{73, -6.9F, -.12F, .32F, .0F, 0, 2900.F, 48, 108, {}},
       {21, -9.3F, .18F, .30F, .0F, 0, 3800.F, 40, 92, {}},
       {25, -6.7F, -.24F, .26F, .0F, 0, 2900.F, 46, 108, {}},
       {32, -4.1F, .06F, .18F, .0F, 0, 1900.F, 52, 108, {}},
       {40, -0.5F, .0F, .20F, .0F, 0, 1900.F, 44, 106, {}}}},
     kBrushKit, {.50, .45, .8}, 8.8F, kMarching, .050F, 0.0F, 1, 72.0, 104.0, 160.0,
     {kDor, kMix, kMaj}, .30F, .95F, {.0F, .20F, .10F, .08F, .34F}},
}};
// clang-format on

/// −1…1, the same for the same place in the same piece.
float touch(std::uint64_t seed, std::int64_t step, int pitch) noexcept {
  constexpr std::uint64_t kStepMix = 0x9E3779B97F4A7C15, kPitchMix = 0xC2B2AE3D27D4EB4F;
  std::uint64_t x =
      seed ^ (static_cast<std::uint64_t>(step) * kStepMix) ^ (static_cast<std::uint64_t>(pitch) * kPitchMix);
  x = (x ^ (x >> 30)) * std::uint64_t{0xBF58476D1CE4E5B9};  // splitmix64's finaliser
  x = (x ^ (x >> 27)) * std::uint64_t{0x94D049BB133111EB};
  x ^= x >> 31;
  return static_cast<float>(x >> 40) / 8388608.0F - 1.0F;
}

int drum_class(int key) noexcept {
  const auto* found = std::find(kDrumKeys.begin(), kDrumKeys.end(), key);
  return found == kDrumKeys.end() ? -1 : static_cast<int>(found - kDrumKeys.begin());
}

}  // namespace

const Style& style_at(int style) noexcept {
  return kTable[static_cast<std::size_t>(std::clamp(style, 0, stream::kStyles - 1))];
}

int shaped_velocity(const Style& style, const stream::NoteEvent& event, std::uint64_t seed, float intensity) noexcept {
  const Voice& voice = style.voices[static_cast<std::size_t>(event.layer)];
  const auto place = static_cast<std::size_t>(((event.step % kStepsPerBar) + kStepsPerBar) % kStepsPerBar);
  float v = std::clamp(event.velocity, 0.0F, 1.0F);
  v += style.metre[place] + style.humanise * touch(seed, event.step, event.pitch);
  v *= 0.88F + 0.24F * std::clamp(intensity, 0.0F, 1.0F);
  if (event.accent) v = std::max(v + 0.15F, 0.85F);
  v = std::clamp(v, 0.0F, 1.0F);
  float midi = static_cast<float>(voice.velocity_lowest) +
               v * static_cast<float>(voice.velocity_highest - voice.velocity_lowest);
  if (event.layer == Layer::kDrums) {
    const int drum = drum_class(event.pitch);
    if (drum >= 0) midi *= style.drums[static_cast<std::size_t>(drum)].velocity;
  }
  return std::clamp(static_cast<int>(std::lround(midi)), 1, 127);
}

int sounding_key(const Style& style, const stream::NoteEvent& event) noexcept {
  if (event.layer == Layer::kDrums) {
    const int drum = drum_class(event.pitch);
    return drum >= 0 ? style.drums[static_cast<std::size_t>(drum)].key : event.pitch & 127;
  }
  const Voice& voice = style.voices[static_cast<std::size_t>(event.layer)];
  int key = event.pitch + 12 * voice.octave;
  while (key > voice.highest_key) key -= 12;
  return std::clamp(key, 0, 127);
}

double swing_steps(const Style& style, std::int64_t step) noexcept {
  const std::int64_t unit = std::max(style.swing_unit, 1);
  const std::int64_t within = ((step % (2 * unit)) + 2 * unit) % (2 * unit);
  return within >= unit ? static_cast<double>(style.swing) : 0.0;
}

stream::ScaleMode preferred_scale(const Style& style, float valence) noexcept {
  return style.scales[valence < -0.15F ? 0 : valence < 0.2F ? 1 : 2];
}

}  // namespace photoplayer::model
