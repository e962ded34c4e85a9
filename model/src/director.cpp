// SPDX-License-Identifier: Apache-2.0
#include "director.h"

#include <photoplayer/model/style_table.h>
#include <photoplayer/stream/steady_pulse.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace photoplayer::model {
namespace {

using stream::ScaleMode;

constexpr int kBeatsPerBar = 4;
constexpr int kBarsPerPhrase = 8;
constexpr double kOpening_s = 6.0;  ///< how much of the beginning decides the piece's character

/// A number in 0…1 from a place in the piece; the director has no other randomness.
double hashed(std::uint64_t seed, std::uint64_t a, std::uint64_t b) {
  std::uint64_t x = seed ^ (a * 0x9E3779B97F4A7C15ULL) ^ (b * 0xC2B2AE3D27D4EB4FULL);
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
  return static_cast<double>((x ^ (x >> 31)) >> 11) * 0x1.0p-53;
}

std::uint32_t mask_of(ScaleMode scale) {
  std::uint32_t mask = harmony::scale_set(scale);
  // A raised leading tone belongs to minor's cadences.
  if (scale == ScaleMode::kMinor) mask |= 1U << 11;
  return mask;
}

/// Beat trackers that expect 120 BPM lose the phase just beside it (docs/decisions/0005-tempo-beside-120.md).
double trackable(double bpm) {
  constexpr double kExpected_bpm = 120.0, kAside_bpm = 2.0;
  if (std::abs(bpm - kExpected_bpm) >= kAside_bpm) return bpm;
  return bpm < kExpected_bpm ? kExpected_bpm - kAside_bpm : kExpected_bpm + kAside_bpm;
}

float unit(float value) {
  return std::clamp(value, 0.0F, 1.0F);
}

/// Two styles that suit each quarter of the mood plane; the seed picks.
int style_for(Mood mood, std::uint64_t seed) {
  enum { kPiano, kChamber, kAmbient, kLofi, kCinematic, kAdventure, kElectronic, kFolk };
  const bool bright = mood.valence >= 0.0F, lively = mood.arousal >= 0.0F;
  constexpr int kChoices[2][2][2] = {{{kAmbient, kPiano}, {kCinematic, kElectronic}},
                                     {{kFolk, kLofi}, {kAdventure, kElectronic}}};
  return kChoices[bright ? 1 : 0][lively ? 1 : 0][hashed(seed, 11, 0) < 0.5 ? 0 : 1];
}

}  // namespace

Mood mood_of(const stream::Glance& seen) {
  if (seen.seen <= 0.0F) return {};
  const float light = 1.6F * (seen.brightness - 0.38F), colour = 0.8F * (seen.saturation - 0.3F);
  return {std::clamp(light + 1.5F * seen.warmth + colour, -1.0F, 1.0F),
          std::clamp(2.6F * std::max(seen.motion, seen.change) - 0.6F, -1.0F, 1.0F)};
}

Director::Director(std::uint64_t seed, std::shared_ptr<ScoreChoices> choices)
    : seed_(seed), choices_(std::move(choices)) {}

void Director::reset() {
  opened_ = false;
  harmony_ = {};
  latched_.clear();
  latched_from_ = 0;
}

void Director::open(const stream::Timeline& timeline, double from_s, double until_s, const stream::Controls& controls) {
  if (opened_) return;
  opened_ = true;
  mood_ = mood_of(timeline.glance(from_s, std::max(from_s + 1e-3, std::min(until_s, from_s + kOpening_s))));
  mood_.valence = controls.valence.value_or(mood_.valence);
  mood_.arousal = controls.arousal.value_or(mood_.arousal);
  style_ = std::clamp(controls.style.value_or(style_for(mood_, seed_)), 0, stream::kStyles - 1);
  const Style& style = style_at(style_);
  scale_ = controls.scale.value_or(preferred_scale(style, mood_.valence));
  key_ = controls.key.value_or(static_cast<int>(hashed(seed_, 12, 0) * 12.0)) % 12;
  const double lively = 0.5 + 0.5 * static_cast<double>(mood_.arousal);
  const double wander = 0.3 * (hashed(seed_, 13, 0) - 0.5);
  tempo_bpm_ = controls.tempo_bpm.value_or(trackable(
      std::round(style.slow_bpm + (style.fast_bpm - style.slow_bpm) * std::clamp(lively + wander, 0.0, 1.0))));
  harmony_ = HarmonyPlan(seed_, style_, scale_);
  choices_->style = style_;
  choices_->transpose = key_ > 5 ? key_ - 12 : key_;
  choices_->scale_mask = mask_of(scale_);
}

std::optional<stream::TempoWish> Director::wish_tempo(const stream::Timeline& timeline, double seen_until_s,
                                                      double present_bpm) const {
  constexpr double kSteady_s = 8.0;
  const auto pulse = stream::steady_pulse(timeline.pulses(seen_until_s - kSteady_s, seen_until_s));
  if (!opened_ || !pulse) return std::nullopt;
  const Style& style = style_at(style_);
  const auto bpm = stream::fold_tempo_bpm(pulse->bpm, style.slow_bpm, style.fast_bpm, present_bpm);
  if (!bpm) return std::nullopt;
  return stream::TempoWish{*bpm, pulse->beat_s, *bpm < pulse->bpm};
}

stream::Controls Director::decided() const {
  stream::Controls result;
  if (!opened_) return result;
  result.style = style_;
  result.key = key_;
  result.scale = scale_;
  result.tempo_bpm = tempo_bpm_;
  result.valence = mood_.valence;
  result.arousal = mood_.arousal;
  return result;
}

/// The plan's, but for a piece of known length: that ends on the tonic, by way of the dominant.
HarmonyPlan::Chord Director::chord_at(const stream::WindowRequest& request, std::int64_t row) {
  const auto named = [](const char* roman) {
    const harmony::Harmony chord = harmony::parse_roman(roman);
    return HarmonyPlan::Chord{chord.root, chord.tones};
  };
  const bool minor = scale_ == ScaleMode::kMinor || scale_ == ScaleMode::kDorian;
  if (request.end_row > 0) {
    const auto bars_left = (request.end_row - 1) / kBeatsPerBar - row / kBeatsPerBar;
    if (bars_left <= 0) return named(minor ? "i" : "I");
    if (bars_left == 1 && row % kBeatsPerBar < 2) return named(scale_ == ScaleMode::kMinor ? "iv" : "IV");
    if (bars_left == 1) {
      return named(scale_ == ScaleMode::kMixolydian ? "bVII" : scale_ == ScaleMode::kDorian ? "v" : "V");
    }
  }
  return harmony_.chord(row);
}

float Director::intensity_at(const stream::WindowRequest& request, double time_s, std::int64_t bar) {
  if (request.controls.intensity) return *request.controls.intensity;
  constexpr float kMedium = 0.45F, kMore = 0.3F, kLess = 0.15F;
  constexpr float kLeast = 0.12F;  // less is a bar of silence now and then
  const double from_s = time_s - 1.0;
  const double until_s = std::max(from_s + 1e-3, std::min(time_s + 2.0, request.seen_until_s));
  const auto seen = request.timeline->glance(from_s, until_s);
  // By half, a calm film is calm; by half, a film's calm moments are, however calm or wild the rest.
  float picture = 0.0F;
  if (seen.seen > 0.0F) {
    const float wild = unit(0.25F + 1.1F * std::max(seen.motion, seen.change));
    const float lively = request.timeline->liveliness(from_s, until_s).value_or(0.0F);
    picture = 0.5F * (wild - kMedium) + (lively > 0.0F ? kMore : kLess) * lively;
  }
  // The form's own rise and fall gives way to the picture's.
  const float follow = unit(request.controls.follow);
  float intensity = kMedium + follow * picture + (1.0F - 0.5F * follow) * harmony_.phrase_of_bar(bar).lift;
  // A piece begins with less than it has.
  if (bar < 2) intensity -= 0.15F;
  return std::max(unit(intensity), kLeast);
}

network::BeatPlan Director::beat(const stream::WindowRequest& request, std::int64_t row, double time_s,
                                 double until_s) {
  const auto bar_index = row / kBeatsPerBar;
  const int in_bar = static_cast<int>(row % kBeatsPerBar);
  network::BeatPlan plan;
  plan.beat_in_bar = in_bar;
  plan.bar_in_phrase = static_cast<int>(bar_index % kBarsPerPhrase);
  if (request.end_row > 0)
    plan.beats_to_end = std::clamp(static_cast<float>(request.end_row - 1 - row) / 8.0F, 0.0F, 1.0F);
  const HarmonyPlan::Chord chord = chord_at(request, row);
  plan.chord_root = chord.root;
  plan.chord_chroma = chord.chroma;

  const Style& style = style_at(style_);
  // Layers and density change with the bar, so all its beats look at the picture around the same moment.
  const double bar_s = time_s - in_bar * (until_s - time_s);
  const float intensity = intensity_at(request, bar_s, bar_index);
  const auto& lateness = harmony_.phrase_of_bar(bar_index).lateness;
  std::uint8_t layers = 0;
  for (std::size_t i = 0; i < stream::kLayers; ++i) {
    // What always plays, plays.
    const float late = style.enters_at[i] > 0.0F ? lateness[i] : 0.0F;
    if (style.enters_at[i] + late <= intensity) layers = static_cast<std::uint8_t>(layers | (1U << i));
  }
  if (__builtin_popcount(layers) < 2) layers = static_cast<std::uint8_t>(layers | 0b011U);
  plan.layers = layers;
  const float density = request.controls.density.value_or(style.sparse + (style.busy - style.sparse) * intensity);
  plan.density = 0.25F + 0.55F * unit(density);
  for (const auto& hit : request.hits) {
    if (hit.step / stream::kStepsPerBeat == row) {
      plan.hits[static_cast<std::size_t>(hit.step % stream::kStepsPerBeat)] = hit.strength;
    }
  }
  return plan;
}

Director::ThemePlace Director::theme_place(std::int64_t row) {
  return {harmony_.phrase_of_bar(row / kBeatsPerBar).theme, row % (kBarsPerPhrase * kBeatsPerBar)};
}

Director::WindowPlan Director::plan(const stream::WindowRequest& request) {
  const auto seen_from_s = request.times_s.front();
  open(*request.timeline, seen_from_s, request.seen_until_s, request.controls);
  mood_.valence = request.controls.valence.value_or(mood_.valence);
  mood_.arousal = request.controls.arousal.value_or(mood_.arousal);

  WindowPlan result;
  const auto hop_from = request.first + request.context;
  const auto hop_to = hop_from + request.hop;
  const int rows = request.context + request.hop + request.look_ahead;
  for (int i = 0; i < rows; ++i) {
    const auto row = request.first + i;
    const auto at = row - latched_from_;
    if (row < hop_from && at >= 0 && at < static_cast<std::int64_t>(latched_.size())) {
      result.beats.push_back(latched_[static_cast<std::size_t>(at)]);
      continue;
    }
    const auto time = static_cast<std::size_t>(i);
    result.beats.push_back(beat(request, row, request.times_s[time], request.times_s[time + 1]));
    choices_->set_chord(row, result.beats.back().chord_chroma);
  }
  // A hop that is sampled again (it came too late, say) is planned again.
  if (latched_.empty()) latched_from_ = hop_from;
  latched_.resize(static_cast<std::size_t>(std::max<std::int64_t>(0, hop_from - latched_from_)));
  for (auto row = hop_from; row < hop_to; ++row) {
    latched_.push_back(result.beats[static_cast<std::size_t>(row - request.first)]);
  }
  constexpr std::size_t kMemory = 256;
  if (latched_.size() > kMemory) {
    const auto drop = latched_.size() - kMemory;
    latched_.erase(latched_.begin(), latched_.begin() + static_cast<std::ptrdiff_t>(drop));
    latched_from_ += static_cast<std::int64_t>(drop);
  }

  // The mood follows the picture slowly: the last eight seconds and what is known of the next.
  const double now_s = request.times_s[static_cast<std::size_t>(request.context)];
  const auto seen = mood_of(request.timeline->glance(now_s - 8.0, std::max(now_s - 7.9, request.seen_until_s)));
  const float follow = unit(request.controls.follow);
  result.global.style[static_cast<std::size_t>(style_)] = 1.0F;
  result.global.scale = scale_;
  result.global.valence =
      request.controls.valence.value_or(mood_.valence + 0.5F * follow * (seen.valence - mood_.valence));
  result.global.arousal =
      request.controls.arousal.value_or(mood_.arousal + 0.7F * follow * (seen.arousal - mood_.arousal));
  result.global.tempo_bpm = request.tempo_bpm;
  return result;
}

}  // namespace photoplayer::model
