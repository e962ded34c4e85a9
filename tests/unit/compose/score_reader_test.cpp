// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/model/score_layout.h>
#include <photoplayer/train/score_reader.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <random>
#include <vector>

#include "support/catch.h"

namespace photoplayer::train {
namespace {

using stream::Layer;
using Bytes = std::vector<std::uint8_t>;

void put(Bytes& out, std::initializer_list<int> bytes) {
  for (int b : bytes) out.push_back(static_cast<std::uint8_t>(b));
}

/// One track at 4 ticks per quarter: a tick is a sixteenth, and every delta fits one byte.
Bytes file_with(const Bytes& track, int format = 0) {
  Bytes out;
  put(out, {'M', 'T', 'h', 'd', 0, 0, 0, 6, 0, format, 0, 1, 0, 4, 'M', 'T', 'r', 'k', 0, 0});
  put(out, {static_cast<int>(track.size() >> 8U), static_cast<int>(track.size() & 0xFFU)});
  out.insert(out.end(), track.begin(), track.end());
  return out;
}

/// Eight bars in D major, 4/4, 100 bpm: a voice in quarters over held triads, I–IV–V–I, with running status.
Bytes song(const std::array<int, 4>& roots = {50, 55, 57, 50}) {
  Bytes track;
  put(track, {0, 0xFF, 0x51, 3, 0x09, 0x27, 0xC0});  // 600,000 µs per quarter
  put(track, {0, 0xFF, 0x58, 4, 4, 2, 24, 8});
  put(track, {0, 0xC0, 52, 0, 0xC1, 0});
  for (int bar = 0; bar < 8; ++bar) {
    const int root = roots[static_cast<std::size_t>(bar % 4)];
    put(track, {0, 0x91, root - 12, 80});
    put(track, {0, root + 0, 80, 0, root + 4, 80, 0, root + 7, 80});  // running status
    for (int beat = 0; beat < 4; ++beat) {
      const int key = root + 12 + (beat == 1 ? 4 : beat == 2 ? 7 : 0);
      put(track, {0, 0x90, key, 90, 4, key, 0});  // note on with velocity 0 ends it
    }
    put(track, {0, 0x81, root - 12, 0, 0, root, 0, 0, root + 4, 0, 0, root + 7, 0});
  }
  put(track, {0, 0xFF, 0x2F, 0});
  return track;
}

TEST_CASE("a small song is read, moved to C, spread over layers and labelled", "[score_reader]") {
  const auto pieces = read_score_bytes(file_with(song()), "song.mid", ScoreKind::kLieder);
  REQUIRE(pieces.has_value());
  REQUIRE(pieces->size() == 1);
  const Piece& piece = pieces->front();
  CHECK(piece.source == "song.mid");
  CHECK(piece.beats_per_bar == 4);
  CHECK(piece.beats == 32);
  CHECK(piece.tempo_bpm == Approx(100.0));
  CHECK(piece.scale == stream::ScaleMode::kMajor);
  CHECK(piece.valence > 0.0F);
  REQUIRE(piece.chords.size() == 32);
  const int roots[4] = {0, 5, 7, 0};
  for (int beat = 0; beat < 32; ++beat) CHECK(piece.chords[static_cast<std::size_t>(beat)].root == roots[beat / 4 % 4]);
  std::vector<PieceNote> first_bar;
  for (const PieceNote& note : piece.notes) {
    if (note.start_step < 16) first_bar.push_back(note);
  }
  const auto has = [&](Layer layer, int start, int length, int pitch) {
    return std::any_of(first_bar.begin(), first_bar.end(), [&](const PieceNote& n) {
      return n.layer == layer && n.start_step == start && n.length_steps == length && n.pitch == pitch;
    });
  };
  CHECK(has(Layer::kMelody, 0, 4, 60));
  CHECK(has(Layer::kMelody, 4, 4, 64));
  CHECK(has(Layer::kMelody, 8, 4, 67));
  CHECK(has(Layer::kBass, 0, 16, 36));
  CHECK(has(Layer::kHarmony, 0, 16, 52));
  CHECK(has(Layer::kHarmony, 0, 16, 55));
}

TEST_CASE("a song that dwells on its dominant keeps its key", "[score_reader]") {
  const auto pieces = read_score_bytes(file_with(song({55, 57, 57, 50})), "dwells.mid", ScoreKind::kLieder);
  REQUIRE(pieces.has_value());
  REQUIRE(pieces->size() == 1);
  const Piece& piece = pieces->front();
  CHECK(piece.scale == stream::ScaleMode::kMajor);
  CHECK(piece.chords.front().root == 5);
  CHECK(piece.chords.back().root == 0);
}

TEST_CASE("general midi channels go to layers by program, channel ten to the nine drums", "[score_reader]") {
  Bytes track;
  put(track, {0, 0xC0, 33, 0, 0xC1, 48, 0, 0xC2, 81});  // bass, strings, lead
  for (int bar = 0; bar < 8; ++bar) {
    put(track, {0, 0x90, 36, 90, 0, 0x91, 60, 80, 0, 64, 80, 0, 67, 80, 0, 0x92, 76, 90, 0, 0x99, 36, 100, 0, 57, 100});
    put(track, {16, 0x80, 36, 0, 0, 0x81, 60, 0, 0, 64, 0, 0, 67, 0, 0, 0x82, 76, 0, 0, 0x89, 36, 0, 0, 57, 0});
  }
  const auto pieces = read_score_bytes(file_with(track), "band.mid", ScoreKind::kGeneralMidi);
  REQUIRE(pieces.has_value());
  REQUIRE(pieces->size() == 1);
  std::array<int, stream::kLayers> counts{};
  for (const PieceNote& note : pieces->front().notes) {
    ++counts[static_cast<std::size_t>(note.layer)];
    if (note.layer == Layer::kDrums) CHECK((note.pitch == 36 || note.pitch == model::kDrumKeys[6]));
  }
  CHECK(counts == std::array<int, stream::kLayers>{8, 24, 0, 8, 16});
}

TEST_CASE("triplets do not fit the grid and are left out", "[score_reader]") {
  Bytes track;
  for (int i = 0; i < 96; ++i) put(track, {0, 0x90, 60 + i % 3 * 4, 90, 4, 60 + i % 3 * 4, 0});
  Bytes file = file_with(track);
  file[13] = 12;  // twelve ticks per quarter: four are a triplet eighth
  const auto pieces = read_score_bytes(file, "triplets.mid", ScoreKind::kLieder);
  REQUIRE(pieces.has_value());
  CHECK(pieces->empty());
}

TEST_CASE("hostile bytes are refused, never followed", "[score_reader]") {
  const Bytes good = file_with(song());
  const auto refused = [](const Bytes& bytes) {
    const auto result = read_score_bytes(bytes, "bad.mid", ScoreKind::kLieder);
    return !result && result.error().code == ErrorCode::kBadInput;
  };
  CHECK(refused({}));
  CHECK(refused({'M', 'T', 'h', 'd'}));
  CHECK(refused({'R', 'I', 'F', 'F', 0, 0, 0, 6, 0, 0, 0, 1, 0, 4}));
  CHECK(refused(file_with(song(), 2)));
  for (std::size_t size = 14; size < good.size(); size += 7)
    CHECK((refused(Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size))) || size == 14));
  Bytes header_too_long = good;
  header_too_long[4] = 0x7F;
  CHECK(refused(header_too_long));
  Bytes track_too_long = good;
  track_too_long[18] = 0xFF;
  CHECK(refused(track_too_long));
  Bytes smpte = good;
  smpte[12] = 0xE7;
  CHECK(refused(smpte));
  Bytes no_division = good;
  no_division[13] = 0;
  CHECK(refused(no_division));
  // A delta of five bytes, a data byte without status, a meta event longer than its track.
  CHECK(refused(file_with({0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 0x90, 60, 90})));
  CHECK(refused(file_with({0, 60, 90})));
  CHECK(refused(file_with({0, 0xFF, 0x01, 0x7F, 'a'})));
  // A note that claims to end in a century: no memory may be spent on its bars.
  CHECK(refused(file_with({0, 0x90, 60, 90, 0xFF, 0xFF, 0xFF, 0x7F, 60, 0})));
}

TEST_CASE("flipped bytes never crash the reader and never leave a broken piece", "[score_reader]") {
  const Bytes good = file_with(song());
  std::mt19937_64 random(7);
  for (int round = 0; round < 3000; ++round) {
    Bytes bytes = good;
    for (int flips = 0; flips < 4; ++flips) bytes[random() % bytes.size()] = static_cast<std::uint8_t>(random());
    for (ScoreKind kind : {ScoreKind::kLieder, ScoreKind::kGeneralMidi}) {
      const auto pieces = read_score_bytes(bytes, "flipped.mid", kind);
      if (!pieces) continue;
      for (const Piece& piece : *pieces) {
        REQUIRE(piece.chords.size() == static_cast<std::size_t>(piece.beats));
        REQUIRE(std::all_of(piece.notes.begin(), piece.notes.end(), [&](const PieceNote& note) {
          return note.start_step >= 0 && note.start_step + note.length_steps <= piece.beats * stream::kStepsPerBeat;
        }));
      }
    }
  }
}

TEST_CASE("a missing file is an error", "[score_reader]") {
  const auto result = read_score("/nonexistent/score.mid", ScoreKind::kLieder);
  REQUIRE(!result);
  CHECK(result.error().code == ErrorCode::kBadInput);
}

TEST_CASE("real songs give pieces in one key with labels that fit", "[score_reader]") {
  const char* shared = std::getenv("PHOTOPLAYER_SHARED");
  const std::filesystem::path folder =
      std::filesystem::path(shared == nullptr ? "" : shared) / "data/scores/openscore-lieder";
  if (shared == nullptr || !std::filesystem::exists(folder)) {
    std::cout << "SKIPPED: no OpenScore Lieder under PHOTOPLAYER_SHARED\n";
    return;
  }
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  files.resize(std::min<std::size_t>(files.size(), 60));
  int pieces_read = 0;
  double inside = 0.0, all = 0.0;
  std::array<int, stream::kLayers> notes{};
  for (const auto& file : files) {
    const auto pieces = read_score(file, ScoreKind::kLieder);
    REQUIRE(pieces.has_value());
    for (const Piece& piece : *pieces) {
      ++pieces_read;
      CHECK(piece.beats >= 8 * piece.beats_per_bar);
      for (const PieceNote& note : piece.notes) {
        ++notes[static_cast<std::size_t>(note.layer)];
        if (note.layer != Layer::kHarmony) continue;
        all += note.length_steps;
        const Chord& chord = piece.chords[static_cast<std::size_t>(note.start_step / stream::kStepsPerBeat)];
        if (((chord.chroma >> (note.pitch % 12U)) & 1U) != 0) inside += note.length_steps;
      }
    }
  }
  CHECK(pieces_read >= 15);
  CHECK(inside / all >= 0.8);
  for (Layer layer : {Layer::kMelody, Layer::kHarmony, Layer::kFigure, Layer::kBass})
    CHECK(notes[static_cast<std::size_t>(layer)] > 100);
  CHECK(notes[static_cast<std::size_t>(Layer::kDrums)] == 0);
}

}  // namespace
}  // namespace photoplayer::train
