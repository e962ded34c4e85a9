// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Decoded sound that waits for its moment. Blocks come in order; each brings a little of what would follow it, which
/// fades out where the next block is missing and gives way where it is there. A block after a gap, or one whose
/// beginning is past, fades in over what still sounds. Owned by whoever renders. Tested in
/// tests/unit/stream/sound_queue_test.cpp.
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace photoplayer::stream {

class SoundQueue {
 public:
  static constexpr std::size_t kFade_frames = 1323;      ///< 30 ms: in
  static constexpr std::size_t kFadeOut_frames = 13230;  ///< 300 ms: out, as far as there is something to fade

  /// Interleaved stereo that begins `frames_ahead` frames after what was taken so far; negative: so much is past.
  /// `after`: what would follow, of any length.
  void add(std::int64_t frames_ahead, std::span<const float> sound, std::span<const float> after);
  /// Overwrites `out`, interleaved stereo, with the next frames: silence where there is nothing.
  void take(std::span<float> out);
  /// Frames in hand, gaps and what fades out included.
  [[nodiscard]] std::size_t frames() const { return waiting_.size() / 2; }
  void clear();

 private:
  std::vector<float> waiting_;  // interleaved, from the next frame on
  std::size_t promised_ = 0;    // of them, frames before the fade: the next block may begin there
  bool unbroken_ = false;       // what comes right after `promised_` continues it
};

}  // namespace photoplayer::stream
