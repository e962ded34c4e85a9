// SPDX-License-Identifier: Apache-2.0
/// Do visual beats follow what moves, without any cut? Chance-corrected, against figures whose turns are known.
#include <photoplayer/perception/fast_path.h>

#include "agreement.h"
#include "figures.h"
#include "support/catch.h"

using namespace photoplayer;
using tests::Figure;
using tests::FigureFilm;

namespace {

constexpr double kLength_s = 12.0;

struct Watched {
  std::vector<double> beats;
  std::optional<perception::VisualTempo> tempo;
};

Watched watch(FigureFilm film, double fps) {
  perception::FastPath path;
  tests::Picture picture;
  Watched out;
  for (int i = 0; i / fps < kLength_s; ++i) {
    (void)path.observe(film.paint(picture, i / fps).view(), i / fps);
    for (const auto& event : path.events()) {
      REQUIRE(event.kind == stream::VisualEventKind::kBeat);
      REQUIRE(i / fps - event.time_s <= 0.25 + 1e-6);
      out.beats.push_back(event.time_s);
    }
  }
  out.tempo = path.tempo();
  return out;
}

FigureFilm film_of(Figure figure, double beat_s) {
  FigureFilm film;
  film.figure = figure;
  film.period_s = figure == Figure::kBall ? beat_s : 2.0 * beat_s;
  return film;
}

double agreement_of(const FigureFilm& film, double fps) {
  return tests::agreement(film.turns(kLength_s), watch(film, fps).beats, kLength_s);
}

}  // namespace

TEST_CASE("agreement: chance is 0, all is 1, beside is worse than chance", "[perception][unit]") {
  const std::vector<double> truth = {1, 2, 3, 4, 5, 6, 7, 8, 9};
  CHECK(tests::agreement(truth, truth, 10.0) == Approx(1.0));
  CHECK(tests::agreement(truth, {1.5, 2.5, 3.5, 4.5, 5.5}, 10.0) < 0.0);
  CHECK(std::abs(tests::agreement(truth, {0.37, 1.99, 2.72, 4.46, 5.9, 6.58, 8.31}, 10.0)) < 0.3);
}

TEST_CASE("FastPath: beats are the turns of a pendulum, a ball and an arm at any frame rate", "[perception][unit]") {
  double sum = 0.0;
  int films = 0;
  for (const auto figure : {Figure::kPendulum, Figure::kBall, Figure::kArm}) {
    for (const double fps : {10.0, 25.0, 60.0, 240.0}) {
      for (const double beat_s : {0.5, 0.9}) {
        CAPTURE(static_cast<int>(figure), fps, beat_s);
        const double agreement = agreement_of(film_of(figure, beat_s), fps);
        CHECK(agreement >= 0.3);  // a fast arm at 25 frames a second aliases; the others are far above
        sum += agreement;
        ++films;
      }
    }
  }
  CHECK(sum / films >= 0.85);
}

TEST_CASE("FastPath: small and noisy figures beat as well, and under a pan on the whole", "[perception][unit]") {
  double under_pan = 0.0;
  for (const auto figure : {Figure::kPendulum, Figure::kBall, Figure::kArm}) {
    for (const double beat_s : {0.5, 0.9}) {
      CAPTURE(static_cast<int>(figure), beat_s);
      FigureFilm film = film_of(figure, beat_s);
      film.noise = 6.0;
      CHECK(agreement_of(film, 30.0) >= 0.5);
      film.noise = 0.0;
      film.size = 0.6;
      CHECK(agreement_of(film, 30.0) >= 0.5);
      film.size = 1.0;
      film.pan_widths_per_s = 0.15;
      under_pan += agreement_of(film, 30.0) / 6.0;
    }
  }
  CHECK(under_pan >= 0.4);
}

TEST_CASE("FastPath: the tempo of what moves, with its phase", "[perception][unit]") {
  const auto figure = GENERATE(Figure::kPendulum, Figure::kBall, Figure::kArm);
  const double bpm = GENERATE(72.0, 96.0, 126.0);
  CAPTURE(static_cast<int>(figure), bpm);
  const auto tempo = watch(film_of(figure, 60.0 / bpm), 30.0).tempo;
  REQUIRE(tempo);
  CHECK(tempo->bpm == Approx(bpm).epsilon(0.02));
  CHECK(tempo->confidence > 0.6F);
  const double beats = tempo->beat_s * bpm / 60.0;
  CHECK(std::abs(beats - std::round(beats)) * 60.0 / bpm <= 0.07);
}

TEST_CASE("FastPath: what does not repeat has no tempo", "[perception][unit]") {
  perception::FastPath path;
  tests::Picture picture;
  for (int i = 0; i < 300; ++i) {
    const double time_s = i / 30.0;
    picture.paint([&](double x, double y) { return tests::texture(x + 0.3 * time_s, y, 3); });
    (void)path.observe(picture.view(), time_s);
  }
  const auto tempo = path.tempo();
  CHECK((!tempo || tempo->confidence < 0.5F));
}
