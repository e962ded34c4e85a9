// SPDX-License-Identifier: Apache-2.0
#include "eval/played_music.h"

#include <photoplayer/train/statistics.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

namespace photoplayer::tools {
namespace {

using train::WrittenMusic;
using train::WrittenNote;

/// Quarters since the first beat; outside the beats at the pace of the nearest.
double beat_at(const std::vector<double>& beats_s, double time_s) {
  if (beats_s.size() < 2) return 0.0;
  const auto after = std::upper_bound(beats_s.begin(), beats_s.end(), time_s) - beats_s.begin();
  const auto from = static_cast<std::size_t>(
      std::clamp<std::ptrdiff_t>(after - 1, 0, static_cast<std::ptrdiff_t>(beats_s.size()) - 2));
  return static_cast<double>(from) + (time_s - beats_s[from]) / (beats_s[from + 1] - beats_s[from]);
}

}  // namespace

WrittenMusic played_music(std::span<const model::TimedNote> notes, const std::vector<double>& beats_s) {
  WrittenMusic music;
  std::map<std::pair<int, int>, std::size_t> sounding;
  double end = 0.0;
  for (const model::TimedNote& note : notes) {
    const double at = std::max(0.0, beat_at(beats_s, note.time_s));
    end = std::max(end, at);
    music.seconds = std::max(music.seconds, note.time_s);
    if (note.event.accent) continue;
    const std::pair key{static_cast<int>(note.event.layer), static_cast<int>(note.event.pitch)};
    if (const auto open = sounding.find(key); open != sounding.end()) {
      music.notes[open->second].end = at;
      sounding.erase(open);
    }
    if (!note.event.on) continue;
    sounding[key] = music.notes.size();
    music.notes.push_back({at, at, note.event.pitch, static_cast<int>(note.event.layer),
                           static_cast<int>(std::lround(127.0F * note.event.velocity)),
                           note.event.layer == stream::Layer::kDrums});
  }
  for (const auto& [key, place] : sounding) music.notes[place].end = end;
  std::stable_sort(music.notes.begin(), music.notes.end(),
                   [](const WrittenNote& a, const WrittenNote& b) { return a.start < b.start; });
  constexpr double kBar = 4.0;
  for (double bar = 0.0; bar < end + kBar; bar += kBar) music.bars.push_back(bar);
  if (const auto tempo = played_tempo(beats_s)) music.tempo_bpm = tempo->whole_bpm;
  return music;
}

double onsets_per_beat(const WrittenMusic& music) {
  double last = 0.0, onsets = 0.0;
  for (const WrittenNote& note : music.notes) {
    last = std::max(last, note.end);
    onsets += note.drum ? 0.0 : 1.0;
  }
  return last > 0.0 ? onsets / last : 0.0;
}

WrittenMusic part_of(const WrittenMusic& music, double from, double to) {
  WrittenMusic part;
  part.tempo_bpm = music.tempo_bpm;
  part.seconds = (to - from) * 60.0 / music.tempo_bpm;
  for (WrittenNote note : music.notes) {
    if (note.start < from || note.start >= to) continue;
    note.start -= from;
    note.end = std::min(note.end, to) - from;
    part.notes.push_back(note);
  }
  for (const double bar : music.bars) {
    if (bar >= from && bar <= to) part.bars.push_back(bar - from);
  }
  return part;
}

std::optional<double> major_third_share(const WrittenMusic& music, int tonic) {
  std::array<double, 12> sounding{};
  for (const WrittenNote& note : music.notes) {
    if (!note.drum) sounding[static_cast<std::size_t>((note.pitch - tonic + 12) % 12)] += note.end - note.start;
  }
  const double thirds = sounding[3] + sounding[4];
  if (thirds <= 0.0) return std::nullopt;
  return sounding[4] / thirds;
}

std::optional<double> mean_pitch(const WrittenMusic& music) {
  double sum = 0.0, time = 0.0;
  for (const WrittenNote& note : music.notes) {
    if (note.drum) continue;
    sum += note.pitch * (note.end - note.start);
    time += note.end - note.start;
  }
  if (time <= 0.0) return std::nullopt;
  return sum / time;
}

std::optional<PlayedTempo> played_tempo(const std::vector<double>& beats_s) {
  if (beats_s.size() < 3) return std::nullopt;
  std::vector<double> lengths;
  for (std::size_t i = 1; i < beats_s.size(); ++i) lengths.push_back(beats_s[i] - beats_s[i - 1]);
  return PlayedTempo{60.0 / train::quantile(lengths, 0.5), 60.0 / train::mean(lengths)};
}

}  // namespace photoplayer::tools
