// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A sound bundle's stand-ins: a decoder whose frames say where in the piece they belong, and a voice that only plays.
#include <photoplayer/stream/latent_tape.h>
#include <photoplayer/stream/ports.h>
#include <photoplayer/stream/sound_queue.h>

#include <algorithm>
#include <cmath>
#include <functional>

namespace photoplayer::test {

/// Left: a slow sine of the absolute frame. Right: the row's number (channel 0 of ScriptedGenerator's latents) / 10000.
class ScriptedSoundDecoder final : public stream::SoundDecoder {
 public:
  static constexpr std::int64_t kRow_frames = 2048;
  static constexpr int kContext = 10, kLookAhead = 2;
  std::function<bool(std::int64_t first_row)> fails;

  static float wave(std::int64_t frame) { return 0.4F * std::sin(static_cast<float>(frame % 44100) * 0.0142476F); }

  [[nodiscard]] int context_rows() const override { return kContext; }
  [[nodiscard]] int look_ahead_rows() const override { return kLookAhead; }
  [[nodiscard]] Result<stream::DecodedSound> decode(const stream::LatentTape& tape, std::int64_t first_row) override {
    if (fails && fails(first_row)) return fail(ErrorCode::kInternal, "scripted failure");
    if (tape.first_row() == first_row) gap_end_ = first_row;  // nothing before it was heard
    if (tape.first_row() > std::max(gap_end_, first_row - kContext) || tape.end() < tape.final_end() + kLookAhead) {
      return fail(ErrorCode::kInternal, "the tape is too short");
    }
    stream::DecodedSound sound;
    write(sound.frames, tape, first_row, tape.final_end());
    write(sound.after, tape, tape.final_end(), tape.final_end() + kLookAhead);
    return sound;
  }
  void reset() override {}

 private:
  std::int64_t gap_end_ = 0;

  static void write(std::vector<float>& out, const stream::LatentTape& tape, std::int64_t from, std::int64_t to) {
    for (std::int64_t row = from; row < to; ++row) {
      for (std::int64_t frame = row * kRow_frames; frame < (row + 1) * kRow_frames; ++frame) {
        out.push_back(wave(frame));
        out.push_back(tape.rows(row, row + 1).front() / 10000.0F);
      }
    }
  }
};

class QueueVoice final : public stream::Synthesiser {
 public:
  void apply(const stream::NoteEvent& /*event*/) override {}
  void queue(std::int64_t frames_ahead, const stream::DecodedSound& sound) override {
    queue_.add(frames_ahead, sound.frames, sound.after);
  }
  void express(const stream::Expression& /*expression*/) override {}
  void render(std::span<float> out, std::span<const std::span<float>> stems) override {
    queue_.take(out);
    for (const auto& stem : stems) std::fill(stem.begin(), stem.end(), 0.0F);
  }
  void all_notes_off() override { queue_.clear(); }

 private:
  stream::SoundQueue queue_;
};

}  // namespace photoplayer::test
