// SPDX-License-Identifier: Apache-2.0
#include "director.h"

#include <photoplayer/model/style_table.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace photoplayer::model {
namespace {

using stream::ScaleMode;

constexpr int kBeatsPerBar = 4;
constexpr int kBarsPerPhrase = 8;
constexpr double kOpening_s = 6.0;  ///< how much of the beginning decides the piece's character

constexpr std::array<std::array<int, 7>, stream::kScaleModes> kScales = {{
    {0, 2, 4, 5, 7, 9, 11},  // major
    {0, 2, 3, 5, 7, 8, 10},  // minor
    {0, 2, 3, 5, 7, 9, 10},  // dorian
    {0, 2, 4, 5, 7, 9, 10},  // mixolydian
}};

using Progression = std::array<int, 4>;  ///< scale degrees from 0, one per bar
constexpr std::array<std::array<Progression, 6>, stream::kScaleModes> kProgressions = {{
    {{{0, 4, 5, 3}, {0, 5, 3, 4}, {0, 3, 1, 4}, {5, 3, 0, 4}, {0, 2, 3, 4}, {0, 3, 0, 4}}},
    {{{0, 5, 2, 6}, {0, 3, 5, 4}, {0, 6, 5, 4}, {0, 5, 3, 4}, {0, 2, 6, 3}, {5, 6, 0, 0}}},
    {{{0, 3, 0, 3}, {0, 6, 3, 0}, {0, 1, 3, 0}, {0, 2, 3, 6}, {0, 3, 6, 3}, {0, 0, 3, 6}}},
    {{{0, 6, 3, 0}, {0, 3, 6, 0}, {0, 4, 6, 3}, {0, 6, 0, 3}, {0, 1, 6, 0}, {0, 3, 0, 6}}},
}};

/// A number in 0…1 from a place in the piece; the director has no other randomness.
double hashed(std::uint64_t seed, std::uint64_t a, std::uint64_t b) {
  std::uint64_t x = seed ^ (a * 0x9E3779B97F4A7C15ULL) ^ (b * 0xC2B2AE3D27D4EB4FULL);
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
  return static_cast<double>((x ^ (x >> 31)) >> 11) * 0x1.0p-53;
}

std::uint32_t mask_of(ScaleMode scale) {
  std::uint32_t mask = 0;
  for (int pitch : kScales[static_cast<std::size_t>(scale)]) mask |= 1U << pitch;
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
  bars_.clear();
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
  choices_->style = style_;
  choices_->transpose = key_ > 5 ? key_ - 12 : key_;
  choices_->scale_mask = mask_of(scale_);
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

void Director::set_chord(Bar& bar, int half, int degree) const {
  const auto& scale = kScales[static_cast<std::size_t>(scale_)];
  const auto tone = [&](int d) { return scale[static_cast<std::size_t>((degree + d) % 7)]; };
  std::uint16_t chroma = 0;
  const int tones = style_ == 3 ? 4 : 3;  // sevenths are lo-fi's plain chords
  for (int i = 0; i < tones; ++i) chroma = static_cast<std::uint16_t>(chroma | (1U << tone(2 * i)));
  // The dominant of minor has a leading tone.
  if (scale_ == ScaleMode::kMinor && degree == 4)
    chroma = static_cast<std::uint16_t>((chroma & ~(1U << 10)) | (1U << 11));
  bar.root[static_cast<std::size_t>(half)] = tone(0);
  bar.chroma[static_cast<std::size_t>(half)] = chroma;
}

/// Eight bars: a statement of four, then the same or another four that close on the dominant, so that the next
/// phrase begins as an arrival. Every other phrase contrasts.
void Director::write_phrase() {
  const auto phrase = static_cast<std::uint64_t>(bars_.size() / kBarsPerPhrase);
  const auto& pool = kProgressions[static_cast<std::size_t>(scale_)];
  const auto pick = [&](std::uint64_t what) {
    return pool[static_cast<std::size_t>(hashed(seed_, 21, what) * static_cast<double>(pool.size()))];
  };
  const bool contrast = phrase % 4 == 2;
  const Progression first = pick(contrast ? 100 + phrase : 1), second = pick(contrast ? 200 + phrase : 2 + phrase % 2);
  constexpr std::array<float, 6> kLifts = {-0.08F, 0.04F, 0.14F, 0.0F, 0.2F, -0.14F};
  const float lift = kLifts[static_cast<std::size_t>((phrase + seed_ % 2) % kLifts.size())];
  for (int i = 0; i < kBarsPerPhrase; ++i) {
    Bar bar;
    const int degree = i < 4 ? first[static_cast<std::size_t>(i)] : second[static_cast<std::size_t>(i - 4)];
    set_chord(bar, 0, degree);
    set_chord(bar, 1, degree);
    if (i == kBarsPerPhrase - 1) {
      set_chord(bar, 0, degree == 4 ? 3 : degree);
      set_chord(bar, 1, scale_ == ScaleMode::kMixolydian || scale_ == ScaleMode::kDorian ? 6 : 4);
    } else if (hashed(seed_, 22, static_cast<std::uint64_t>(bars_.size())) < 0.2) {
      set_chord(bar, 1, (degree + 3) % 7 == 6 && scale_ == ScaleMode::kMajor ? 3 : (degree + 3) % 7);
    }
    bar.lift = lift;
    bars_.push_back(bar);
  }
}

const Director::Bar& Director::bar_at(std::int64_t bar) {
  while (static_cast<std::int64_t>(bars_.size()) <= bar) write_phrase();
  return bars_[static_cast<std::size_t>(std::max<std::int64_t>(0, bar))];
}

float Director::intensity_at(const stream::WindowRequest& request, double time_s, const Bar& bar,
                             std::int64_t bar_index) const {
  if (request.controls.intensity) return *request.controls.intensity;
  const double until_s = std::max(time_s - 1.0 + 1e-3, std::min(time_s + 2.0, request.seen_until_s));
  const auto seen = request.timeline->glance(time_s - 1.0, until_s);
  const float picture = seen.seen > 0.0F ? unit(0.25F + 1.1F * std::max(seen.motion, seen.change)) : 0.45F;
  float intensity = 0.45F + request.controls.follow * (picture - 0.45F) + bar.lift;
  // A piece begins with less than it has.
  if (bar_index < 2) intensity -= 0.15F;
  return unit(intensity);
}

network::BeatPlan Director::beat(const stream::WindowRequest& request, std::int64_t row, double time_s,
                                 double until_s) {
  const auto bar_index = row / kBeatsPerBar;
  const int in_bar = static_cast<int>(row % kBeatsPerBar);
  Bar bar = bar_at(bar_index);
  network::BeatPlan plan;
  plan.beat_in_bar = in_bar;
  plan.bar_in_phrase = static_cast<int>(bar_index % kBarsPerPhrase);
  if (request.end_row > 0) {
    const auto last = request.end_row - 1;
    if (bar_index == last / kBeatsPerBar) {
      set_chord(bar, 0, 0);
      set_chord(bar, 1, 0);
    } else if (bar_index == last / kBeatsPerBar - 1) {
      set_chord(bar, 0, 3);
      set_chord(bar, 1, 4);
    }
    plan.beats_to_end = std::clamp(static_cast<float>(last - row) / 8.0F, 0.0F, 1.0F);
  }
  const auto half = static_cast<std::size_t>(in_bar / 2);
  plan.chord_root = bar.root[half];
  plan.chord_chroma = bar.chroma[half];

  const Style& style = style_at(style_);
  // Layers and density change with the bar, so all its beats look at the picture around the same moment.
  const double bar_s = time_s - in_bar * (until_s - time_s);
  const float intensity = intensity_at(request, bar_s, bar, bar_index);
  std::uint8_t layers = 0;
  for (std::size_t i = 0; i < stream::kLayers; ++i) {
    if (style.enters_at[i] <= intensity) layers = static_cast<std::uint8_t>(layers | (1U << i));
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
