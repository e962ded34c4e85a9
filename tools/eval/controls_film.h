// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Short films that exist only in memory, drawn by the trainer's renderer, for runs of the engine whose picture is
/// known. Pure functions of their arguments; any thread.
#include <photoplayer/stream/picture.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace photoplayer::tools {

enum class Grade : std::uint8_t {
  kNone,
  kBrightWarm,  ///< lighter and redder
  kDarkCold,    ///< darker and bluer, with the same contrast: what moves and changes is the same
};

struct DrawnFilm {
  static constexpr int kRate_hz = 12;
  double seconds = 0.0;
  std::vector<std::uint8_t> thumbs;  ///< [frames, kThumbHeight, kThumbWidth, 3]
  std::vector<std::uint8_t> stills;  ///< [seconds begun, kStillSide, kStillSide, 3], one for each whole second
  [[nodiscard]] int frames() const;
  /// Of the film shown again and again, frame `frame` and the still of second `second`.
  [[nodiscard]] stream::PictureView thumb(int frame) const;
  [[nodiscard]] stream::PictureView still(int second) const;
};

/// The picture half of a composed piece, as in training but of seeds that no training set uses.
[[nodiscard]] DrawnFilm draw_film(std::uint64_t number, double seconds);
/// The same film in other light.
[[nodiscard]] DrawnFilm graded(DrawnFilm film, Grade grade);

}  // namespace photoplayer::tools
