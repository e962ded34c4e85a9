// SPDX-License-Identifier: Apache-2.0
#include "photoplayer/model/sound_voice.h"

#include <photoplayer/stream/sound_queue.h>

#include <algorithm>
#include <cmath>

#include "photoplayer/model/level.h"

namespace photoplayer::model {
namespace {

/// From the picture's quietest to its loudest moment; the music's own dynamics stay in front.
constexpr float kRange_db = 8.0F;
constexpr float kMiddle = 0.55F;  // the conductor's intensity when neither picture nor user asks for anything
constexpr float kSlew_db_per_frame = 24.0F / 44100.0F;

class SoundVoice final : public stream::Synthesiser {
 public:
  explicit SoundVoice(const SoundVoiceSettings& settings)
      : leveller_({44100.0, settings.target_lufs, settings.start_gain_db}) {}

  void apply(const stream::NoteEvent& /*event*/) override {}
  void queue(std::int64_t frames_ahead, const stream::DecodedSound& sound) override {
    queue_.add(frames_ahead, sound.frames, sound.after);
  }
  void express(const stream::Expression& expression) override {
    if (std::isfinite(expression.intensity)) {
      goal_db_ = kRange_db * (std::clamp(expression.intensity, 0.0F, 1.0F) - kMiddle);
    }
  }

  void render(std::span<float> out, std::span<const std::span<float>> stems) override {
    queue_.take(out);
    const BlockGain level = leveller_.next(out);
    const std::size_t frames = out.size() / 2;
    for (std::size_t i = 0; i < frames; ++i) {
      dynamics_db_ += std::clamp(goal_db_ - dynamics_db_, -kSlew_db_per_frame, kSlew_db_per_frame);
      const float along = static_cast<float>(i) / static_cast<float>(frames);
      const float gain = (level.from + along * (level.to - level.from)) * std::pow(10.0F, dynamics_db_ / 20.0F);
      out[2 * i] *= gain;
      out[2 * i + 1] *= gain;
    }
    for (const std::span<float>& stem : stems) std::fill(stem.begin(), stem.end(), 0.0F);
  }

  void all_notes_off() override { queue_.clear(); }

 private:
  stream::SoundQueue queue_;
  LoudnessLeveller leveller_;
  float goal_db_ = 0.0F, dynamics_db_ = 0.0F;
};

}  // namespace

std::unique_ptr<stream::Synthesiser> make_sound_voice(const SoundVoiceSettings& settings) {
  return std::make_unique<SoundVoice>(settings);
}

}  // namespace photoplayer::model
