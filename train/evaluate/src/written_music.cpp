// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/train/score_metrics.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "midi_file.h"

namespace photoplayer::train {
namespace {

constexpr std::uint8_t kDrumChannel = 9;

/// Where bars begin up to the one that holds the end, and its end.
std::vector<double> bars_of(const detail::MidiFile& file, double quarter) {
  constexpr std::size_t kMost = 100'000;
  std::vector<double> bars;
  const double end = static_cast<double>(file.end_tick) / quarter;
  double at = 0.0, bar = 4.0;
  std::size_t next = 0;
  while (bars.size() < kMost) {
    while (next < file.metres.size() && static_cast<double>(file.metres[next].tick) / quarter <= at + 1e-6) {
      bar = 4.0 * file.metres[next].numerator / file.metres[next].denominator;
      ++next;
    }
    bars.push_back(at);
    if (at >= end) break;
    at += bar;
    // A new metre ends the bar before it, whatever that bar lacks.
    if (next < file.metres.size()) at = std::min(at, static_cast<double>(file.metres[next].tick) / quarter);
  }
  return bars;
}

double seconds_of(const detail::MidiFile& file, double quarter) {
  double seconds = 0.0, bpm = 120.0, from = 0.0;
  const double end = static_cast<double>(file.end_tick) / quarter;
  for (const detail::MidiTempo& tempo : file.tempos) {
    const double at = std::min(static_cast<double>(tempo.tick) / quarter, end);
    seconds += (at - from) * 60.0 / bpm;
    from = at;
    bpm = tempo.bpm;
  }
  return seconds + (end - from) * 60.0 / bpm;
}

}  // namespace

Result<WrittenMusic> read_written_music(const std::filesystem::path& midi) {
  std::ifstream stream(midi, std::ios::binary);
  if (!stream) return fail(ErrorCode::kBadInput, "cannot open '" + midi.string() + "'");
  const std::vector<char> bytes{std::istreambuf_iterator<char>(stream), {}};
  const auto file =
      detail::parse_midi({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, midi.string());
  if (!file) return tl::unexpected(file.error());
  if (file->notes.empty()) return fail(ErrorCode::kBadInput, midi.string() + " holds no notes");
  const auto quarter = static_cast<double>(file->ticks_per_quarter);
  WrittenMusic music;
  music.name = midi.stem().string();
  for (const detail::MidiNote& note : file->notes) {
    music.notes.push_back({static_cast<double>(note.start_tick) / quarter, static_cast<double>(note.end_tick) / quarter,
                           note.pitch, note.channel, note.velocity, note.channel == kDrumChannel});
  }
  music.bars = bars_of(*file, quarter);
  music.seconds = seconds_of(*file, quarter);
  if (music.seconds > 0.0) music.tempo_bpm = static_cast<double>(file->end_tick) / quarter * 60.0 / music.seconds;
  return music;
}

}  // namespace photoplayer::train
