// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/train/score_reader.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <set>

#include "../compose/sketch.h"
#include "chord_labels.h"
#include "grid.h"
#include "key_finding.h"
#include "layer_assignment.h"
#include "midi_file.h"

namespace photoplayer::train {
namespace {

using detail::Bar;
using detail::Chroma;
using detail::GridNote;
using detail::Key;
using detail::MidiFile;
using stream::Layer;

constexpr int kMinBars = 8;
constexpr int kMaxSteps = 64 * 1024;  ///< hours of music: more is a broken or hostile file
constexpr std::uintmax_t kMaxFileBytes = 16U << 20U;
constexpr double kOffGridSteps = 0.15;  ///< a triplet is off by a third of a step
constexpr double kMostOffGrid = 0.12;   ///< per bar: ornaments yes, triplets no
constexpr double kLeastInKey = 0.87;    ///< share of sounding time; below it the key is not one key

double to_steps(const MidiFile& file, std::int64_t tick) {
  return static_cast<double>(tick) * stream::kStepsPerBeat / file.ticks_per_quarter;
}

/// Bars from the metre map. 2/4 bars go in pairs; metres that are not made of quarters in threes or fours are
/// left out, as 6/8 is: its beat is not our beat.
std::vector<Bar> lay_bars(const MidiFile& file, int end_step) {
  std::vector<Bar> bars;
  std::vector<detail::MidiMetre> metres = file.metres;
  if (metres.empty() || metres.front().tick > 0) metres.insert(metres.begin(), detail::MidiMetre{});
  for (std::size_t i = 0; i < metres.size(); ++i) {
    const int begin = static_cast<int>(std::min<double>(kMaxSteps, std::round(to_steps(file, metres[i].tick))));
    const int end = i + 1 < metres.size()
                        ? static_cast<int>(std::min<double>(end_step, std::round(to_steps(file, metres[i + 1].tick))))
                        : end_step;
    const int sixteenths = metres[i].numerator * 16 / metres[i].denominator;
    const bool binary = metres[i].denominator <= 4 && sixteenths > 0 && (metres[i].numerator <= 4);
    int beats = sixteenths / 4;
    if (binary && beats == 2) beats = 4;
    const bool usable = binary && (beats == 3 || beats == 4);
    const int length = usable ? beats * 4 : std::max(4, sixteenths);
    for (int at = begin; at < end; at += length)
      bars.push_back({at, usable ? beats : 0, usable && at + length <= end + 3});
  }
  return bars;
}

std::vector<GridNote> quantise(const MidiFile& file, std::vector<Bar>& bars) {
  std::vector<GridNote> notes;
  std::vector<int> total(bars.size(), 0), off(bars.size(), 0);
  for (const detail::MidiNote& note : file.notes) {
    const double start = to_steps(file, note.start_tick), end = to_steps(file, note.end_tick);
    GridNote grid;
    grid.start = static_cast<int>(std::lround(start));
    // Ends are played short (staccato, articulation gaps): they go to the nearest step, at least one.
    grid.length = std::max(1, static_cast<int>(std::lround(end)) - grid.start);
    grid.pitch = note.pitch;
    grid.channel = note.channel;
    grid.program = note.program;
    grid.track = note.track;
    const auto after =
        std::upper_bound(bars.begin(), bars.end(), grid.start, [](int s, const Bar& bar) { return s < bar.start; });
    if (after == bars.begin()) continue;
    const auto bar = static_cast<std::size_t>(after - bars.begin()) - 1;
    ++total[bar];
    if (std::abs(start - grid.start) > kOffGridSteps) ++off[bar];
    notes.push_back(grid);
  }
  for (std::size_t i = 0; i < bars.size(); ++i) {
    if (off[i] > kMostOffGrid * total[i]) bars[i].usable = false;
  }
  return notes;
}

double mean_tempo(const MidiFile& file, int begin, int end) {
  double bpm = 120.0, weighted = 0.0;
  double at = begin;
  for (const detail::MidiTempo& tempo : file.tempos) {
    const double step = to_steps(file, tempo.tick);
    if (step > at && step < end) {
      weighted += bpm * (step - at);
      at = step;
    }
    if (step < end) bpm = tempo.bpm;
  }
  weighted += bpm * (end - at);
  return weighted / std::max(1, end - begin);
}

/// How much of each pitch class sounds, relative to `tonic`.
Chroma chroma_of(const std::vector<PieceNote>& notes) {
  Chroma chroma{};
  for (const PieceNote& note : notes) {
    if (note.layer != Layer::kDrums) chroma[note.pitch % 12] += note.length_steps;
  }
  return chroma;
}

int style_of(const Piece& piece, ScoreKind kind, double drums_per_beat, double figure_per_beat) {
  if (kind == ScoreKind::kLieder) return figure_per_beat > 0.9 ? 0 : 1;
  if (drums_per_beat < 0.2) return piece.tempo_bpm < 92.0 ? 2 : 4;
  return piece.tempo_bpm >= 112.0 && drums_per_beat > 0.8 ? 5 : 4;
}

void describe(Piece& piece, ScoreKind kind) {
  std::array<double, stream::kLayers> per_beat{};
  for (const PieceNote& note : piece.notes) per_beat[static_cast<std::size_t>(note.layer)] += 1.0 / piece.beats;
  double in_chord = 0.0, sounding = 1e-9;
  for (const PieceNote& note : piece.notes) {
    if (note.layer == Layer::kDrums) continue;
    const Chord& chord = piece.chords[static_cast<std::size_t>(note.start_step / stream::kStepsPerBeat)];
    sounding += note.length_steps;
    if (detail::contains(chord.chroma, note.pitch)) in_chord += note.length_steps;
  }
  const double consonance = in_chord / sounding;
  // On the composer's scale: its own arousal, regressed on its own pieces (R² 0.81).
  std::set<int> steps;
  double register_sum = 0.0, pitched = 0.0;
  for (const PieceNote& note : piece.notes) {
    steps.insert(note.start_step);
    if (note.layer != Layer::kDrums) register_sum += note.pitch, pitched += 1.0;
  }
  const double tempo = (piece.tempo_bpm - 100.0) / 60.0;
  const double onsets_per_s = static_cast<double>(steps.size()) / piece.beats * piece.tempo_bpm / 60.0;
  const double arousal = -1.26 + 0.19 * tempo + 0.36 * std::log2(1.0 + pitched / piece.beats) +
                         0.18 * std::log2(1.0 + onsets_per_s) +
                         0.12 * (register_sum / std::max(1.0, pitched) - 60.0) / 12.0;
  double mode = 0.0;
  switch (piece.scale) {
    case stream::ScaleMode::kMajor:
      mode = 0.42;
      break;
    case stream::ScaleMode::kMixolydian:
      mode = 0.18;
      break;
    case stream::ScaleMode::kDorian:
      mode = -0.15;
      break;
    case stream::ScaleMode::kMinor:
      mode = -0.42;
      break;
  }
  // A regression draws towards the mean; the scale's ends are meant to be reached.
  piece.arousal = static_cast<float>(std::clamp(1.2 * arousal, -1.0, 1.0));
  piece.valence = static_cast<float>(std::clamp(mode + 1.5 * (consonance - 0.85) + 0.13 * tempo, -1.0, 1.0));
  piece.style = style_of(piece, kind, per_beat[4], per_beat[2]);
}

/// Bars [first, last): one key, one metre.
bool cut_piece(const MidiFile& file, const std::vector<PieceNote>& notes, const std::vector<Bar>& bars,
               std::size_t first, std::size_t last, Key key, const std::string& name, ScoreKind kind,
               std::vector<Piece>& pieces) {
  Piece piece;
  piece.source = name;
  piece.beats_per_bar = bars[first].beats;
  const int begin = bars[first].start;
  const int bar_steps = piece.beats_per_bar * stream::kStepsPerBeat;
  piece.beats = static_cast<int>(last - first) * piece.beats_per_bar;
  const int end = begin + static_cast<int>(last - first) * bar_steps;
  // The shorter way to C, so that registers stay.
  const int shift = key.tonic <= 6 ? -key.tonic : 12 - key.tonic;
  for (PieceNote note : notes) {
    if (note.start_step < begin || note.start_step >= end) continue;
    note.start_step -= begin;
    if (note.layer != Layer::kDrums)
      note.pitch = static_cast<std::uint8_t>(detail::fold_into_range(note.layer, note.pitch + shift));
    piece.notes.push_back(note);
  }
  detail::tidy(piece.notes, piece.beats * stream::kStepsPerBeat);
  std::vector<bool> bar_filled(last - first, false);
  int pitched = 0;
  for (const PieceNote& note : piece.notes) {
    bar_filled[static_cast<std::size_t>(note.start_step / bar_steps)] = true;
    if (note.layer != Layer::kDrums) ++pitched;
  }
  if (pitched < 2 * static_cast<int>(last - first)) return false;
  const Chroma chroma = chroma_of(piece.notes);
  piece.scale = detail::scale_mode(chroma, key.minor);
  detail::PitchSet scale = detail::scale_set(piece.scale);
  if (key.minor) scale = static_cast<detail::PitchSet>(scale | (1U << 11U));
  double inside = 0.0, all = 1e-9;
  for (int p = 0; p < 12; ++p) {
    all += chroma[static_cast<std::size_t>(p)];
    if (detail::contains(scale, p)) inside += chroma[static_cast<std::size_t>(p)];
  }
  if (inside / all < kLeastInKey) return false;
  piece.tempo_bpm = std::clamp(mean_tempo(file, begin, end), 50.0, 180.0);
  piece.chords = detail::label_chords(piece);
  describe(piece, kind);
  pieces.push_back(std::move(piece));
  return true;
}

}  // namespace

Result<std::vector<Piece>> read_score_bytes(std::span<const std::uint8_t> bytes, const std::string& name,
                                            ScoreKind kind) {
  const Result<MidiFile> parsed = detail::parse_midi(bytes, name);
  if (!parsed) return tl::unexpected<Error>(parsed.error());
  const MidiFile& file = *parsed;
  const double last_step = to_steps(file, file.end_tick);
  if (last_step > kMaxSteps)
    return fail(ErrorCode::kBadInput,
                "cannot use '" + name + "': it claims to last more than " + std::to_string(kMaxSteps) + " sixteenths");
  std::vector<Piece> pieces;
  if (file.notes.empty()) return pieces;
  std::vector<Bar> bars = lay_bars(file, static_cast<int>(std::ceil(last_step)));
  if (bars.empty()) return pieces;
  const std::vector<GridNote> grid = quantise(file, bars);
  std::vector<Chroma> chroma(bars.size());
  for (const GridNote& note : grid) {
    if (note.channel == 9) continue;
    const auto after =
        std::upper_bound(bars.begin(), bars.end(), note.start, [](int s, const Bar& bar) { return s < bar.start; });
    if (after == bars.begin()) continue;
    chroma[static_cast<std::size_t>(after - bars.begin()) - 1][note.pitch % 12] += std::min(note.length, 16);
  }
  const std::vector<Key> keys = detail::find_keys(chroma);
  const std::vector<PieceNote> notes =
      kind == ScoreKind::kLieder ? detail::assign_lieder(grid, bars) : detail::assign_general_midi(grid, bars);
  for (std::size_t first = 0; first < bars.size();) {
    std::size_t last = first;
    while (last < bars.size() && bars[last].usable && bars[last].beats == bars[first].beats &&
           keys[last] == keys[first] &&
           (last == first || bars[last].start == bars[last - 1].start + 4 * bars[first].beats)) {
      ++last;
    }
    if (last - first >= kMinBars) cut_piece(file, notes, bars, first, last, keys[first], name, kind, pieces);
    first = std::max(last, first + 1);
  }
  return pieces;
}

Result<std::vector<Piece>> read_score(const std::filesystem::path& path, ScoreKind kind) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error) return fail(ErrorCode::kBadInput, "cannot open the score '" + path.string() + "': " + error.message());
  if (size > kMaxFileBytes)
    return fail(ErrorCode::kBadInput, "the score '" + path.string() + "' is larger than 16 MiB");
  std::ifstream in(path, std::ios::binary);
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(size));
  if (!in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()))) {
    return fail(ErrorCode::kBadInput, "cannot read the score '" + path.string() + "'");
  }
  return read_score_bytes(bytes, path.filename().string(), kind);
}

}  // namespace photoplayer::train
