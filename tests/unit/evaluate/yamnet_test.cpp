// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/train/yamnet.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <numbers>

#include "support/catch.h"
#include "support/made_inputs.h"

using namespace photoplayer;
using namespace photoplayer::train;

namespace {

std::filesystem::path weights() {
  const char* shared = std::getenv("PHOTOPLAYER_SHARED");
  return std::filesystem::path(shared != nullptr ? shared : "../shared") / "data/weights/yamnet_spectra_in.tflite";
}

std::vector<float> sine(double hz, double seconds) {
  std::vector<float> sound(static_cast<std::size_t>(seconds * kYamnetRate_hz));
  for (std::size_t i = 0; i < sound.size(); ++i)
    sound[i] =
        static_cast<float>(0.5 * std::sin(2.0 * std::numbers::pi * hz * static_cast<double>(i) / kYamnetRate_hz));
  return sound;
}

/// Class with the highest mean score, and that score.
std::pair<std::size_t, double> best_class(const Heard& heard) {
  std::pair<std::size_t, double> best{0, 0.0};
  for (std::size_t c = 0; c < kYamnetClasses; ++c) {
    double mean = 0.0;
    for (std::size_t i = 0; i < heard.patches; ++i)
      mean += static_cast<double>(heard.scores[i * kYamnetClasses + c]) / static_cast<double>(heard.patches);
    if (mean > best.second) best = {c, mean};
  }
  return best;
}

}  // namespace

TEST_CASE("yamnet_spectra: one window of a tone peaks in the band that holds it", "[evaluate][unit]") {
  const auto spectra = yamnet_spectra(sine(1000.0, 0.025));
  REQUIRE(spectra.size() == kYamnetBands);
  // Band b's middle is mel(125) + (b + 1) (mel(7500) − mel(125)) / 65; 1 kHz is 1000.0 mel, so b + 1 = 20.2.
  CHECK(std::max_element(spectra.begin(), spectra.end()) - spectra.begin() == 19);
  CHECK(spectra[60] < -4.0F);
}

TEST_CASE("yamnet_spectra: silence is ln 0.001 everywhere", "[evaluate][unit]") {
  const std::vector<float> silence(400 + 160, 0.0F);
  const auto spectra = yamnet_spectra(silence);
  REQUIRE(spectra.size() == 2 * kYamnetBands);
  for (const float value : spectra) REQUIRE(value == Approx(std::log(0.001F)));
}

TEST_CASE("Yamnet: hears a sine, silence and noise for what they are", "[evaluate][golden]") {
  if (!std::filesystem::exists(weights())) {
    WARN("skipped: no " << weights());
    return;
  }
  const auto yamnet = Yamnet::load(weights());
  REQUIRE(yamnet);
  const auto tone = yamnet->listen(sine(440.0, 2.0));
  REQUIRE(tone);
  CHECK(tone->patches == 3);
  CHECK(best_class(*tone).first == 495);  // "Sine wave"
  CHECK(best_class(*tone).second > 0.9);
  const auto silence = yamnet->listen(std::vector<float>(kYamnetRate_hz, 0.0F));
  REQUIRE(silence);
  CHECK(best_class(*silence).first == 494);  // "Silence"
  CHECK(best_class(*silence).second > 0.6);
  tests::Noise noise(1);
  std::vector<float> hiss(kYamnetRate_hz * 2);
  for (float& sample : hiss) sample = static_cast<float>(0.3 * noise.next_signed());
  const auto heard = yamnet->listen(hiss);
  REQUIRE(heard);
  const auto kind = best_class(*heard).first;
  CHECK((kind == 507 || kind == 509 || kind == 514));  // "Noise", "Static", "White noise"
}

TEST_CASE("Yamnet: bad files and bad sound are refused in one line", "[evaluate][unit]") {
  CHECK(Yamnet::load("no-such-file.tflite").error().code == ErrorCode::kBadInput);
  if (!std::filesystem::exists(weights())) {
    WARN("skipped: no " << weights());
    return;
  }
  const auto mobilenet = Yamnet::load(weights().parent_path() / "mobilenet_v2_1.0_224_ptq.tflite");
  REQUIRE_FALSE(mobilenet);
  CHECK(mobilenet.error().message.find('\n') == std::string::npos);
  const auto yamnet = Yamnet::load(weights());
  REQUIRE(yamnet);
  CHECK_FALSE(yamnet->listen({}));
  CHECK_FALSE(yamnet->listen(std::vector<float>(100, NAN)));
  CHECK(yamnet->listen(std::vector<float>(1, 0.1F))->patches == 1);
}
