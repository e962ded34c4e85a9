// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/network/oobleck_stream.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <span>

namespace photoplayer::network {
namespace {

/// Fades `old` into the beginning of `fresh`, both interleaved.
void fade(std::span<const float> old, std::span<float> fresh, std::int64_t channels) {
  const std::size_t count = std::min(old.size(), fresh.size());
  const float rho = stream::correlation(old.first(count), fresh.first(count));
  const auto width = static_cast<std::size_t>(channels);
  for (std::size_t i = 0; i < count; ++i) {
    const double phase = static_cast<double>(i / width + 1) / static_cast<double>(count / width + 1);
    const auto w = static_cast<float>(0.5 - 0.5 * std::cos(std::numbers::pi * phase));
    fresh[i] = stream::level_keeping_mix(old[i], fresh[i], w, rho);
  }
}

}  // namespace

OobleckStream::OobleckStream(const OobleckDecoder& decoder, std::int64_t fade_frames)
    : decoder_(decoder),
      context_(decoder_context(decoder_.config())),
      look_ahead_(latents_behind(decoder_.config(), {0, fade_frames - 1}).last + 1),
      fade_frames_(fade_frames) {}

/// Latents [from, to) as the decoder takes them; what the tape does not have yet repeats its last.
torch::Tensor OobleckStream::window(const stream::LatentTape& tape, std::int64_t from, std::int64_t to) const {
  const auto rows = tape.rows(from, to);
  const auto have = static_cast<std::int64_t>(rows.size()) / tape.dims();
  auto latents = torch::tensor(at::ArrayRef<float>(rows.data(), rows.size())).view({have, tape.dims()});
  if (have < to - from) latents = torch::cat({latents, latents.slice(0, have - 1).expand({to - from - have, -1})});
  return latents.t().unsqueeze(0).contiguous();
}

Result<std::vector<float>> OobleckStream::advance(const stream::LatentTape& tape) {
  const torch::NoGradGuard guard;
  const auto& config = decoder_.config();
  const std::int64_t end = tape.final_end();
  const std::int64_t from = std::max<std::int64_t>(0, next_ - context_);
  if (end <= next_) return std::vector<float>();
  if (tape.first_row() > from) {
    return fail(ErrorCode::kInternal, "the tape forgot latent " + std::to_string(from) + ", which the decoder needs");
  }

  const auto per_latent = config.frames_per_latent();
  const Span wanted = {(next_ - from) * per_latent, (end - from) * per_latent + fade_frames_ - 1};
  const auto audio = decoder_.frames(window(tape, from, end + look_ahead_), wanted);  // [1, channel, frame]
  const auto new_audio = audio[0].t().contiguous();
  const auto hop_values = (end - next_) * per_latent * config.audio_channels;
  const float* values = new_audio.data_ptr<float>();
  std::vector<float> hop(values, values + hop_values);
  fade(foreseen_, hop, config.audio_channels);
  foreseen_.assign(values + hop_values, values + hop_values + fade_frames_ * config.audio_channels);
  next_ = end;
  return hop;
}

void OobleckStream::skip_to(std::int64_t row) {
  next_ = row;
  foreseen_.clear();
}

void OobleckStream::reset() {
  next_ = 0;
  foreseen_.clear();
}

}  // namespace photoplayer::network
