// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/train/score_metrics.h>
#include <photoplayer/train/statistics.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

namespace photoplayer::train {
namespace {

constexpr std::array<int, 7> kMajor = {0, 2, 4, 5, 7, 9, 11}, kMinor = {0, 2, 3, 5, 7, 8, 10},
                             kDorian = {0, 2, 3, 5, 7, 9, 10}, kMixolydian = {0, 2, 4, 5, 7, 9, 10};

/// Notes per pitch class, weighted.
template <typename Weight>
std::array<double, 12> classes(const WrittenMusic& music, Weight weight) {
  std::array<double, 12> counts{};
  for (const WrittenNote& note : music.notes) {
    if (!note.drum) counts[static_cast<std::size_t>(note.pitch % 12)] += weight(note);
  }
  return counts;
}

double share_in(const std::array<double, 12>& counts, int tonic, const std::array<int, 7>& scale) {
  double inside = 0.0, total = 0.0;
  for (const double count : counts) total += count;
  for (const int step : scale) inside += counts[static_cast<std::size_t>((tonic + step) % 12)];
  return total > 0.0 ? inside / total : 0.0;
}

}  // namespace

double pitch_class_entropy(const WrittenMusic& music) {
  const auto counts = classes(music, [](const WrittenNote&) { return 1.0; });
  double total = 0.0, entropy = 0.0;
  for (const double count : counts) total += count;
  for (const double count : counts) {
    if (count > 0.0) entropy -= count / total * std::log2(count / total);
  }
  return entropy;
}

double scale_consistency(const WrittenMusic& music) {
  const auto counts = classes(music, [](const WrittenNote&) { return 1.0; });
  double best = 0.0;
  for (int tonic = 0; tonic < 12; ++tonic)
    best = std::max({best, share_in(counts, tonic, kMajor), share_in(counts, tonic, kMinor)});
  return best;
}

double groove_similarity(const WrittenMusic& music) {
  constexpr double kStepsPerQuarter = 4.0;
  std::vector<std::vector<bool>> patterns;
  for (std::size_t i = 0; i + 1 < music.bars.size(); ++i) {
    const double steps = (music.bars[i + 1] - music.bars[i]) * kStepsPerQuarter;
    patterns.emplace_back(static_cast<std::size_t>(std::max(1L, std::lround(steps))), false);
  }
  for (const WrittenNote& note : music.notes) {
    // A note that is written a hair early belongs to the bar that it opens.
    const double start = std::round(note.start * kStepsPerQuarter) / kStepsPerQuarter + 1e-6;
    const auto bar =
        static_cast<std::size_t>(std::upper_bound(music.bars.begin(), music.bars.end(), start) - music.bars.begin());
    if (bar == 0 || bar > patterns.size()) continue;
    const auto step = static_cast<std::size_t>(std::lround((start - music.bars[bar - 1]) * kStepsPerQuarter));
    if (step < patterns[bar - 1].size()) patterns[bar - 1][step] = true;
  }
  double sum = 0.0, pairs = 0.0;
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    for (std::size_t j = i + 1; j < patterns.size(); ++j) {
      if (patterns[i].size() != patterns[j].size()) continue;
      std::size_t differ = 0;
      for (std::size_t k = 0; k < patterns[i].size(); ++k) differ += patterns[i][k] != patterns[j][k];
      sum += 1.0 - static_cast<double>(differ) / static_cast<double>(patterns[i].size());
      pairs += 1.0;
    }
  }
  return pairs > 0.0 ? sum / pairs : 1.0;
}

double empty_beat_rate(const WrittenMusic& music) {
  double end = 0.0;
  for (const WrittenNote& note : music.notes) end = std::max(end, note.end);
  std::vector<bool> sounds(static_cast<std::size_t>(std::ceil(end - 1e-6)), false);
  for (const WrittenNote& note : music.notes) {
    for (auto beat = static_cast<std::size_t>(note.start + 1e-6);
         beat < sounds.size() && static_cast<double>(beat) < note.end - 1e-6; ++beat)
      sounds[beat] = true;
  }
  if (sounds.empty()) return 1.0;
  return static_cast<double>(std::count(sounds.begin(), sounds.end(), false)) / static_cast<double>(sounds.size());
}

std::optional<double> key_adherence(const WrittenMusic& music, int tonic, stream::ScaleMode scale) {
  const auto lengths = classes(music, [](const WrittenNote& note) { return note.end - note.start; });
  if (std::all_of(lengths.begin(), lengths.end(), [](double length) { return length <= 0.0; })) return std::nullopt;
  switch (scale) {
    case stream::ScaleMode::kMajor:
      return share_in(lengths, tonic, kMajor);
    case stream::ScaleMode::kMinor:
      return share_in(lengths, tonic, kMinor);
    case stream::ScaleMode::kDorian:
      return share_in(lengths, tonic, kDorian);
    case stream::ScaleMode::kMixolydian:
      return share_in(lengths, tonic, kMixolydian);
  }
  return std::nullopt;
}

std::vector<double> style_features(const WrittenMusic& music) {
  std::vector<double> result;
  const double beats = std::max(music.length(), 1.0);
  const auto count = [&](auto chosen) {
    return static_cast<double>(std::count_if(music.notes.begin(), music.notes.end(), chosen));
  };
  result.push_back(std::log1p(count([](const WrittenNote& n) { return n.drum; }) / beats));
  for (const auto& [low, high] : {std::pair{0, 48}, {48, 60}, {60, 72}, {72, 128}})
    result.push_back(
        std::log1p(count([&](const WrittenNote& n) { return !n.drum && n.pitch >= low && n.pitch < high; }) / beats));
  std::vector<double> lengths, velocities, pitches;
  std::set<int> voices;
  for (const WrittenNote& note : music.notes) {
    voices.insert(note.voice);
    velocities.push_back(note.velocity);
    if (note.drum) continue;
    lengths.push_back(std::log2(std::max(note.end - note.start, 1e-3)));
    pitches.push_back(note.pitch);
  }
  result.push_back(static_cast<double>(voices.size()));
  result.push_back(quantile(lengths, 0.25));
  result.push_back(quantile(lengths, 0.75));
  result.push_back(mean(velocities));
  result.push_back(mean(pitches));
  // Onsets on the beat, on its half and between; and the pace.
  for (const double place : {0.0, 0.5})
    result.push_back(
        count([&](const WrittenNote& n) { return std::abs(std::remainder(n.start - place, 1.0)) < 0.06; }) /
        std::max<double>(static_cast<double>(music.notes.size()), 1.0));
  result.push_back(music.tempo_bpm);
  result.push_back(pitch_class_entropy(music));
  return result;
}

}  // namespace photoplayer::train
