// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/stream/sound_queue.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace photoplayer::stream {
namespace {

/// From 0 to 1 over `length` frames, without a corner at either end.
float ramp(std::size_t frame, std::size_t length) {
  const double phase = static_cast<double>(frame + 1) / static_cast<double>(length + 1);
  return static_cast<float>(0.5 - 0.5 * std::cos(std::numbers::pi * phase));
}

}  // namespace

void SoundQueue::add(std::int64_t frames_ahead, std::span<const float> sound, std::span<const float> after) {
  if (-frames_ahead > static_cast<std::int64_t>(sound.size() / 2)) return;  // all of it is past
  const auto begin = static_cast<std::size_t>(std::max<std::int64_t>(0, frames_ahead));
  const auto past = std::min(sound.size() / 2, static_cast<std::size_t>(std::max<std::int64_t>(0, -frames_ahead)));
  sound = sound.subspan(2 * past);
  const bool continues = unbroken_ && past == 0 && begin == promised_;
  if (continues) waiting_.resize(2 * begin);  // the fade gives way

  const std::size_t frames = sound.size() / 2;
  const std::size_t fade_in = continues ? 0 : std::min(kFade_frames, frames);
  waiting_.resize(2 * (begin + frames), 0.0F);
  for (std::size_t i = 0; i < 2 * frames; ++i) {
    float& place = waiting_[2 * begin + i];
    const float in = i / 2 < fade_in ? ramp(i / 2, fade_in) : 1.0F;
    place = (1.0F - in) * place + in * sound[i];
  }
  promised_ = begin + frames;
  unbroken_ = true;
  const std::size_t fade_out = std::min(kFadeOut_frames, after.size() / 2);
  for (std::size_t i = 0; i < 2 * fade_out; ++i) waiting_.push_back((1.0F - ramp(i / 2, fade_out)) * after[i]);
}

void SoundQueue::take(std::span<float> out) {
  const std::size_t have = std::min(out.size(), waiting_.size());
  std::copy_n(waiting_.begin(), have, out.begin());
  std::fill(out.begin() + static_cast<std::ptrdiff_t>(have), out.end(), 0.0F);
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(have));
  const std::size_t frames = out.size() / 2;
  unbroken_ = unbroken_ && frames <= promised_;  // the fade has begun to sound
  promised_ -= std::min(promised_, frames);
}

void SoundQueue::clear() {
  waiting_.clear();
  promised_ = 0;
  unbroken_ = false;
}

}  // namespace photoplayer::stream
