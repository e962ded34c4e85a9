// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A film that is drawn as it is shown: a disc wanders over a sky; cuts and flashes come when they are asked for. The
/// same seed and events give the same pictures. One thread.
#include "media/film_reader.h"

#include <photoplayer/stream/timeline.h>

#include <cstdint>
#include <vector>

namespace photoplayer::tools {

inline constexpr double kTestFrame_s = 0.04;

struct FilmEvent {
  double time_s = 0.0;                                           ///< of the first frame that shows it
  stream::VisualEventKind kind = stream::VisualEventKind::kCut;  ///< kCut or kFlash
};

/// On frames, 1.8 to 4.5 s apart; every third one is a flash.
[[nodiscard]] std::vector<FilmEvent> lively_events(std::uint64_t seed, double length_s);

class TestFilm {
 public:
  TestFilm(std::uint64_t seed, std::vector<FilmEvent> events);
  /// The frame after the last one; the film has no end.
  [[nodiscard]] FilmFrame next();

 private:
  void draw(double time_s);

  std::uint64_t seed_;
  std::vector<FilmEvent> events_;
  GstOwner<GstCaps> caps_;
  std::vector<std::uint8_t> rgb_;
  std::int64_t frame_ = 0;
};

}  // namespace photoplayer::tools
