// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/train/audio_features.h>

#include <chrono>
#include <iostream>

#include "signals.h"

using namespace photoplayer;
using tests::signal;

TEST_CASE("Mel rhythm: equals torchaudio's MelSpectrogram and AmplitudeToDB", "[features][golden]") {
  const auto goldens = tests::feature_goldens("mel.json");
  for (const auto& golden : goldens) {
    const std::string name = golden["signal"];
    const auto ours = train::mel_rhythm(signal(name)).value();
    REQUIRE(ours.size() == train::kRhythmRows * train::kMelRhythmColumns);
    const double error = tests::worst(ours, golden["mel_rhythm"]);
    INFO(name << ": largest error " << error);
    CHECK(error <= 1e-3);
  }
}

TEST_CASE("Tempogram rhythm: equals librosa 0.11", "[features][golden]") {
  const auto goldens = tests::feature_goldens("onsets.json");
  for (const auto& golden : goldens) {
    const std::string name = golden["signal"];
    const auto ours = train::tempogram_rhythm(signal(name)).value();
    REQUIRE(ours.size() == train::kRhythmRows * train::kTempogramRhythmColumns);
    const double error = tests::worst(ours, golden["tempogram_rhythm"]);
    INFO(name << ": largest error " << error);
    CHECK(error <= 1e-3);
  }
}

TEST_CASE("Mel rhythm: frames beyond thirty whole blocks are left out", "[features][unit]") {
  // 30 s are 2584 frames, of which 30 blocks of 86 are 2580; the last four lie in the last 47 ms.
  auto music = signal("band, 30 s");
  const auto whole = train::mel_rhythm(music).value();
  for (std::size_t i = music.size() - 700; i < music.size(); ++i) music[i] = i % 2 != 0 ? 0.9F : -0.9F;
  CHECK(train::mel_rhythm(music).value() == whole);
  for (std::size_t i = music.size() - 6000; i < music.size(); ++i) music[i] = i % 2 != 0 ? 0.9F : -0.9F;
  CHECK(train::mel_rhythm(music).value() != whole);
}

TEST_CASE("Audio features: time on this machine", "[features][.timing]") {
  const auto time = [](const char* what, const auto& run) {
    const auto start = std::chrono::steady_clock::now();
    if (!run()) FAIL(what);
    std::cout << what << ": " << std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count()
              << " s\n";
  };
  const auto& music = signal("band, 30 s");
  time("onset rhythm, 30 s", [&] { return train::onset_rhythm(music).has_value(); });
  time("mel rhythm, 30 s", [&] { return train::mel_rhythm(music).has_value(); });
  time("tempogram rhythm, 30 s", [&] { return train::tempogram_rhythm(music).has_value(); });
}
