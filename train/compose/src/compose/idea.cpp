// SPDX-License-Identifier: Apache-2.0
#include "idea.h"

#include <algorithm>
#include <cstdlib>

#include "sketch.h"

namespace photoplayer::train::detail {
namespace {

std::vector<int> draw_line(Random& random, std::size_t count) {
  std::vector<int> line(1, 0);
  int direction = random.chance(0.55) ? 1 : -1;
  int leap = 0;
  while (line.size() < count) {
    int move = 0;
    if (leap != 0) {  // a leap is filled by steps the other way
      direction = leap > 0 ? -1 : 1;
      move = direction;
      leap = 0;
    } else {
      if (random.chance(0.28)) direction = -direction;
      move = direction * random.weighted({0.12, 0.62, 0.14, 0.07, 0.05});
      if (std::abs(move) >= 2) leap = move;
    }
    line.push_back(line.back() + move);
  }
  return line;
}

/// How well a contour can be remembered: it goes somewhere, by one leap at most, without fidgeting.
double character(const std::vector<int>& line) {
  const auto [low, high] = std::minmax_element(line.begin(), line.end());
  const int range = *high - *low;
  int leaps = 0, turns = 0, repeats = 0, before = 0;
  for (std::size_t i = 1; i < line.size(); ++i) {
    const int move = line[i] - line[i - 1];
    leaps += std::abs(move) >= 2 ? 1 : 0;
    repeats += move == 0 ? 1 : 0;
    if (move != 0 && before != 0 && (move > 0) != (before > 0)) ++turns;
    if (move != 0) before = move;
  }
  const double wanted = line.size() <= 2 ? 2.0 : 4.0;
  return -std::abs(range - wanted) - 1.5 * std::max(0, leaps - 1) - (leaps == 1 ? 0.0 : 0.4) -
         1.0 * std::max(0, turns - 2) - 0.8 * std::max(0, repeats - 1);
}

}  // namespace

Idea make_idea(Random& random, Rhythm rhythm) {
  Idea idea{std::move(rhythm), {}};
  double best = -1e9;
  for (int i = 0; i < 5; ++i) {
    std::vector<int> line = draw_line(random, std::max<std::size_t>(1, idea.rhythm.size()));
    const double value = character(line) + random.between(0.0, 1.5);
    if (value > best) best = value, idea.line = std::move(line);
  }
  return idea;
}

Idea turned_over(Idea idea) {
  for (int& step : idea.line) step = -step;
  return idea;
}

Idea with_new_end(Random& random, const Idea& idea) {
  Idea out{varied(random, idea.rhythm), idea.line};
  const int step = random.chance(0.5) ? 1 : -1;
  while (out.line.size() < out.rhythm.size()) out.line.push_back(out.line.back() + step);
  out.line.resize(std::max<std::size_t>(1, out.rhythm.size()));
  if (out.line.size() >= 3) out.line.back() += 2 * step;
  return out;
}

Idea fragment(const Idea& idea, int beats_per_bar, int shift) {
  const int bar = beats_per_bar * stream::kStepsPerBeat, unit = beats_per_bar == 4 ? 8 : 4;
  Idea out;
  for (int copy = 0; copy * unit < bar; ++copy) {
    for (std::size_t i = 0; i < idea.rhythm.size() && idea.rhythm[i].start < unit; ++i) {
      const Stroke& stroke = idea.rhythm[i];
      out.rhythm.push_back({copy * unit + stroke.start, std::min(stroke.length, unit - stroke.start)});
      out.line.push_back(idea.line[i] + copy * shift);
    }
  }
  return out.rhythm.empty() ? idea : out;
}

}  // namespace photoplayer::train::detail
