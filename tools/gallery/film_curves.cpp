// SPDX-License-Identifier: Apache-2.0
/// film_curves FILM: what its picture does and its sound, as JSON on stdout, for a page that draws them. The numbers
/// are those of `photoplayer eval`; only their summaries are in its report.
#include "eval/film_watch.h"
#include "media/sound_reader.h"

#include <photoplayer/train/audio_features.h>
#include <photoplayer/train/loudness.h>
#include <photoplayer/train/onsets.h>

#include <ebur128.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>

namespace photoplayer::tools {
namespace {

constexpr int kDrawnRate_hz = 25;  // a pixel or more of the widest page

struct Release {
  void operator()(ebur128_state* meter) const { ebur128_destroy(&meter); }
};

/// dBTP of the louder channel.
Result<double> true_peak(const std::vector<float>& stereo) {
  const std::unique_ptr<ebur128_state, Release> meter(
      ebur128_init(2, train::kFeatureSampleRate, EBUR128_MODE_TRUE_PEAK));
  double peaks[2] = {};
  bool fine = meter != nullptr && ebur128_add_frames_float(meter.get(), stereo.data(), stereo.size() / 2) == 0;
  for (unsigned channel = 0; fine && channel < 2; ++channel)
    fine = ebur128_true_peak(meter.get(), channel, &peaks[channel]) == 0;
  if (!fine) return fail(ErrorCode::kInternal, "the loudness meter failed");
  return 20.0 * std::log10(std::max({peaks[0], peaks[1], 1e-9}));
}

/// The largest value of each step of kDrawnRate_hz: a peak must not fall between two points.
std::vector<double> peaks(const std::vector<double>& curve) {
  constexpr std::size_t kStep = train::kCurveRate_hz / kDrawnRate_hz;
  std::vector<double> result;
  for (std::size_t i = 0; i < curve.size(); i += kStep) {
    const auto from = curve.begin() + static_cast<std::ptrdiff_t>(i);
    result.push_back(*std::max_element(from, from + static_cast<std::ptrdiff_t>(std::min(kStep, curve.size() - i))));
  }
  return result;
}

Result<nlohmann::ordered_json> curves_of(const std::filesystem::path& path) {
  const std::atomic<bool> cancelled = false;
  const auto film = watch_film(path, cancelled);
  if (!film) return tl::unexpected(film.error());
  const auto stereo = read_sound(path, train::kFeatureSampleRate, 2, cancelled);
  if (!stereo) return tl::unexpected(stereo.error());
  std::vector<float> mono(stereo->size() / 2);
  for (std::size_t i = 0; i < mono.size(); ++i) mono[i] = 0.5F * ((*stereo)[2 * i] + (*stereo)[2 * i + 1]);
  const auto onsets = train::find_onsets(mono);
  if (!onsets) return tl::unexpected(onsets.error());
  const auto loudness = train::loudness_curves(*stereo);
  if (!loudness) return tl::unexpected(loudness.error());
  const auto peak = true_peak(*stereo);
  if (!peak) return tl::unexpected(peak.error());
  nlohmann::ordered_json json;
  json["seconds"] = film->length_s;
  json["cuts"] = film->cuts_s;
  json["accents"] = onsets->strongest(static_cast<std::size_t>(std::lround(film->length_s)));
  json["true_peak_db"] = *peak;
  json["slow_rate_hz"] = train::kLoudnessRate_hz;
  json["motion"] = film->motion_smooth;
  json["loudness"] = loudness->short_term;  // NaN becomes null
  json["fast_rate_hz"] = kDrawnRate_hz;
  json["novelty"] = peaks(film->novelty);
  json["onsets"] = peaks(onsets->curve);
  return json;
}

}  // namespace
}  // namespace photoplayer::tools

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: film_curves FILM\n", stderr);
    return 2;
  }
  const auto curves = photoplayer::tools::curves_of(argv[1]);
  if (!curves) {
    std::fprintf(stderr, "film_curves: %s\n", curves.error().message.c_str());
    return 1;
  }
  const bool written = std::puts(curves->dump().c_str()) >= 0 && std::fflush(stdout) == 0;
  return written ? 0 : 1;
}
