// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/stream/conductor.h>

#include "accents.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace photoplayer::stream {
namespace {

constexpr std::size_t kFadeIn_frames = 220;   // 5 ms
constexpr std::size_t kFadeOut_frames = 882;  // 20 ms
/// The dip before an accent and the swell on it, of intensity.
constexpr double kDip_s = 0.12;
constexpr float kDip = 0.17F;
constexpr double kSwell_s = 0.25;
constexpr float kSwell = 0.08F;

constexpr double kTick_s = static_cast<double>(Conductor::kTick_frames) / Conductor::kSampleRate_hz;

// The picture's dynamics change over bars, not frames: a window around the moment, looked at ten times a second, and a
// lag. Its range is larger than that of the music's own loudness, or that would be all one hears.
constexpr double kBack_s = 1.0;
constexpr double kAhead_s = 1.0;
constexpr std::int64_t kLookEvery = 10;  // ticks
constexpr double kLag_s = 0.4;
constexpr float kLively = 0.45F;
constexpr float kUsual = 0.55F;  // intensity, if nobody asks

}  // namespace

Conductor::Conductor(Synthesiser& synthesiser, Ledger& ledger, double origin_s, bool sees_ahead)
    : synthesiser_(synthesiser),
      ledger_(ledger),
      origin_s_(origin_s),
      planned_until_s_(origin_s),
      sees_ahead_(sees_ahead),
      mix_(2 * kTick_frames),
      gains_(kTick_frames) {
  for (auto& stem : stem_) stem.resize(2 * kTick_frames);
  // The limiter's first frames come before the first stem.
  for (auto& delay : stem_delay_) delay.reserve(2 * (kTick_frames + Limiter::kDelay_frames));
}

std::int64_t Conductor::frame_of(double time_s) const {
  return static_cast<std::int64_t>(std::llround((time_s - origin_s_) * kSampleRate_hz));
}

double Conductor::needs_until_s() const {
  return origin_s_ + static_cast<double>(tick_begin_ + static_cast<std::int64_t>(kTick_frames)) / kSampleRate_hz;
}

void Conductor::add(Due due) {
  // Late notes sound at once.
  due.frame = std::max(due.frame, rendered_);
  const auto place = std::upper_bound(due_.begin(), due_.end(), due.frame,
                                      [](std::int64_t frame, const Due& other) { return frame < other.frame; });
  due_.insert(place, due);
}

void Conductor::schedule(const Hop& hop) {
  ledger_.hop_scheduled(hop);
  if (hop.replaces) {
    const std::int64_t from = frame_of(hop.start_s);
    std::erase_if(due_, [from](const Due& due) { return due.frame >= from && !due.event.accent; });
  }
  if (hop.releases_before) add({frame_of(hop.start_s), hop.start_s, true, {}});
  if (!hop.sound.frames.empty()) {
    synthesiser_.queue(frame_of(hop.start_s) - rendered_, hop.sound);
    sound_end_ = frame_of(hop.end_s);
  }
  for (const TimedNote& note : hop.notes) add({frame_of(note.time_s), note.time_s, false, note.event});
  if (hop.ends_piece) add({frame_of(hop.end_s), hop.end_s, true, {}});
  std::erase_if(hits_, [&](const Hit& hit) { return hit.time_s < hop.start_s - 2.0 * kSwell_s; });
  hits_.insert(hits_.end(), hop.hits.begin(), hop.hits.end());
  planned_until_s_ = hop.end_s;
}

void Conductor::accent(const Hit& hit) {
  for (const TimedNote& note : accent_notes(hit)) add({frame_of(note.time_s), note.time_s, false, note.event});
  hits_.push_back(hit);
}

std::size_t Conductor::waiting_sound_frames() const {
  return static_cast<std::size_t>(std::max<std::int64_t>(0, sound_end_ - rendered_));
}

void Conductor::silent_until(double time_s) {
  planned_until_s_ = std::max(planned_until_s_, time_s);
}

void Conductor::no_more_hops() {
  planned_until_s_ = std::numeric_limits<double>::infinity();
}

void Conductor::end_at(double time_s) {
  end_frame_ = std::max<std::int64_t>(0, frame_of(time_s));
}

void Conductor::play(const Due& due) {
  if (due.releases_all) {
    release_all(due.time_s);
    return;
  }
  NoteEvent event = due.event;
  const auto layer = static_cast<std::size_t>(event.layer);
  if (layer >= sounding_.size() || event.pitch > 127) return;
  event.velocity = std::isfinite(event.velocity) ? std::clamp(event.velocity, 0.0F, 1.0F) : 0.0F;
  const bool sounds = sounding_[layer][event.pitch];
  if (!event.on && !sounds) return;
  if (event.on && sounds) {
    NoteEvent release = event;
    release.on = false;
    synthesiser_.apply(release);
    if (listener_) listener_(release, due.time_s);
  }
  sounding_[layer][event.pitch] = event.on;
  synthesiser_.apply(event);
  if (listener_) listener_(event, due.time_s);
}

void Conductor::release_all(double time_s) {
  for (std::size_t layer = 0; layer < sounding_.size(); ++layer) {
    for (std::size_t pitch = 0; pitch < sounding_[layer].size(); ++pitch) {
      if (!sounding_[layer][pitch]) continue;
      NoteEvent release;
      release.layer = static_cast<Layer>(layer);
      release.pitch = static_cast<std::uint8_t>(pitch);
      release.on = false;
      synthesiser_.apply(release);
      if (listener_) listener_(release, time_s);
    }
    sounding_[layer].reset();
  }
}

float Conductor::hit_emphasis(double from_s, double to_s) const {
  float emphasis = 0.0F;
  for (const Hit& hit : hits_) {
    if (hit.time_s >= to_s && hit.time_s < from_s + kDip_s) {
      emphasis = std::min(emphasis, -kDip * hit.strength);
    } else if (hit.time_s < to_s && from_s - hit.time_s < kSwell_s) {
      const double left = 1.0 - std::max(0.0, from_s - hit.time_s) / kSwell_s;
      emphasis = std::max(emphasis, kSwell * hit.strength * static_cast<float>(left));
    }
  }
  return emphasis;
}

void Conductor::look(const Timeline& seen, double now_s) {
  const double until_s = sees_ahead_ ? std::clamp(planned_until_s_, now_s, now_s + kAhead_s) : now_s;
  const double from_s = now_s - kBack_s;
  const std::optional<float> liveliness = seen.liveliness(from_s, until_s);
  if (!liveliness) return;
  seen_ = {*liveliness, seen.glance(from_s, until_s).brightness};
  if (tick_begin_ == 0) smooth_ = seen_;  // nothing sounds yet
}

Expression Conductor::expression(const Timeline& seen, const Controls& controls) {
  const double from_s = origin_s_ + static_cast<double>(tick_begin_) / kSampleRate_hz;
  if (tick_begin_ % (kLookEvery * static_cast<std::int64_t>(kTick_frames)) == 0) look(seen, from_s);
  constexpr auto kLag = static_cast<float>(kTick_s / kLag_s);
  smooth_.liveliness += kLag * (seen_.liveliness - smooth_.liveliness);
  smooth_.brightness += kLag * (seen_.brightness - smooth_.brightness);

  const float follow = std::clamp(controls.follow, 0.0F, 1.0F);
  float led = follow * kLively * smooth_.liveliness;
  // What the user asks for stands; the picture only colours it.
  if (controls.intensity) led *= 0.3F;
  float asked = controls.intensity.value_or(kUsual);
  if (controls.arousal) asked += 0.15F * *controls.arousal;
  Expression expression;
  const float unled = std::clamp(asked, 0.05F, 1.0F), intensity = std::clamp(asked + led, 0.05F, 1.0F);
  expression.led = intensity - unled;
  expression.asked = unled - kUsual;
  expression.intensity = std::clamp(intensity + hit_emphasis(from_s, from_s + kTick_s), 0.0F, 1.0F);
  expression.brightness = std::clamp(0.5F + 0.8F * follow * (smooth_.brightness - 0.5F), 0.0F, 1.0F);
  return expression;
}

void Conductor::render_until(std::int64_t frame) {
  if (frame <= rendered_) return;
  const auto begin = static_cast<std::size_t>(rendered_ - tick_begin_);
  const auto count = static_cast<std::size_t>(frame - rendered_);
  std::array<std::span<float>, kLayers> stems;
  if (stems_wanted_) {
    for (std::size_t i = 0; i < stems.size(); ++i) stems[i] = std::span(stem_[i]).subspan(2 * begin, 2 * count);
  }
  synthesiser_.render(std::span(mix_).subspan(2 * begin, 2 * count),
                      stems_wanted_ ? std::span<const std::span<float>>(stems) : std::span<const std::span<float>>());
  rendered_ = frame;
}

void Conductor::tick(const Timeline& seen, const Controls& controls) {
  const StageTimer timer(ledger_, Stage::kSynthesise);
  synthesiser_.express(expression(seen, controls));
  const std::int64_t tick_end = tick_begin_ + static_cast<std::int64_t>(kTick_frames);
  std::size_t played = 0;
  while (played < due_.size() && due_[played].frame < tick_end) {
    // What would begin after the film's end is never heard; what ends there is released by `read`.
    if (!end_frame_ || due_[played].frame < *end_frame_) {
      render_until(due_[played].frame);
      play(due_[played]);
    }
    ++played;
  }
  due_.erase(due_.begin(), due_.begin() + static_cast<std::ptrdiff_t>(played));
  render_until(tick_end);
  finish_tick();
  tick_begin_ = tick_end;
}

void Conductor::finish_tick() {
  limiter_.process(mix_, gains_);
  const std::size_t skip = std::min(skip_frames_, kTick_frames);
  skip_frames_ -= skip;
  const std::span<float> fresh = std::span(mix_).subspan(2 * skip);
  out_.insert(out_.end(), fresh.begin(), fresh.end());

  for (std::size_t i = 0; i < stem_.size(); ++i) {
    // Without stems there is silence in their place, so that asking later finds them in step.
    if (!stems_wanted_) std::fill(stem_[i].begin(), stem_[i].end(), 0.0F);
    std::vector<float>& delay = stem_delay_[i];
    for (const float value : stem_[i]) delay.push_back(std::isfinite(value) ? value : 0.0F);
    const std::size_t frames = fresh.size() / 2;
    for (std::size_t frame = 0; frame < frames; ++frame) {
      delay[2 * frame] *= gains_[skip + frame];
      delay[2 * frame + 1] *= gains_[skip + frame];
    }
    stem_out_[i].insert(stem_out_[i].end(), delay.begin(), delay.begin() + static_cast<std::ptrdiff_t>(2 * frames));
    delay.erase(delay.begin(), delay.begin() + static_cast<std::ptrdiff_t>(2 * frames));
  }
}

void Conductor::fade(std::span<float> frames) const {
  for (std::size_t i = 0; i < frames.size() / 2; ++i) {
    const std::int64_t frame = read_frames_ + static_cast<std::int64_t>(i);
    float level = 1.0F;
    if (frame < static_cast<std::int64_t>(kFadeIn_frames)) {
      level = static_cast<float>(frame) / static_cast<float>(kFadeIn_frames);
    }
    if (end_frame_ && *end_frame_ - frame <= static_cast<std::int64_t>(kFadeOut_frames)) {
      const std::int64_t left = std::max<std::int64_t>(0, *end_frame_ - 1 - frame);
      level *= static_cast<float>(left) / static_cast<float>(kFadeOut_frames);
    }
    frames[2 * i] *= level;
    frames[2 * i + 1] *= level;
  }
}

std::size_t Conductor::ready_frames() const {
  return out_.size() / 2;
}

bool Conductor::finished() const {
  return end_frame_ && read_frames_ >= *end_frame_;
}

std::size_t Conductor::read(std::span<float> out, std::span<const std::span<float>> stems) {
  std::size_t count = std::min(out.size() / 2, ready_frames());
  if (end_frame_) {
    count = static_cast<std::size_t>(
        std::clamp<std::int64_t>(*end_frame_ - read_frames_, 0, static_cast<std::int64_t>(count)));
  }
  const auto taken = static_cast<std::ptrdiff_t>(2 * count);
  std::copy(out_.begin(), out_.begin() + taken, out.begin());
  // Here and not in the tick: the end may become known after the sound was made.
  fade(out.first(2 * count));
  out_.erase(out_.begin(), out_.begin() + taken);
  for (std::size_t i = 0; i < stem_out_.size(); ++i) {
    if (i < stems.size()) {
      std::copy(stem_out_[i].begin(), stem_out_[i].begin() + taken, stems[i].begin());
      fade(stems[i].first(2 * count));
    }
    stem_out_[i].erase(stem_out_[i].begin(), stem_out_[i].begin() + taken);
  }
  read_frames_ += static_cast<std::int64_t>(count);
  if (finished()) {
    release_all(origin_s_ + static_cast<double>(*end_frame_) / kSampleRate_hz);
    synthesiser_.all_notes_off();
  }
  return count;
}

}  // namespace photoplayer::stream
