// SPDX-License-Identifier: Apache-2.0
#include "eval/self_similarity.h"

#include <random>

#include "support/catch.h"

using namespace photoplayer;
using namespace photoplayer::tools;

namespace {

/// Bar i holds eight notes that follow from `seeds[i]`.
train::WrittenMusic bars(const std::vector<unsigned>& seeds) {
  train::WrittenMusic music;
  for (std::size_t i = 0; i < seeds.size(); ++i) {
    const double at = 4.0 * static_cast<double>(i);
    music.bars.push_back(at);
    std::mt19937 random(seeds[i]);
    for (int k = 0; k < 8; ++k)
      music.notes.push_back({at + 0.5 * k, at + 0.5 * k + 0.5, 48 + static_cast<int>(random() % 24)});
  }
  music.bars.push_back(4.0 * static_cast<double>(seeds.size()));
  return music;
}

std::vector<unsigned> count(unsigned from, unsigned many) {
  std::vector<unsigned> seeds;
  for (unsigned i = 0; i < many; ++i) seeds.push_back(from + i);
  return seeds;
}

}  // namespace

TEST_CASE("find_returns: music that never returns", "[tools][unit]") {
  const auto found = find_returns(bars(count(1, 40)));
  CHECK(found.stretches == 33);
  CHECK(found.largest < 0.2);
  CHECK(found.returning == Approx(0.0));
  CHECK(found.longest_bars == 0);
}

TEST_CASE("find_returns: ten bars that come again are found where they are", "[tools][unit]") {
  auto seeds = count(1, 40);
  for (std::size_t i = 0; i < 10; ++i) seeds[25 + i] = seeds[3 + i];
  const auto found = find_returns(bars(seeds));
  CHECK(found.largest == Approx(1.0));
  CHECK(found.second - found.first == 22);
  CHECK(found.longest_bars == 10);
  // Three whole stretches in either place, and those that overlap all but... nothing less than 0.9 counts.
  CHECK(found.returning == Approx(6.0 / 33.0));
}

TEST_CASE("find_returns: a tie is no return, silence is nothing, and short music has no stretches", "[tools][unit]") {
  CHECK(find_returns(bars(count(1, 15))).stretches == 0);
  train::WrittenMusic silence;
  for (int i = 0; i <= 40; ++i) silence.bars.push_back(4.0 * i);
  CHECK(find_returns(silence).largest == Approx(0.0));
  CHECK(find_returns(silence).longest_bars == 0);
}

TEST_CASE("find_returns: swing does not hide a return, another layer does", "[tools][unit]") {
  auto seeds = count(1, 16);
  for (std::size_t i = 0; i < 8; ++i) seeds[8 + i] = seeds[i];
  auto music = bars(seeds);
  for (std::size_t i = 64; i < music.notes.size(); ++i) music.notes[i].start += 0.05;
  CHECK(find_returns(music).largest == Approx(1.0));
  for (std::size_t i = 64; i < music.notes.size(); ++i) music.notes[i].voice = 1;
  CHECK(find_returns(music).largest == Approx(0.0));
}
