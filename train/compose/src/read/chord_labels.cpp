// SPDX-License-Identifier: Apache-2.0
#include "chord_labels.h"

#include <algorithm>
#include <array>

namespace photoplayer::train::detail {
namespace {

struct Template {
  std::array<int, 4> intervals;
  int count;
  double bias;  ///< plain chords are likelier than rich ones
};
constexpr std::array<Template, 8> kTemplates = {{{{0, 4, 7, 0}, 3, 0.0},
                                                 {{0, 3, 7, 0}, 3, 0.0},
                                                 {{0, 3, 6, 0}, 3, -0.10},
                                                 {{0, 4, 8, 0}, 3, -0.18},
                                                 {{0, 4, 7, 10}, 4, -0.06},
                                                 {{0, 3, 7, 10}, 4, -0.10},
                                                 {{0, 4, 7, 11}, 4, -0.12},
                                                 {{0, 5, 7, 0}, 3, -0.16}}};
constexpr int kStates = 12 * static_cast<int>(kTemplates.size());

std::uint16_t chroma_of(int state) {
  unsigned set = 0;
  const Template& t = kTemplates[static_cast<std::size_t>(state / 12)];
  for (int i = 0; i < t.count; ++i)
    set |= 1U << static_cast<unsigned>((state % 12 + t.intervals[static_cast<std::size_t>(i)]) % 12);
  return static_cast<std::uint16_t>(set);
}

struct BeatWeight {
  std::array<double, 12> chroma{};
  std::array<double, 12> bass{};
  double total = 0.0, bass_total = 0.0;
};

std::vector<BeatWeight> weigh(const Piece& piece) {
  // A melody has passing notes; the accompaniment says what the harmony is.
  constexpr std::array<double, stream::kLayers> kTrust = {0.5, 1.0, 0.9, 1.2, 0.0};
  std::vector<BeatWeight> beats(static_cast<std::size_t>(piece.beats));
  for (const PieceNote& note : piece.notes) {
    const double trust = kTrust[static_cast<std::size_t>(note.layer)];
    if (trust == 0.0) continue;
    const int end = std::min(note.start_step + note.length_steps, piece.beats * stream::kStepsPerBeat);
    for (int step = note.start_step; step < end; ++step) {
      BeatWeight& beat = beats[static_cast<std::size_t>(step / stream::kStepsPerBeat)];
      // Onsets on the beat count for more than what follows.
      const double weight = trust * (step % stream::kStepsPerBeat == 0 ? 1.5 : 1.0);
      beat.chroma[note.pitch % 12] += weight;
      beat.total += weight;
      if (note.layer == stream::Layer::kBass) {
        beat.bass[note.pitch % 12] += weight;
        beat.bass_total += weight;
      }
    }
  }
  return beats;
}

}  // namespace

std::vector<Chord> label_chords(const Piece& piece) {
  const std::vector<BeatWeight> beats = weigh(piece);
  std::array<std::uint16_t, kStates> sets{};
  for (int state = 0; state < kStates; ++state) sets[static_cast<std::size_t>(state)] = chroma_of(state);
  std::vector<std::array<std::uint8_t, kStates>> from(beats.size());
  std::array<double, kStates> score{};
  for (std::size_t b = 0; b < beats.size(); ++b) {
    const BeatWeight& beat = beats[b];
    // Harmony changes on bar lines and half bars.
    const int in_bar = static_cast<int>(b) % piece.beats_per_bar;
    const double change_cost = in_bar == 0 ? 0.25 : in_bar * 2 == piece.beats_per_bar ? 0.4 : 0.65;
    const int best = static_cast<int>(std::max_element(score.begin(), score.end()) - score.begin());
    std::array<double, kStates> next{};
    for (int state = 0; state < kStates; ++state) {
      const auto s = static_cast<std::size_t>(state);
      const double stay = score[s], change = score[static_cast<std::size_t>(best)] - change_cost;
      from[b][s] = static_cast<std::uint8_t>(stay >= change ? state : best);
      double fit = 0.0;
      if (beat.total > 0.0) {
        double inside = 0.0;
        int present = 0, size = 0;
        for (unsigned p = 0; p < 12; ++p) {
          if (((sets[s] >> p) & 1U) == 0) continue;
          ++size;
          inside += beat.chroma[p];
          if (beat.chroma[p] > 0.0) ++present;
        }
        const double root = beat.chroma[static_cast<std::size_t>(state % 12)] > 0.0 ? 0.08 : -0.08;
        const double bass =
            beat.bass_total > 0.0 ? 0.3 * beat.bass[static_cast<std::size_t>(state % 12)] / beat.bass_total : 0.0;
        fit = 1.6 * inside / beat.total - 0.6 + 0.35 * present / size + root + bass + kTemplates[s / 12].bias;
      }
      next[s] = std::max(stay, change) + fit;
    }
    score = next;
  }
  std::vector<Chord> chords(beats.size());
  int at = static_cast<int>(std::max_element(score.begin(), score.end()) - score.begin());
  for (std::size_t b = beats.size(); b-- > 0;) {
    chords[b] = {static_cast<std::int8_t>(at % 12), sets[static_cast<std::size_t>(at)]};
    at = from[b][static_cast<std::size_t>(at)];
  }
  return chords;
}

}  // namespace photoplayer::train::detail
