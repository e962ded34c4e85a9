// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/train/audio_features.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "signals.h"

using namespace photoplayer;
using tests::signal;

namespace {

constexpr std::size_t kSecond = 44100;

/// Silence with single samples at these times.
std::vector<float> clicks_at(double seconds, const std::vector<double>& times_s) {
  std::vector<float> music(static_cast<std::size_t>(seconds * kSecond), 0.0F);
  for (const double time_s : times_s) music[static_cast<std::size_t>(time_s * kSecond)] = 1.0F;
  return music;
}

std::vector<int> bins_of(const std::vector<float>& music) {
  const auto seconds = train::onsets_per_second(music).value();
  std::vector<int> bins;
  for (const float value : seconds) bins.push_back(value > 0.0F ? 1 : 0);
  return bins;
}

}  // namespace

TEST_CASE("Onset strength: equals librosa 0.11", "[features][golden]") {
  const auto goldens = tests::feature_goldens("onsets.json");
  for (const auto& golden : goldens) {
    const std::string name = golden["signal"];
    const auto ours = train::onset_strength(signal(name), 512).value();
    REQUIRE(ours.size() == golden["frames"].get<std::size_t>());
    std::vector<float> every_fifth;
    for (std::size_t i = 0; i < ours.size(); i += 5) every_fifth.push_back(ours[i]);
    const double error = tests::worst(every_fifth, golden["strength"]);
    INFO(name << ": largest error " << error << " dB");
    CHECK(error <= 1e-3);
  }
}

TEST_CASE("Onset strength: a window's length of silence in front, as librosa pads it", "[features][unit]") {
  const auto music = tests::made_band(kSecond, 5);
  const auto strength = train::onset_strength(music, 512).value();
  CHECK(strength[0] == 0.0F);
  CHECK(strength[1] == 0.0F);
  CHECK(strength[2] == 0.0F);
  CHECK(strength[3] > 0.0F);
  CHECK(train::onset_strength(music, 128).value()[8] == 0.0F);
  CHECK(train::onset_strength(music, 128).value()[9] > 0.0F);
}

TEST_CASE("Onset strength: nothing counts that is 80 dB below the loudest", "[features][unit]") {
  auto music = clicks_at(4.0, {1.0, 3.0});
  const auto alone = train::onset_strength(music, 512).value();
  music[2 * kSecond] = 1e-5F;
  CHECK(train::onset_strength(music, 512).value() == alone);
  music[2 * kSecond] = 1e-3F;
  CHECK(train::onset_strength(music, 512).value() != alone);
}

TEST_CASE("Onsets per second: equal librosa, SciPy and the authors' binning", "[features][golden]") {
  const auto goldens = tests::feature_goldens("onsets.json");
  for (const auto& golden : goldens) {
    const std::string name = golden["signal"];
    const double error = tests::worst(train::onsets_per_second(signal(name)).value(), golden["seconds"]);
    INFO(name << ": largest error " << error);
    CHECK(error <= 1e-3);
  }
}

TEST_CASE("Onsets per second: a click a second gives one bin per click", "[features][unit]") {
  CHECK(bins_of(signal("clicks, 12.7 s")) == std::vector<int>{0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1});
}

TEST_CASE("Onsets per second: a bin is the second that a time rounds to", "[features][unit]") {
  // The strength's maximum lies about 0.01 s after a click.
  CHECK(bins_of(clicks_at(5.0, {0.4})) == std::vector<int>{1, 0, 0, 0, 0});
  CHECK(bins_of(clicks_at(5.0, {0.6})) == std::vector<int>{0, 1, 0, 0, 0});
  CHECK(bins_of(clicks_at(5.0, {3.4})) == std::vector<int>{0, 0, 0, 1, 0});
  CHECK(bins_of(clicks_at(5.0, {3.6})) == std::vector<int>{0, 0, 0, 0, 1});
}

TEST_CASE("Onsets per second: the last half second of whole seconds is dropped", "[features][unit]") {
  CHECK(bins_of(clicks_at(5.0, {4.7})) == std::vector<int>{0, 0, 0, 0, 0});
  CHECK(bins_of(clicks_at(5.1, {4.7})) == std::vector<int>{0, 0, 0, 0, 0, 1});  // the length is rounded up
}

TEST_CASE("Onsets per second: above 30 entries the first is deleted", "[features][unit]") {
  const auto short_one = bins_of(clicks_at(30.0, {1.0, 10.0}));
  REQUIRE(short_one.size() == 30);
  CHECK(short_one[10] == 1);
  const auto long_one = bins_of(clicks_at(30.02, {1.0, 10.0}));
  REQUIRE(long_one.size() == 30);
  CHECK(long_one[9] == 1);
  CHECK(long_one[10] == 0);
  CHECK(bins_of(clicks_at(33.0, {10.0})).size() == 32);
}

TEST_CASE("Onsets per second: a faint onset counts once it stands out by a twentieth of the deviation",
          "[features][unit]") {
  auto music = clicks_at(5.0, {1.0, 3.0});
  music[3 * kSecond] = 1.5e-4F;
  const auto seconds = train::onsets_per_second(music).value();
  CHECK(seconds[1] > 10.0F);
  CHECK(seconds[3] > 0.05F);
  CHECK(seconds[3] < 1.5F);
}

TEST_CASE("Onsets per second: a peak below the clip's mean counts as none", "[features][unit]") {
  // Noise all along has a high mean; the faint click in a gap makes a peak below it.
  std::vector<float> music(8 * kSecond);
  tests::Noise noise(4);
  for (float& sample : music) sample = static_cast<float>(0.3 * noise.next_signed());
  std::fill(music.begin() + 4 * kSecond - 26000, music.begin() + 4 * kSecond + 26000, 0.0F);
  music[4 * kSecond] = 1.7e-3F;
  const auto strength = train::onset_strength(music, 512).value();
  const double mean = std::accumulate(strength.begin(), strength.end(), 0.0) / static_cast<double>(strength.size());
  const auto click = strength.begin() + 4 * kSecond / 512;
  const float peak = *std::max_element(click - 5, click + 5);
  REQUIRE(peak > 0.1F * mean);
  REQUIRE(peak < 0.9F * mean);
  CHECK(train::onsets_per_second(music).value()[4] == 0.0F);
  music[4 * kSecond] = 1.0F;
  CHECK(train::onsets_per_second(music).value()[4] > 1.0F);
}

TEST_CASE("Onset rhythm: equals the authors' conditioner", "[features][golden]") {
  const auto goldens = tests::feature_goldens("onsets.json");
  for (const auto& golden : goldens) {
    const std::string name = golden["signal"];
    const double error = tests::worst(train::onset_rhythm(signal(name)).value(), golden["onset_rhythm"]);
    INFO(name << ": largest error " << error);
    CHECK(error <= 1e-3);
  }
}

TEST_CASE("Onset rhythm: padding zeros take part in the standardisation", "[features][unit]") {
  const auto rows = train::onset_rhythm(signal("clicks, 12 s")).value();
  REQUIRE(rows.size() == 30);
  double sum = 0.0, squares = 0.0;
  for (const float value : rows) {
    sum += value;
    squares += static_cast<double>(value) * static_cast<double>(value);
  }
  CHECK(sum == Approx(0.0).margin(1e-5));
  CHECK(squares == Approx(29.0).epsilon(1e-4));  // unbiased: count − 1
  for (std::size_t i = 12; i < 30; ++i) CHECK(rows[i] == rows[0]);
  CHECK(rows[0] < 0.0F);
}

TEST_CASE("Audio features: silence is all zero", "[features][unit]") {
  const std::vector<float> silence(3 * kSecond, 0.0F);
  for (const auto& rows :
       {train::onset_rhythm(silence), train::mel_rhythm(silence), train::tempogram_rhythm(silence)}) {
    REQUIRE(rows);
    // Mel: the rows beyond the third second do not exist, so all rows are equal.
    for (const float value : *rows) CHECK(std::abs(value) <= 1e-6F);
  }
}

TEST_CASE("Audio features: what is no music is bad input", "[features][unit]") {
  std::vector<float> broken(kSecond, 0.1F);
  broken[777] = std::numeric_limits<float>::quiet_NaN();
  for (const auto& music : {std::vector<float>{}, broken}) {
    for (const auto& rows : {train::onsets_per_second(music), train::onset_rhythm(music), train::mel_rhythm(music),
                             train::tempogram_rhythm(music)}) {
      REQUIRE_FALSE(rows);
      CHECK(rows.error().code == ErrorCode::kBadInput);
      CHECK(rows.error().message.find(music.empty() ? "0 samples" : "777") != std::string::npos);
    }
  }
  const std::vector<float> brief(1024, 0.1F);
  CHECK(train::onset_rhythm(brief));
  CHECK_FALSE(train::mel_rhythm(brief));
  CHECK(train::mel_rhythm(std::vector<float>(1025, 0.1F)));
  CHECK_FALSE(train::onset_strength(brief, 0));
  CHECK_FALSE(train::onset_strength(brief, 2049));
}
