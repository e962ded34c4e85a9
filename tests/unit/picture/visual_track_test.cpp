// SPDX-License-Identifier: Apache-2.0
#include "pieces.h"
#include "support/catch.h"

#include <photoplayer/train/visual_track.h>

#include <algorithm>
#include <cmath>

using namespace photoplayer;
using namespace photoplayer::train;

namespace {

TrackSettings followed(float coupling) {
  TrackSettings settings;
  settings.render.coupling = coupling;
  settings.render.mismatch_probability = 0.0F;
  return settings;
}

}  // namespace

TEST_CASE("see_piece: a glance per sixteenth and a histogram per second, all seen, all finite", "[picture][unit]") {
  const Piece piece = pulse_piece(32, 96.0);  // 20 s
  const VisualTrack track = see_piece(piece, 4);
  REQUIRE(track.glances.size() == 128);
  REQUIRE(track.seconds == 20);
  REQUIRE(track.colours.size() == 20 * stream::kColourDims);
  for (const stream::Glance& glance : track.glances) {
    CHECK(glance.seen == 1.0F);
    for (const float value : glance.values()) CHECK(std::isfinite(value));
  }
  for (std::size_t row = 0; row < 20; ++row) {
    double sum = 0.0;
    for (std::size_t i = 0; i < stream::kColourDims; ++i) {
      sum += static_cast<double>(track.colours[row * stream::kColourDims + i]);
    }
    CHECK(sum == Approx(1.0).margin(0.01));
  }
}

TEST_CASE("see_piece: longer than the timeline's memory", "[picture][unit]") {
  TrackSettings settings = followed(0.5F);
  settings.fps = 10;
  settings.colours = false;
  const VisualTrack track = see_piece(pulse_piece(160, 60.0), 2, settings);
  REQUIRE(track.glances.size() == 640);
  CHECK(track.colours.empty());
  CHECK(
      std::all_of(track.glances.begin(), track.glances.end(), [](const stream::Glance& g) { return g.seen == 1.0F; }));
}

TEST_CASE("see_piece: same seed, same track; other seed, other track", "[picture][unit]") {
  const Piece piece = pulse_piece(16, 120.0);
  const VisualTrack first = see_piece(piece, 7), second = see_piece(piece, 7), other = see_piece(piece, 8);
  const auto same = [](const VisualTrack& a, const VisualTrack& b) {
    return a.colours == b.colours &&
           std::equal(a.glances.begin(), a.glances.end(), b.glances.begin(), b.glances.end(),
                      [](const stream::Glance& x, const stream::Glance& y) { return x.values() == y.values(); });
  };
  CHECK(same(first, second));
  CHECK_FALSE(same(first, other));
}

TEST_CASE("see_piece: the fast path finds hard cuts where they were drawn", "[picture][unit]") {
  int found = 0, planned = 0, invented = 0;
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    TrackSettings settings = followed(0.5F);
    settings.fps = 25;
    settings.colours = false;
    settings.render.calm = true;
    for (const double from : {0.0, 2.3, 4.9, 7.04, 8.5}) settings.render.scenes.push_back({from, {}, {}, {}});
    const VisualTrack track = see_piece(pulse_piece(20, 120.0), seed, settings);
    const auto near = [](double a, double b) { return std::abs(a - b) <= 0.09; };
    for (const PlannedEvent& cut : track.planned) {
      ++planned;
      found += std::any_of(track.events.begin(), track.events.end(), [&](const stream::VisualEvent& seen) {
        return seen.kind == stream::VisualEventKind::kCut && near(seen.time_s, cut.time_s);
      });
    }
    for (const stream::VisualEvent& seen : track.events) {
      if (seen.kind != stream::VisualEventKind::kCut) continue;
      invented += std::none_of(track.planned.begin(), track.planned.end(),
                               [&](const PlannedEvent& cut) { return near(seen.time_s, cut.time_s); });
    }
  }
  INFO("planned " << planned << ", found " << found << ", invented " << invented);
  CHECK(found >= 0.9 * planned);
  CHECK(invented <= 0.1 * planned);
}

TEST_CASE("see_piece: visual beats and motion come with the onsets if the coupling is strong", "[picture][unit]") {
  // Onsets every two beats of 0.5 s: steps 0, 8, 16, …
  struct Seen {
    double on = 0.0, off = 0.0;
    int beats_on = 0, beats_off = 0;
  };
  const auto look = [](float coupling) {
    Seen seen;
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
      TrackSettings settings = followed(coupling);
      settings.fps = 15;
      settings.colours = false;
      settings.render.scenes = {SceneWish{}};
      const VisualTrack track = see_piece(pulse_piece(48, 120.0, 2), seed, settings);
      for (std::size_t step = 8; step < track.glances.size(); ++step) {
        const stream::Glance& glance = track.glances[step];
        const double moving = static_cast<double>(glance.change + glance.motion);
        if (step % 8 == 1 || step % 8 == 2) seen.on += moving;
        if (step % 8 == 6 || step % 8 == 7) seen.off += moving;
        if (glance.beat > 0.0F) (step % 8 < 4 ? seen.beats_on : seen.beats_off) += 1;
      }
    }
    return seen;
  };
  const Seen coupled = look(1.0F), free = look(0.0F);
  INFO("coupled " << coupled.on / coupled.off << ", " << coupled.beats_on << " of "
                  << coupled.beats_on + coupled.beats_off << "; free " << free.on / free.off << ", " << free.beats_on
                  << " of " << free.beats_on + free.beats_off);
  CHECK(coupled.on > 1.2 * coupled.off);
  CHECK(coupled.on / coupled.off > free.on / free.off + 0.15);
  CHECK(coupled.beats_on > 3 * coupled.beats_off);
  CHECK(coupled.beats_on > 2 * free.beats_on);
}
