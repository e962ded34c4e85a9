// SPDX-License-Identifier: Apache-2.0
#include "pieces.h"
#include "support/catch.h"

#include <photoplayer/train/picture_renderer.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

using namespace photoplayer::train;

namespace {

constexpr int kWidth = 64, kHeight = 36;
using Frame = std::vector<std::uint8_t>;

Frame frame_at(const PictureRenderer& renderer, double time_s, int width = kWidth, int height = kHeight) {
  Frame frame(static_cast<std::size_t>(width * height) * 3);
  renderer.render(time_s, frame, width, height);
  return frame;
}

double difference(const Frame& a, const Frame& b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += std::abs(int{a[i]} - int{b[i]});
  return sum / static_cast<double>(a.size());
}

struct Colour {
  double brightness = 0.0, warmth = 0.0;
};

Colour mean_colour(const Frame& frame) {
  double r = 0.0, g = 0.0, b = 0.0;
  for (std::size_t i = 0; i < frame.size(); i += 3) r += frame[i], g += frame[i + 1], b += frame[i + 2];
  return {(r + g + b) / static_cast<double>(frame.size()) / 255.0, (r - b) / (r + g + b + 1.0)};
}

RenderSettings followed(float coupling) {
  RenderSettings settings;
  settings.coupling = coupling;
  settings.mismatch_probability = 0.0F;
  settings.grain = false;
  return settings;
}

}  // namespace

TEST_CASE("PictureRenderer: the same seed draws the same frames, in any order", "[picture][unit]") {
  const Piece piece = pulse_piece(32, 100.0);
  const PictureRenderer first(piece, 5), second(piece, 5), other(piece, 6);
  const Frame late = frame_at(first, 9.37), early = frame_at(first, 1.2);
  CHECK(frame_at(second, 1.2) == early);
  CHECK(frame_at(second, 9.37) == late);
  CHECK(frame_at(other, 9.37) != late);
}

TEST_CASE("PictureRenderer: any size, and any time, before and after the piece too", "[picture][unit]") {
  const PictureRenderer renderer(pulse_piece(8, 120.0), 3);
  for (const auto& [width, height] : {std::pair{1, 1}, {2, 90}, {160, 3}, {128, 128}}) {
    for (const double time : {-1.0, 0.0, 3.999, 4.0, 60.0}) {
      const Frame frame = frame_at(renderer, time, width, height);
      CHECK(frame.size() == static_cast<std::size_t>(width * height * 3));
    }
  }
  Frame small(10);
  CHECK_THROWS(renderer.render(0.0, small, 2, 2));
}

TEST_CASE("PictureRenderer: every kind of scene shows something and moves", "[picture][unit]") {
  for (int kind = 0; kind < kSceneKinds; ++kind) {
    RenderSettings settings = followed(0.8F);
    SceneWish wish;
    wish.kind = static_cast<SceneKind>(kind);
    settings.scenes = {wish};
    INFO(scene_kind_name(*wish.kind));
    double moved = 0.0;
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
      const PictureRenderer renderer(pulse_piece(16, 100.0), seed, settings);
      const Frame frame = frame_at(renderer, 2.0);
      const auto [low, high] = std::minmax_element(frame.begin(), frame.end());
      CHECK(int{*high} - int{*low} > 10);
      moved = std::max(moved, difference(frame, frame_at(renderer, 3.1)));
    }
    CHECK(moved > 0.3);
  }
}

TEST_CASE("PictureRenderer: a strongly coupled picture moves when the music does", "[picture][unit]") {
  // One onset per four beats of 0.6 s, so that what follows an onset can be told from what does not.
  const Piece piece = pulse_piece(64, 100.0, 4);
  const auto ratio_for = [&](float coupling) {
    double after = 0.0, between = 0.0;
    for (std::uint64_t seed = 0; seed < 24; ++seed) {
      RenderSettings settings = followed(coupling);
      settings.scenes = {SceneWish{}};  // one scene: its cuts would count as motion
      const PictureRenderer renderer(piece, seed, settings);
      for (double onset = 2.4; onset < 36.0; onset += 2.4) {
        after += difference(frame_at(renderer, onset - 0.1), frame_at(renderer, onset + 0.2));
        between += difference(frame_at(renderer, onset + 1.2), frame_at(renderer, onset + 1.5));
      }
    }
    return after / between;
  };
  CHECK(ratio_for(1.0F) > 1.5);
  CHECK(ratio_for(0.0F) < 1.25);
}

TEST_CASE("PictureRenderer: a happy piece is warmer and brighter than a sad one", "[picture][unit]") {
  Colour happy, sad;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    Piece piece = pulse_piece(32, 100.0);
    for (const float valence : {-0.8F, 0.8F}) {
      piece.valence = valence;
      const Colour colour = mean_colour(frame_at(PictureRenderer(piece, seed, followed(0.5F)), 5.0));
      Colour& sum = valence > 0.0F ? happy : sad;
      sum.brightness += colour.brightness / 60.0;
      sum.warmth += colour.warmth / 60.0;
    }
  }
  CHECK(happy.brightness > sad.brightness + 0.12);
  CHECK(happy.warmth > sad.warmth + 0.1);
}

TEST_CASE("PictureRenderer: cuts fall near bar lines, more of them in an excited piece", "[picture][unit]") {
  int calm = 0, excited = 0, near = 0, all = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    Piece piece = pulse_piece(96, 120.0);
    for (const float arousal : {-0.8F, 0.8F}) {
      piece.arousal = arousal;
      for (const PlannedEvent& event : PictureRenderer(piece, seed, followed(0.8F)).events()) {
        if (event.kind == PlannedKind::kFlash) continue;
        (arousal > 0.0F ? excited : calm) += 1;
        ++all;
        const double bars = event.time_s / 2.0;
        if (std::abs(bars - std::round(bars)) * 2.0 <= 0.061) ++near;
      }
    }
  }
  CHECK(excited > 1.5 * calm);
  CHECK(near > 0.6 * all);
  CHECK(near < 0.97 * all);
}

TEST_CASE("PictureRenderer: wished scenes cut exactly there, and differ strongly", "[picture][unit]") {
  RenderSettings settings = followed(0.5F);
  settings.calm = true;
  for (const double from : {0.0, 1.3, 2.9, 5.04}) settings.scenes.push_back({from, {}, {}, {}});
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const PictureRenderer renderer(pulse_piece(12, 100.0), seed, settings);
    REQUIRE(renderer.events().size() == 3);
    for (const PlannedEvent& event : renderer.events()) {
      INFO("seed " << seed << ", cut at " << event.time_s);
      const Frame before = frame_at(renderer, event.time_s - 0.001), after = frame_at(renderer, event.time_s);
      CHECK(difference(before, after) > 35.0);
      CHECK(difference(after, frame_at(renderer, event.time_s + 0.04)) < 6.0);
    }
  }
}

TEST_CASE("PictureRenderer: a mismatched picture ignores the piece", "[picture][unit]") {
  RenderSettings settings;
  settings.mismatch_probability = 1.0F;
  const PictureRenderer renderer(pulse_piece(32, 100.0), 9, settings);
  CHECK(renderer.coupling() == 0.0F);
  // Same seed, same tempo, other notes: the same picture.
  const PictureRenderer other(pulse_piece(32, 100.0, 3), 9, settings);
  CHECK(frame_at(renderer, 7.7) == frame_at(other, 7.7));
}

TEST_CASE("PictureRenderer: a single take moves in the period of the beat, without a cut", "[picture][unit]") {
  constexpr int kPerBeat = 12;  // frames
  const Piece piece = pulse_piece(24, 120.0);
  double alike = 0.0;
  int takes = 0, cuts = 0;
  for (std::uint64_t seed = 1; seed <= 16; ++seed) {
    RenderSettings settings;
    settings.coupling = 1.0F;
    settings.mismatch_probability = 0.0F;
    settings.one_take_probability = 1.0F;
    settings.grain = false;
    const PictureRenderer renderer(piece, seed, settings);
    for (const PlannedEvent& event : renderer.events()) cuts += event.kind == PlannedKind::kFlash ? 0 : 1;
    std::vector<double> motion;
    Frame before = frame_at(renderer, 1.0);
    for (int frame = 1; frame < 20 * kPerBeat; ++frame) {
      Frame now = frame_at(renderer, 1.0 + frame * 0.5 / kPerBeat);
      motion.push_back(difference(before, now));
      before = std::move(now);
    }
    // Four beats hold whole periods of every figure.
    const std::size_t shift = 4 * kPerBeat, count = motion.size() - shift;
    double a = 0.0, b = 0.0, ab = 0.0, aa = 1e-9, bb = 1e-9;
    for (std::size_t i = 0; i < count; ++i) {
      a += motion[i] / static_cast<double>(count);
      b += motion[i + shift] / static_cast<double>(count);
    }
    for (std::size_t i = 0; i < count; ++i) {
      ab += (motion[i] - a) * (motion[i + shift] - b);
      aa += (motion[i] - a) * (motion[i] - a);
      bb += (motion[i + shift] - b) * (motion[i + shift] - b);
    }
    alike += ab / std::sqrt(aa * bb);
    ++takes;
  }
  CHECK(cuts == 0);
  CHECK(alike / takes > 0.5);
}
