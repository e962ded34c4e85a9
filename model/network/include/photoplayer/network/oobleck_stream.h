// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Decodes a latent tape hop by hop into one stream of audio. A hop is decoded with the receptive field as context on
/// both sides, so that hops add up to the decoding of the whole as long as the latents stay what they are. The
/// look-ahead does not: it is provisional, and the last latents of a hop were decoded in view of it. So what a hop
/// foresaw of the next one's beginning fades into what the next one makes of it, related material and cuts alike.
/// Owned and used by the sampler's thread. Tested in tests/unit/model/oobleck_stream_test.cpp.
#include <photoplayer/network/fast_oobleck.h>
#include <photoplayer/stream/latent_tape.h>

#include <cstdint>
#include <vector>

namespace photoplayer::network {

class OobleckStream {
 public:
  /// 30 ms. With the published strides the first 1499 frames after a hop need no more look-ahead than the hop itself.
  static constexpr std::int64_t kFade_frames = 1323;
  /// For the tape's own crossfade; why so many: docs/decisions/0006-latent-fade.md.
  static constexpr int kTapeFade_rows = 8;

  /// Keeps the weights in its own layout, not the decoder.
  explicit OobleckStream(const OobleckDecoder& decoder, std::int64_t fade_frames = kFade_frames);

  /// So many latents the tape must have before a hop and should have behind it: 10 and 10 if published.
  [[nodiscard]] std::int64_t context() const { return context_; }
  [[nodiscard]] std::int64_t look_ahead() const { return look_ahead_; }
  [[nodiscard]] std::int64_t next_row() const { return next_; }

  /// Decodes the latents that became final since the last call: interleaved, `frames_per_latent` frames for each.
  /// Where the look-ahead is too short, its last latent is repeated.
  [[nodiscard]] Result<std::vector<float>> advance(const stream::LatentTape& tape);
  /// What the last hop made of the moment after its end: `fade_frames`, interleaved.
  [[nodiscard]] const std::vector<float>& foreseen() const { return foreseen_; }
  /// Something else was heard instead of the latents before `row`: goes on from there, fading from nothing.
  void skip_to(std::int64_t row);
  void reset();

 private:
  [[nodiscard]] torch::Tensor window(const stream::LatentTape& tape, std::int64_t from, std::int64_t to) const;

  FastOobleckDecoder decoder_;
  std::int64_t context_;
  std::int64_t look_ahead_;
  std::int64_t fade_frames_;
  std::int64_t next_ = 0;
  std::vector<float> foreseen_;  ///< interleaved: what the last hop made of the frames after its end
};

}  // namespace photoplayer::network
