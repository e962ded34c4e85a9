// SPDX-License-Identifier: Apache-2.0
#include "played_piece.h"

#include <photoplayer/model/synthesiser.h>
#include <photoplayer/stream/limiter.h>
#include <photoplayer/train/composer.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

namespace photoplayer::train {
namespace {

constexpr std::size_t kTick_frames = 441;
constexpr double kRate_hz = 44'100.0;

struct TimedEvent {
  std::int64_t frame;
  stream::NoteEvent event;
};

std::vector<TimedEvent> events_of(const Piece& piece, int transpose) {
  const double step_frames = kRate_hz * 60.0 / piece.tempo_bpm / stream::kStepsPerBeat;
  const auto frame_at = [&](int step) { return static_cast<std::int64_t>(std::llround(step * step_frames)); };
  std::vector<TimedEvent> events;
  for (const PieceNote& note : piece.notes) {
    const bool drum = note.layer == stream::Layer::kDrums;
    stream::NoteEvent event;
    event.step = note.start_step;
    event.layer = note.layer;
    event.pitch = static_cast<std::uint8_t>(std::clamp(note.pitch + (drum ? 0 : transpose), 0, 127));
    event.velocity = note.start_step % (piece.beats_per_bar * stream::kStepsPerBeat) == 0 ? 0.75F : 0.6F;
    events.push_back({frame_at(note.start_step), event});
    event.on = false;
    event.step = note.start_step + note.length_steps;
    events.push_back({frame_at(note.start_step + note.length_steps), event});
  }
  // A key that is struck again is released first.
  std::stable_sort(events.begin(), events.end(), [](const TimedEvent& a, const TimedEvent& b) {
    return std::pair(a.frame, a.event.on) < std::pair(b.frame, b.event.on);
  });
  return events;
}

}  // namespace

Piece clip_piece(int style, std::uint64_t seed) {
  ComposeSettings settings;
  settings.style = style;
  settings.seed = seed;
  Piece piece = compose(settings);
  while (piece.beats * 60.0 / piece.tempo_bpm < kClip_seconds + 1.0) {
    settings.bars *= 2;
    piece = compose(settings);
  }
  // What is not heard need not be drawn either.
  piece.beats = static_cast<int>(std::ceil((kClip_seconds + 0.1) * piece.tempo_bpm / 60.0));
  const int end = piece.beats * stream::kStepsPerBeat;
  std::erase_if(piece.notes, [&](const PieceNote& note) { return note.start_step >= end; });
  for (PieceNote& note : piece.notes) note.length_steps = std::min(note.length_steps, end - note.start_step);
  piece.chords.resize(static_cast<std::size_t>(piece.beats));
  if (piece.strokes) std::erase_if(*piece.strokes, [&](int step) { return step >= end; });
  return piece;
}

Result<std::vector<float>> play_piece(const Piece& piece, int transpose, std::uint64_t seed,
                                      const std::string& soundfont) {
  model::SynthSettings settings;
  settings.style = std::max(0, piece.style);
  settings.seed = seed;
  settings.soundfont = soundfont;
  const auto synthesiser = model::make_fluid_synthesiser(settings);
  if (!synthesiser) return tl::unexpected(synthesiser.error());
  const auto events = events_of(piece, transpose);
  stream::Limiter limiter;
  // The limiter's delay is rendered besides and cut off in front, so that sound and picture stay together.
  constexpr auto kDelay = static_cast<std::int64_t>(stream::Limiter::kDelay_frames);
  std::vector<float> sound(static_cast<std::size_t>(2 * (kClip_frames + kDelay)));
  std::array<float, kTick_frames> gains{};
  std::size_t next = 0;
  for (std::int64_t at = 0; at < kClip_frames + kDelay;) {
    for (; next < events.size() && events[next].frame <= at; ++next) (*synthesiser)->apply(events[next].event);
    auto end = std::min<std::int64_t>(at + static_cast<std::int64_t>(kTick_frames), kClip_frames + kDelay);
    if (next < events.size()) end = std::min(end, events[next].frame);
    const auto out =
        std::span(sound).subspan(static_cast<std::size_t>(2 * at), static_cast<std::size_t>(2 * (end - at)));
    (*synthesiser)->render(out, {});
    limiter.process(out, std::span(gains).first(out.size() / 2));
    at = end;
  }
  sound.erase(sound.begin(), sound.begin() + 2 * kDelay);
  return sound;
}

}  // namespace photoplayer::train
