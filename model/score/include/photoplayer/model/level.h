// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A slow hand on the fader: brings the programme's integrated loudness to the target and keeps it there without
/// pumping. It measures before its own gain.
///
/// Idea: the music's loudness without gain is expected to be what the style was calibrated to; that counts like two
/// seconds of listening and fades. Then it is what the last 10 s were, gated as in BS.1770, silence not counted. The
/// gain slews towards target minus that, plus a share of what the integrated loudness of all output so far lacks
/// (same 400 ms blocks). So a scene stays quieter or louder than the one before it for as long as scenes last, and the
/// whole still measures right.
/// One thread at a time; next() neither allocates nor waits. Tested in tests/unit/score/level_test.cpp.
#include <cstdint>
#include <memory>
#include <span>

namespace photoplayer::model {

struct LevelSettings {
  double sample_rate_hz = 44100.0;
  double target_lufs = -16.0;
  double start_gain_db = 0.0;
};

/// Amplitude factors at a block's beginning and end; linear between.
struct BlockGain {
  float from = 1.0F;
  float to = 1.0F;
};

class LoudnessLeveller {
 public:
  explicit LoudnessLeveller(const LevelSettings& settings);
  ~LoudnessLeveller();
  LoudnessLeveller(const LoudnessLeveller&) = delete;
  LoudnessLeveller& operator=(const LoudnessLeveller&) = delete;

  /// The gain for this block of interleaved stereo, which it also hears. Blocks of up to 100 ms. `led_db`: so much
  /// louder than otherwise is the block, on purpose. `asked_db`: so much louder than usual is all of it, by request;
  /// the target moves by a part of that.
  [[nodiscard]] BlockGain next(std::span<const float> block, double led_db = 0.0, double asked_db = 0.0);

  /// Other material from now on (a change of style): expectation starts afresh, the gain slews
  /// there; before the first sound it jumps.
  void expect(double start_gain_db);

  [[nodiscard]] double gain_db() const;
  [[nodiscard]] double integrated_lufs() const;  ///< of the output so far; −infinity before there is any

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace photoplayer::model
