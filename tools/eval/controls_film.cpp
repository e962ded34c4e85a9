// SPDX-License-Identifier: Apache-2.0
#include "eval/controls_film.h"

#include <photoplayer/train/composer.h>
#include <photoplayer/train/picture_renderer.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

namespace photoplayer::tools {
namespace {

using stream::kStillSide;
using stream::kThumbHeight;
using stream::kThumbWidth;

constexpr std::size_t kThumbBytes = static_cast<std::size_t>(kThumbWidth) * kThumbHeight * 3;
constexpr std::size_t kStillBytes = static_cast<std::size_t>(kStillSide) * kStillSide * 3;
/// Training sets count their pieces from 0.
constexpr std::uint64_t kHeldOut = 0x7E57'0000'0000;
constexpr double kFastest_bpm = 180.0;
constexpr int kFewestBeatsPerBar = 3;

void grade_bytes(std::vector<std::uint8_t>& rgb, const std::array<int, 3>& lift) {
  for (std::size_t i = 0; i < rgb.size(); ++i)
    rgb[i] = static_cast<std::uint8_t>(std::min(rgb[i] / 2 + lift[i % 3], 255));
}

}  // namespace

int DrawnFilm::frames() const {
  return static_cast<int>(thumbs.size() / kThumbBytes);
}

stream::PictureView DrawnFilm::thumb(int frame) const {
  const auto at = static_cast<std::size_t>(frame % frames());
  return {thumbs.data() + at * kThumbBytes, kThumbWidth, kThumbHeight, 3 * kThumbWidth};
}

stream::PictureView DrawnFilm::still(int second) const {
  const auto at = static_cast<std::size_t>(second) % (stills.size() / kStillBytes);
  return {stills.data() + at * kStillBytes, kStillSide, kStillSide, 3 * kStillSide};
}

DrawnFilm draw_film(std::uint64_t number, double seconds) {
  train::ComposeSettings settings;
  settings.seed = kHeldOut + number;
  settings.style = static_cast<int>(number % stream::kStyles);
  settings.bars = std::max(4, static_cast<int>(std::ceil(seconds * kFastest_bpm / 60.0 / kFewestBeatsPerBar)));
  const train::PictureRenderer renderer(train::compose(settings), settings.seed);
  DrawnFilm film;
  film.seconds = seconds;
  const int frames = std::max(1, static_cast<int>(std::lround(seconds * DrawnFilm::kRate_hz)));
  film.thumbs.resize(static_cast<std::size_t>(frames) * kThumbBytes);
  for (int frame = 0; frame < frames; ++frame) {
    const double time_s = static_cast<double>(frame) / DrawnFilm::kRate_hz;
    renderer.render(time_s, std::span(film.thumbs).subspan(static_cast<std::size_t>(frame) * kThumbBytes, kThumbBytes),
                    kThumbWidth, kThumbHeight);
    if (frame % DrawnFilm::kRate_hz != 0) continue;
    film.stills.resize(film.stills.size() + kStillBytes);
    renderer.render(time_s, std::span(film.stills).last(kStillBytes), kStillSide, kStillSide);
  }
  return film;
}

DrawnFilm graded(DrawnFilm film, Grade grade) {
  if (grade == Grade::kNone) return film;
  // Half the contrast in both, so that nothing is clipped and differences between frames are equal.
  const std::array<int, 3> lift = grade == Grade::kBrightWarm ? std::array{115, 95, 45} : std::array{0, 5, 30};
  grade_bytes(film.thumbs, lift);
  grade_bytes(film.stills, lift);
  return film;
}

}  // namespace photoplayer::tools
