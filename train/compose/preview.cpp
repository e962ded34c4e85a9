// SPDX-License-Identifier: Apache-2.0
/// For the ear and the eye of whoever works on the composer: writes a piece as a .mid with one plain General
/// MIDI sound per layer, or its notes as text.
///   compose_preview <style> <seed> <out.mid>          compose_preview --score <in.mid> lieder|gm <out
///   prefix> compose_preview --dump <style> <seed> [count]     compose_preview --read lieder|gm <in.mid>...
#include <photoplayer/train/composer.h>
#include <photoplayer/train/score_reader.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

namespace {

using photoplayer::train::Piece;
using photoplayer::train::PieceNote;
using Bytes = std::vector<unsigned char>;

void put_number(Bytes& out, unsigned value, int bytes) {
  for (int i = bytes - 1; i >= 0; --i)
    out.push_back(static_cast<unsigned char>((value >> (8U * static_cast<unsigned>(i))) & 0xFFU));
}
void put_length(Bytes& out, unsigned value) {
  if (value >= 0x4000U) out.push_back(static_cast<unsigned char>(0x80U | (value >> 14U)));
  if (value >= 0x80U) out.push_back(static_cast<unsigned char>(0x80U | ((value >> 7U) & 0x7FU)));
  out.push_back(static_cast<unsigned char>(value & 0x7FU));
}

struct Event {
  int tick;
  int order;
  Bytes bytes;
};

void write_mid(const Piece& piece, const std::string& path) {
  static constexpr std::array<std::array<unsigned char, 4>, 8> kPrograms = {{{0, 0, 0, 0},
                                                                             {68, 48, 45, 42},
                                                                             {88, 89, 11, 39},
                                                                             {11, 4, 24, 33},
                                                                             {60, 48, 48, 43},
                                                                             {61, 48, 45, 43},
                                                                             {81, 90, 80, 38},
                                                                             {73, 24, 25, 32}}};
  constexpr int kTicks = 24;  // per sixteenth
  const auto style = static_cast<std::size_t>(piece.style < 0 ? 0 : piece.style);
  std::vector<Event> events;
  const auto us = static_cast<unsigned>(60e6 / piece.tempo_bpm);
  Bytes tempo = {0xFF, 0x51, 0x03};
  put_number(tempo, us, 3);
  events.push_back({0, 0, tempo});
  for (unsigned char layer = 0; layer < 4; ++layer)
    events.push_back({0, 0, {static_cast<unsigned char>(0xC0U | layer), kPrograms[style][layer]}});
  static constexpr std::array<unsigned char, 5> kVelocity = {96, 66, 66, 84, 80};
  for (const PieceNote& note : piece.notes) {
    const auto layer = static_cast<unsigned>(note.layer);
    const auto channel = static_cast<unsigned char>(layer == 4 ? 9 : layer);
    events.push_back(
        {note.start_step * kTicks, 2, {static_cast<unsigned char>(0x90U | channel), note.pitch, kVelocity[layer]}});
    events.push_back({(note.start_step + note.length_steps) * kTicks,
                      1,
                      {static_cast<unsigned char>(0x80U | channel), note.pitch, 0}});
  }
  std::stable_sort(events.begin(), events.end(), [](const Event& a, const Event& b) {
    return std::pair(a.tick, a.order) < std::pair(b.tick, b.order);
  });
  Bytes track;
  int last = 0;
  for (const Event& event : events) {
    put_length(track, static_cast<unsigned>(event.tick - last));
    last = event.tick;
    track.insert(track.end(), event.bytes.begin(), event.bytes.end());
  }
  track.insert(track.end(), {0x60, 0xFF, 0x2F, 0x00});
  Bytes out = {'M', 'T', 'h', 'd', 0, 0, 0, 6, 0, 0, 0, 1, 0, kTicks * 4, 'M', 'T', 'r', 'k'};
  put_number(out, static_cast<unsigned>(track.size()), 4);
  out.insert(out.end(), track.begin(), track.end());
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(out.data()), static_cast<std::streamsize>(out.size()));
}

/// One line per fact, for scripts: P piece, C chord, N note.
void dump(const Piece& piece) {
  std::printf("P %s %d %d %d %.2f %d %.3f %.3f\n", piece.source.c_str(), piece.style, piece.beats_per_bar, piece.beats,
              piece.tempo_bpm, static_cast<int>(piece.scale), static_cast<double>(piece.valence),
              static_cast<double>(piece.arousal));
  for (const auto& chord : piece.chords) std::printf("C %d %u\n", chord.root, static_cast<unsigned>(chord.chroma));
  for (const PieceNote& note : piece.notes) {
    std::printf("N %d %d %d %d\n", note.start_step, note.length_steps, static_cast<int>(note.layer), note.pitch);
  }
}

}  // namespace

int main(int argc, char** argv) {
  using namespace photoplayer::train;
  const std::vector<std::string> args(argv + 1, argv + argc);
  if (args.size() >= 3 && args[0] == "--dump") {
    ComposeSettings settings;
    settings.style = std::atoi(args[1].c_str());
    settings.seed = std::strtoull(args[2].c_str(), nullptr, 10);
    const int count = args.size() > 3 ? std::atoi(args[3].c_str()) : 1;
    for (int i = 0; i < count; ++i, ++settings.seed) dump(compose(settings));
    return 0;
  }
  if (args.size() >= 3 && args[0] == "--read") {
    const ScoreKind kind = args[1] == "gm" ? ScoreKind::kGeneralMidi : ScoreKind::kLieder;
    for (std::size_t i = 2; i < args.size(); ++i) {
      const auto pieces = read_score(args[i], kind);
      if (!pieces)
        std::fprintf(stderr, "%s\n", pieces.error().message.c_str());
      else
        for (const Piece& piece : *pieces) dump(piece);
    }
    return 0;
  }
  if (args.size() == 4 && args[0] == "--score") {
    const auto pieces = read_score(args[1], args[2] == "gm" ? ScoreKind::kGeneralMidi : ScoreKind::kLieder);
    if (!pieces) {
      std::fprintf(stderr, "%s\n", pieces.error().message.c_str());
      return 3;
    }
    for (std::size_t i = 0; i < pieces->size(); ++i) write_mid((*pieces)[i], args[3] + std::to_string(i) + ".mid");
    return 0;
  }
  if (args.size() == 3) {
    ComposeSettings settings;
    settings.style = std::atoi(args[0].c_str());
    settings.seed = std::strtoull(args[1].c_str(), nullptr, 10);
    write_mid(compose(settings), args[2]);
    return 0;
  }
  std::fprintf(stderr,
               "compose_preview <style> <seed> <out.mid> | --dump <style> <seed> [count] | --read lieder|gm "
               "<in.mid>... | --score <in.mid> lieder|gm <prefix>\n");
  return 2;
}
