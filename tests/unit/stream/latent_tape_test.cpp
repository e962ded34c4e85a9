// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/stream/latent_tape.h>
#include <photoplayer/stream/noise.h>

#include <cmath>
#include <vector>

#include "support/catch.h"

using namespace photoplayer::stream;

namespace {

double rms(std::span<const float> values) {
  double sum = 0.0;
  for (const float value : values) sum += static_cast<double>(value * value);
  return std::sqrt(sum / static_cast<double>(values.size()));
}

std::vector<float> rows(int count, int dims, float value) {
  return std::vector<float>(static_cast<std::size_t>(count * dims), value);
}

}  // namespace

TEST_CASE("LatentTape: score latents hand over on the beat, without averaging", "[stream][unit]") {
  LatentTape tape(2, 16, Handover::kOnBeat);
  tape.commit(rows(4, 2, 1.0F), 2);  // 2 final, 2 provisional
  CHECK(tape.final_end() == 2);
  CHECK(tape.end() == 4);
  tape.commit(rows(4, 2, 3.0F), 2);
  CHECK(tape.final_end() == 4);
  CHECK(tape.end() == 6);
  CHECK(tape.rows(1, 3)[0] == 1.0F);
  CHECK(tape.rows(1, 3)[2] == 3.0F);
}

TEST_CASE("LatentTape: the crossfade keeps the level of related and unrelated latents", "[stream][unit]") {
  constexpr int kDims = 512;
  std::vector<float> a(8 * kDims), b(8 * kDims);
  fill_noise(1, 0, kDims, a);
  fill_noise(2, 0, kDims, b);
  const bool related = GENERATE(false, true);
  LatentTape tape(kDims, 16, Handover::kCrossfade, 4);
  tape.commit(a, 0);
  const std::vector<float>& next = related ? a : b;
  tape.commit(next, 8);
  for (std::int64_t row = 0; row < 8; ++row) {
    CHECK(rms(tape.rows(row, row + 1)) == Approx(1.0).margin(0.12));
  }
  // Begins near the old, ends as the new.
  CHECK(correlation(tape.rows(0, 1), std::span<const float>(a).first(kDims)) > 0.9F);
  CHECK(correlation(tape.rows(7, 8), std::span<const float>(next).last(kDims)) == Approx(1.0F));
}

TEST_CASE("LatentTape: unrelated material at a cut is not blended", "[stream][unit]") {
  constexpr int kDims = 64;
  std::vector<float> a(4 * kDims), b(4 * kDims);
  fill_noise(1, 0, kDims, a);
  fill_noise(2, 0, kDims, b);
  LatentTape tape(kDims, 16, Handover::kCrossfade, 4);
  tape.commit(a, 0);
  tape.commit(b, 4, true);
  CHECK(std::equal(b.begin(), b.end(), tape.rows(0, 4).begin()));
}

TEST_CASE("LatentTape: mixing opposite latents stays finite", "[stream][unit]") {
  CHECK(std::isfinite(level_keeping_mix(1.0F, -1.0F, 0.5F, -1.0F)));
  CHECK(level_keeping_mix(1.0F, 1.0F, 0.5F, 1.0F) == Approx(1.0F));
  CHECK(correlation({}, {}) == 0.0F);
}

TEST_CASE("LatentTape: memory is bounded and old rows are gone", "[stream][unit]") {
  LatentTape tape(2, 16, Handover::kOnBeat);
  for (int i = 0; i < 1000; ++i) tape.commit(rows(3, 2, static_cast<float>(i)), 2);
  CHECK(tape.final_end() == 2000);
  CHECK(tape.first_row() >= 2000 - 32);
  CHECK(tape.rows(0, 4).empty());
  CHECK(tape.rows(1984, 2000).size() == 32);
  CHECK(tape.rows(1998, 1999)[0] == 999.0F);
}

TEST_CASE("LatentTape: a substitute takes the look-ahead first, then repeats the last bar", "[stream][unit]") {
  LatentTape tape(1, 16, Handover::kOnBeat);
  tape.commit(std::vector<float>{0, 1, 2, 3, 4, 5}, 5);  // 5 final, 1 provisional
  tape.commit_substitute(3, 4);
  CHECK(tape.final_end() == 8);
  const auto all = tape.rows(0, 8);
  CHECK(std::vector<float>(all.begin(), all.end()) == std::vector<float>{0, 1, 2, 3, 4, 5, 2, 3});
  tape.reset();
  CHECK(tape.end() == 0);
}
