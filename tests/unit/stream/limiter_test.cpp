// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/stream/limiter.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "support/catch.h"

using namespace photoplayer::stream;

namespace {

std::vector<float> sine(double hz, float level, std::size_t frames, double phase = 0.0) {
  std::vector<float> out;
  for (std::size_t i = 0; i < frames; ++i) {
    const double angle = 2.0 * std::numbers::pi * hz * static_cast<double>(i) / 44100.0 + phase;
    out.push_back(level * static_cast<float>(std::sin(angle)));
    out.push_back(out.back());
  }
  return out;
}

std::vector<float> limited(std::vector<float> frames) {
  Limiter limiter;
  frames.resize(frames.size() + 2 * Limiter::kDelay_frames, 0.0F);
  std::vector<float> gains(frames.size() / 2);
  limiter.process(frames, gains);
  frames.erase(frames.begin(), frames.begin() + 2 * Limiter::kDelay_frames);
  return frames;
}

/// Sixteen-fold oversampled by a long sinc: an independent and finer measure than the limiter's own.
double true_peak(const std::vector<float>& frames) {
  double peak = 0.0;
  const auto count = static_cast<int>(frames.size() / 2);
  for (int i = 0; i < count; ++i) {
    if (std::abs(frames[static_cast<std::size_t>(2 * i)]) < 0.5F) continue;
    for (int phase = 0; phase < 16; ++phase) {
      double sum = 0.0;
      for (int k = -32; k <= 32; ++k) {
        const int at = i + k;
        if (at < 0 || at >= count) continue;
        const double x = phase / 16.0 - k;
        const double sinc = std::abs(x) < 1e-9 ? 1.0 : std::sin(std::numbers::pi * x) / (std::numbers::pi * x);
        const double window = 0.5 + 0.5 * std::cos(std::numbers::pi * x / 34.0);
        sum += sinc * window * static_cast<double>(frames[static_cast<std::size_t>(2 * at)]);
      }
      peak = std::max(peak, std::abs(sum));
    }
  }
  return 20.0 * std::log10(std::max(peak, 1e-9));
}

}  // namespace

TEST_CASE("Limiter: quiet sound passes untouched, delayed by exactly what is stated", "[stream][unit]") {
  const std::vector<float> quiet = sine(997.0, 0.5F, 3000);
  const std::vector<float> out = limited(quiet);
  REQUIRE(out.size() == quiet.size());
  CHECK(std::equal(out.begin(), out.end(), quiet.begin()));
}

TEST_CASE("Limiter: true peaks stay under -1 dB", "[stream][unit]") {
  SECTION("a loud sine") {
    CHECK(true_peak(limited(sine(440.0, 2.0F, 8000))) <= -1.0);
  }
  SECTION("peaks between samples") {
    CHECK(true_peak(limited(sine(11025.0, 1.3F, 8000, std::numbers::pi / 4.0))) <= -1.0);
  }
  SECTION("a burst out of silence") {
    std::vector<float> burst(2 * 4000, 0.0F);
    const std::vector<float> loud = sine(3000.0, 4.0F, 300);
    std::copy(loud.begin(), loud.end(), burst.begin() + 2000);
    CHECK(true_peak(limited(burst)) <= -1.0);
  }
  SECTION("single samples") {
    std::vector<float> clicks(2 * 8000, 0.0F);
    for (std::size_t i = 100; i < 8000; i += 397) clicks[2 * i] = clicks[2 * i + 1] = i % 2 == 0 ? 3.0F : -2.0F;
    CHECK(true_peak(limited(clicks)) <= -1.0);
  }
}

TEST_CASE("Limiter: the gain moves smoothly", "[stream][unit]") {
  Limiter limiter;
  std::vector<float> frames(2 * 20000, 0.1F);
  for (std::size_t i = 10000; i < 10100; ++i) frames[2 * i] = frames[2 * i + 1] = 3.0F;
  std::vector<float> gains(20000);
  limiter.process(frames, gains);
  float largest = 0.0F;
  for (std::size_t i = 1; i < gains.size(); ++i) largest = std::max(largest, std::abs(gains[i] - gains[i - 1]));
  CHECK(largest < 1.5F / static_cast<float>(Limiter::kLookAhead_frames));
  CHECK(*std::min_element(gains.begin(), gains.end()) < 0.35F);
  CHECK(gains.back() > 0.9F);
}

TEST_CASE("Limiter: blocks of any size give the same", "[stream][unit]") {
  const std::vector<float> source = sine(523.0, 1.7F, 5000);
  std::vector<float> whole = source, parts = source, gains(5000);
  Limiter a, b;
  a.process(whole, gains);
  std::size_t at = 0, size = 1;
  while (at < parts.size()) {
    const std::size_t count = std::min(2 * size, parts.size() - at);
    b.process(std::span(parts).subspan(at, count), gains);
    at += count;
    size = size * 3 % 101 + 1;
  }
  CHECK(whole == parts);
}

TEST_CASE("Limiter: what is not a number becomes silence", "[stream][unit]") {
  std::vector<float> frames(2 * 500, 0.2F);
  frames[200] = std::numeric_limits<float>::quiet_NaN();
  frames[301] = std::numeric_limits<float>::infinity();
  for (const float value : limited(frames)) REQUIRE(std::isfinite(value));
}
