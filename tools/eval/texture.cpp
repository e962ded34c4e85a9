// SPDX-License-Identifier: Apache-2.0
#include "eval/texture.h"

#include <photoplayer/train/statistics.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

namespace photoplayer::tools {
namespace {

using train::WrittenNote;

constexpr int kQuartersPerBar = 4;
constexpr double kShortest = 0.06;  ///< a quarter of a sixteenth
constexpr std::array<int, 6> kKinds = {36, 38, 42, 46, 70, 51};

/// Shares of the places 0, 1, … of a circle of `places` in `quarters`, of rounded starts.
void add_places(const std::vector<WrittenNote>& notes, int places, double quarters, std::vector<double>& into) {
  std::vector<double> shares(static_cast<std::size_t>(places), 0.0);
  for (const WrittenNote& note : notes) {
    const auto place = std::lround(note.start * places / quarters) % places;
    shares[static_cast<std::size_t>(place)] += 1.0 / static_cast<double>(notes.size());
  }
  into.insert(into.end(), shares.begin(), shares.end());
}

void add_lengths(const std::vector<WrittenNote>& notes, std::vector<double>& into) {
  std::vector<double> lengths, squares;
  for (const WrittenNote& note : notes) {
    lengths.push_back(std::log2(std::max(note.end - note.start, kShortest)));
    squares.push_back(lengths.back() * lengths.back());
  }
  const double middle = train::mean(lengths);
  into.push_back(middle);
  into.push_back(std::sqrt(std::max(0.0, train::mean(squares) - middle * middle)));
}

void add_line(const std::vector<WrittenNote>& notes, std::vector<double>& into) {
  std::map<long, int> tops;
  double pitch = 0.0;
  for (const WrittenNote& note : notes) {
    int& top = tops[std::lround(note.start * stream::kStepsPerBeat)];
    top = std::max(top, note.pitch);
    pitch += note.pitch / static_cast<double>(notes.size());
  }
  into.push_back(notes.empty() ? 60.0 : pitch);  // a silent layer is neither high nor low
  into.push_back(notes.empty() ? 0.0 : static_cast<double>(notes.size()) / static_cast<double>(tops.size()));
  double way = 0.0, small = 0.0, large = 0.0, moves = 0.0;
  for (auto at = tops.begin(); at != tops.end() && std::next(at) != tops.end(); ++at) {
    const int step = std::abs(std::next(at)->second - at->second);
    way += step, moves += 1.0;
    small += step <= 2 ? 1.0 : 0.0;
    large += step >= 7 ? 1.0 : 0.0;
  }
  for (const double sum : {way, small, large}) into.push_back(moves > 0.0 ? sum / moves : 0.0);
}

}  // namespace

std::vector<double> texture_of(const train::WrittenMusic& music, int tonic) {
  const int transposed = tonic > 5 ? tonic - 12 : tonic;
  std::array<std::vector<WrittenNote>, stream::kLayers> layers;
  double end = 1.0;
  for (WrittenNote note : music.notes) {
    end = std::max(end, note.end);
    if (!note.drum) note.pitch -= transposed;
    layers[static_cast<std::size_t>(note.voice)].push_back(note);
  }
  std::vector<double> numbers;
  for (std::size_t layer = 0; layer < layers.size(); ++layer) {
    const auto& notes = layers[layer];
    numbers.push_back(std::log1p(static_cast<double>(notes.size()) / end));
    add_places(notes, stream::kStepsPerBeat, 1.0, numbers);
    add_places(notes, 2 * kQuartersPerBar, kQuartersPerBar, numbers);
    if (layer == static_cast<std::size_t>(stream::Layer::kDrums)) {
      for (const int kind : kKinds) {
        const auto of_kind =
            std::count_if(notes.begin(), notes.end(), [&](const WrittenNote& note) { return note.pitch == kind; });
        numbers.push_back(static_cast<double>(of_kind) / std::max(1.0, static_cast<double>(notes.size())));
      }
      continue;
    }
    add_lengths(notes, numbers);
    add_line(notes, numbers);
  }
  numbers.push_back(music.tempo_bpm);
  return numbers;
}

}  // namespace photoplayer::tools
