// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/model/sound_voice.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "support/catch.h"

using namespace photoplayer;

namespace {

constexpr std::size_t kTick = 441;

stream::DecodedSound tone(std::size_t first_frame, std::size_t frames, float amplitude) {
  stream::DecodedSound sound;
  const auto write = [&](std::vector<float>& out, std::size_t from, std::size_t count) {
    for (std::size_t i = from; i < from + count; ++i) {
      const float value = amplitude * std::sin(0.0626873F * static_cast<float>(i));  // 440 Hz
      out.insert(out.end(), {value, value});
    }
  };
  write(sound.frames, first_frame, frames);
  write(sound.after, first_frame + frames, 2048);
  return sound;
}

double rms_db(const std::vector<float>& sound, std::size_t from, std::size_t frames) {
  double sum = 0.0;
  for (std::size_t i = 2 * from; i < 2 * (from + frames); ++i) sum += static_cast<double>(sound[i]) * sound[i];
  return 10.0 * std::log10(sum / static_cast<double>(2 * frames));
}

/// A tone through the voice, in ticks, with hops of 1 s.
std::vector<float> play(stream::Synthesiser& voice, std::size_t seconds, float amplitude) {
  std::vector<float> all(2 * 44100 * seconds);
  for (std::size_t second = 0; second < seconds; ++second) {
    voice.queue(0, tone(second * 44100, 44100, amplitude));
    for (std::size_t tick = 0; tick < 100; ++tick) {
      voice.render(std::span(all).subspan(2 * (second * 44100 + tick * kTick), 2 * kTick), {});
    }
  }
  return all;
}

}  // namespace

TEST_CASE("Sound voice: loud and soft decoders come to the same loudness", "[score][unit]") {
  for (const float amplitude : {0.06F, 0.15F, 0.5F}) {
    const auto voice = model::make_sound_voice();
    const auto all = play(*voice, 30, amplitude);
    // A sine's loudness is its RMS a channel, less 0.69, plus 3 for two channels.
    CHECK(rms_db(all, 25 * 44100, 4 * 44100) + 2.3 == Approx(-16.0).margin(1.5));
  }
}

TEST_CASE("Sound voice: the picture's intensity acts at once and without a step", "[score][unit]") {
  const auto voice = model::make_sound_voice();
  (void)play(*voice, 20, 0.15F);
  const auto before = play(*voice, 1, 0.15F);
  voice->express({1.0F, 0.5F});
  const auto after = play(*voice, 1, 0.15F);
  CHECK(rms_db(after, 30000, 10000) - rms_db(before, 30000, 10000) == Approx(3.6).margin(0.5));
  float largest = 0.0F;
  for (std::size_t i = 2; i < after.size(); i += 2) largest = std::max(largest, std::abs(after[i] - after[i - 2]));
  CHECK(largest < 0.03F);  // the tone's own steps
}

TEST_CASE("Sound voice: silence after it was told to be silent", "[score][unit]") {
  const auto voice = model::make_sound_voice();
  voice->queue(0, tone(0, 44100, 0.5F));
  std::vector<float> out(2 * kTick);
  voice->render(out, {});
  voice->all_notes_off();
  voice->render(out, {});
  CHECK(std::all_of(out.begin(), out.end(), [](float v) { return v == 0.0F; }));
}
