// SPDX-License-Identifier: Apache-2.0
#include "rhythm.h"

#include <cmath>

namespace photoplayer::train::detail {
namespace {

using Texts = std::vector<const char*>;

const Texts kQuadrupleStraight = {"16",
                                  "8 8",
                                  "12 4",
                                  "12 r4",
                                  "r4 12",
                                  "r8 8",
                                  "4 12",
                                  "8 4 4",
                                  "4 4 8",
                                  "6 2 8",
                                  "8 6 2",
                                  "4 4 4 r4",
                                  "r4 4 4 4",
                                  "8 4 r4",
                                  "12 2 2",
                                  "r4 4 8",
                                  "6 2 4 4",
                                  "4 4 6 2",
                                  "4 4 4 4",
                                  "2 2 4 8",
                                  "4 2 2 8",
                                  "8 2 2 4",
                                  "8 4 2 2",
                                  "r2 2 2 2 8",
                                  "r4 2 2 4 4",
                                  "4 2 2 4 4",
                                  "2 2 4 4 4",
                                  "4 4 2 2 4",
                                  "6 2 4 2 2",
                                  "4 4 4 2 2",
                                  "6 2 6 2",
                                  "2 2 4 2 2 4",
                                  "4 2 2 4 2 2",
                                  "2 2 2 2 8",
                                  "2 2 2 2 4 4",
                                  "6 2 2 2 4",
                                  "4 2 2 2 2 4",
                                  "r2 2 2 2 2 2 4",
                                  "2 2 2 2 2 2 4",
                                  "4 2 2 2 2 2 2",
                                  "3 1 4 3 1 4",
                                  "3 1 2 2 8",
                                  "3 1 2 2 4 4",
                                  "2 1 1 4 2 1 1 4",
                                  "2 2 2 2 2 2 2 2",
                                  "1 1 2 4 1 1 2 4",
                                  "2 2 1 1 2 2 2 4",
                                  "2 1 1 2 2 2 1 1 4",
                                  "1 1 1 1 4 2 2 4",
                                  "2 1 1 2 2 1 1 2 2 2",
                                  "1 1 1 1 2 2 1 1 1 1 4"};
const Texts kQuadrupleSyncopated = {"14 2",
                                    "6 10",
                                    "3 13",
                                    "r2 14",
                                    "6 6 4",
                                    "r4 6 6",
                                    "3 3 10",
                                    "r2 6 8",
                                    "6 6 2 2",
                                    "r2 4 2 8",
                                    "3 3 2 8",
                                    "2 4 2 8",
                                    "3 3 4 6",
                                    "r4 2 4 6",
                                    "2 4 4 6",
                                    "r2 2 4 2 2 4",
                                    "3 3 2 4 4",
                                    "3 3 2 3 3 2",
                                    "2 4 2 2 4 2",
                                    "r2 2 2 2 r2 2 2 2",
                                    "4 3 3 6",
                                    "3 1 4 2 2 4",
                                    "1 3 4 3 1 4",
                                    "2 2 r2 2 2 2 r2 2",
                                    "3 3 2 2 2 4",
                                    "r1 1 2 2 2 4 4",
                                    "3 3 3 3 2 2",
                                    "2 1 3 2 2 1 3 2",
                                    "1 1 2 2 2 1 3 2 2"};
const Texts kTriple = {"12",           "8 4",       "4 8",         "r4 8",        "8 r4",          "8 2 2",
                       "4 4 4",        "6 2 4",     "r4 4 4",      "6 6",         "4 6 2",         "2 6 4",
                       "4 4 2 2",      "4 2 2 4",   "2 2 4 4",     "6 2 2 2",     "r2 2 4 4",      "4 2 2 2 2",
                       "2 2 2 2 4",    "2 2 4 2 2", "3 1 4 4",     "3 1 4 2 2",   "2 2 2 2 2 2",   "r2 2 2 2 2 2",
                       "2 1 1 4 4",    "4 2 1 1 4", "2 2 1 1 2 4", "1 1 2 4 2 2", "2 1 1 2 2 2 2", "2 1 1 2 1 1 4",
                       "1 1 1 1 2 2 4"};
const Texts kQuadrupleCadence = {"16",       "12 r4",      "8 r8",      "4 12",    "4 8 r4",       "4 4 8",
                                 "4 4 4 r4", "6 2 8",      "8 8",       "2 2 12",  "2 2 8 r4",     "4 2 2 8",
                                 "2 2 4 8",  "2 2 4 4 r4", "2 2 2 2 8", "3 1 4 8", "2 2 2 2 6 r2", "2 1 1 4 8"};
const Texts kTripleCadence = {"12",    "8 r4",     "4 8",     "4 4 r4", "6 2 4",
                              "2 2 8", "2 2 4 r4", "4 2 2 4", "3 1 8",  "2 2 2 2 4"};

/// Notes per bar that a density asks for.
double wanted_notes(double density, int beats_per_bar) {
  return (1.1 + 6.6 * density) * static_cast<double>(beats_per_bar) / 4.0;
}

Rhythm choose(Random& random, const Texts& texts, double wanted) {
  std::vector<Rhythm> parsed;
  std::vector<double> weights;
  for (const char* text : texts) {
    parsed.push_back(parse_rhythm(text));
    const double miss = static_cast<double>(parsed.back().size()) - wanted;
    weights.push_back(std::exp(-miss * miss / 2.0) + 1e-4);
  }
  return parsed[static_cast<std::size_t>(random.weighted(weights))];
}

}  // namespace

Rhythm parse_rhythm(std::string_view text) {
  Rhythm rhythm;
  int at = 0, number = 0;
  bool rest = false;
  const auto finish = [&] {
    if (number > 0 && !rest) rhythm.push_back({at, number});
    at += number;
    number = 0;
    rest = false;
  };
  for (char c : text) {
    if (c == 'r')
      rest = true;
    else if (c == ' ')
      finish();
    else
      number = number * 10 + (c - '0');
  }
  finish();
  return rhythm;
}

Rhythm melody_rhythm(Random& random, int beats_per_bar, double density, Feel feel) {
  const double wanted = wanted_notes(density, beats_per_bar);
  if (beats_per_bar == 3) return choose(random, kTriple, wanted);
  return choose(random, feel == Feel::kSyncopated ? kQuadrupleSyncopated : kQuadrupleStraight, wanted);
}

Rhythm cadence_rhythm(Random& random, int beats_per_bar, double density) {
  const double wanted = std::min(4.0, wanted_notes(density, beats_per_bar) * 0.6);
  return choose(random, beats_per_bar == 3 ? kTripleCadence : kQuadrupleCadence, wanted);
}

Rhythm varied(Random& random, const Rhythm& rhythm) {
  Rhythm out = rhythm;
  if (out.empty()) return out;
  const auto at = static_cast<std::size_t>(random.below(static_cast<int>(out.size())));
  if (out[at].length >= 4 && out[at].length % 4 == 0) {
    const int half = out[at].length / 2;
    out.insert(out.begin() + static_cast<std::ptrdiff_t>(at) + 1, {out[at].start + half, half});
    out[at].length = half;
  } else if (at + 1 < out.size() && out[at].start + out[at].length == out[at + 1].start && out[at].start % 4 == 0) {
    out[at].length += out[at + 1].length;
    out.erase(out.begin() + static_cast<std::ptrdiff_t>(at) + 1);
  }
  return out;
}

}  // namespace photoplayer::train::detail
