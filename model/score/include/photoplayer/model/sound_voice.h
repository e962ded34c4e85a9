// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What a sound bundle plays through: the queue of decoded sound, dynamics after it, so that they act at once, and the
/// slow hand on the fader that score bundles have. A decoder's output has no level of its own (the published program
/// divides each clip by its peak, which a stream cannot). A true-peak limiter belongs after it. One thread at a time.
/// Tested in tests/unit/score/sound_voice_test.cpp.
#include <photoplayer/stream/ports.h>

#include <memory>

namespace photoplayer::model {

struct SoundVoiceSettings {
  double target_lufs = -16.0;
  double start_gain_db = 0.0;
};

/// Its stems are silent: a sound cannot be taken apart.
[[nodiscard]] std::unique_ptr<stream::Synthesiser> make_sound_voice(const SoundVoiceSettings& settings = {});

}  // namespace photoplayer::model
