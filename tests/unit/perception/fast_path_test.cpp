// SPDX-License-Identifier: Apache-2.0
#include <photoplayer/perception/fast_path.h>

#include <chrono>
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "scenes.h"
#include "support/catch.h"

using namespace photoplayer;
using perception::FastPath;
using stream::FastObservation;
using stream::VisualEvent;
using stream::VisualEventKind;
using tests::Colour;
using tests::Picture;

namespace {

using Film = std::function<Colour(double x, double y, double time_s)>;

struct Seen {
  std::vector<FastObservation> frames;
  std::vector<VisualEvent> events;

  [[nodiscard]] std::vector<double> times(VisualEventKind kind) const {
    std::vector<double> out;
    for (const VisualEvent& event : events) {
      if (event.kind == kind) out.push_back(event.time_s);
    }
    return out;
  }
  [[nodiscard]] double mean_motion(double from_s) const {
    double sum = 0.0;
    int count = 0;
    for (const auto& frame : frames) {
      if (frame.time_s < from_s) continue;
      sum += static_cast<double>(frame.motion);
      ++count;
    }
    return sum / count;
  }
};

bool sane(const FastObservation& seen) {
  for (const float value : {seen.brightness, seen.saturation, seen.change, seen.motion, seen.cut, seen.beat}) {
    if (!(value >= 0.0F && value <= 1.0F)) return false;
  }
  return seen.warmth >= -1.0F && seen.warmth <= 1.0F && std::isfinite(seen.time_s);
}

Seen watch(const Film& film, double fps, double from_s, double to_s) {
  FastPath path;
  Seen seen;
  Picture picture;
  for (int i = 0; from_s + i / fps < to_s - 1e-9; ++i) {
    const double time_s = from_s + i / fps;
    picture.paint([&](double x, double y) { return film(x, y, time_s); });
    seen.frames.push_back(path.observe(picture.view(), time_s));
    REQUIRE(sane(seen.frames.back()));
    seen.events.insert(seen.events.end(), path.events().begin(), path.events().end());
    // What the observation says and what the events say agree.
    float cut = 0.0F, beat = 0.0F;
    for (const VisualEvent& event : path.events()) {
      REQUIRE(event.time_s <= time_s);
      if (event.kind == VisualEventKind::kCut) cut = event.strength;
      if (event.kind == VisualEventKind::kBeat) {
        beat = event.strength;
        REQUIRE(time_s - event.time_s <= 0.25 + 1e-6);
      }
    }
    REQUIRE(seen.frames.back().cut == cut);
    REQUIRE(seen.frames.back().beat == beat);
  }
  return seen;
}

void check_times(const std::vector<double>& found, const std::vector<double>& expected, double early_s, double late_s) {
  CAPTURE(found);
  CAPTURE(expected);
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    CHECK(found[i] - expected[i] >= -early_s);
    CHECK(found[i] - expected[i] <= late_s);
  }
}

/// A light bar, 1/8 wide, that travels round at `widths_per_s`.
Film bar(double widths_per_s) {
  return [widths_per_s](double x, double, double time_s) {
    const double at = std::fmod(time_s * widths_per_s, 1.0);
    double covered = 0.0;
    for (const double turn : {-1.0, 0.0, 1.0}) covered += tests::cover(x, 1.0 / 64, at + turn, at + turn + 0.125);
    return tests::mix({40, 50, 60}, {220, 210, 200}, covered);
  };
}

Film pan(double widths_per_s) {
  return [widths_per_s](double x, double y, double time_s) { return tests::texture(x + widths_per_s * time_s, y, 3); };
}

}  // namespace

TEST_CASE("FastPath: plain values of plain pictures", "[perception][unit]") {
  const auto look = [](const Colour& colour) {
    FastPath path;
    return path.observe(Picture().fill(colour).view(), 0.0);
  };
  CHECK(look({0, 0, 0}).brightness == 0.0F);
  CHECK(look({255, 255, 255}).brightness == Approx(1.0F));
  CHECK(look({128, 128, 128}).saturation == 0.0F);
  CHECK(look({255, 0, 0}).saturation == Approx(1.0F));
  CHECK(look({255, 0, 0}).warmth == Approx(1.0F));
  CHECK(look({0, 0, 255}).warmth == Approx(-1.0F));
  CHECK(look({90, 90, 90}).warmth == 0.0F);
  CHECK(look({255, 255, 0}).warmth > 0.4F);
  CHECK(look({0, 0, 0}).warmth == 0.0F);
}

TEST_CASE("FastPath: the first frame has no cut, change, motion or beat", "[perception][unit]") {
  FastPath path;
  const auto seen = path.observe(Picture().fill({255, 255, 255}).view(), 17.0);
  CHECK(seen.time_s == 17.0);
  CHECK(seen.cut == 0.0F);
  CHECK(seen.change == 0.0F);
  CHECK(seen.motion == 0.0F);
  CHECK(seen.beat == 0.0F);
  CHECK(path.events().empty());
}

TEST_CASE("FastPath: a still picture has no motion, change or events", "[perception][unit]") {
  const double fps = GENERATE(1.0, 25.0, 240.0);
  const auto seen = watch([](double x, double y, double) { return tests::texture(x, y, 4); }, fps, 0.0, 5.0);
  for (const auto& frame : seen.frames) {
    REQUIRE(frame.motion == 0.0F);
    REQUIRE(frame.change == 0.0F);
  }
  CHECK(seen.events.empty());
}

TEST_CASE("FastPath: fine noise on a still picture is hardly motion and no event", "[perception][unit]") {
  std::uint32_t state = 1;
  const auto seen = watch(
      [&](double x, double y, double) {
        Colour colour = tests::texture(x, y, 4);
        for (double& value : colour) {
          state = state * 1664525U + 1013904223U;
          value += (static_cast<double>(state >> 8U) / (1 << 24) - 0.5) * 8.0;
        }
        return colour;
      },
      30.0, 0.0, 6.0);
  CHECK(seen.mean_motion(0.5) < 0.02);
  CHECK(seen.events.empty());
}

TEST_CASE("FastPath: a pan's motion is its speed at any frame rate", "[perception][unit]") {
  const double fps = GENERATE(24.0, 30.0, 60.0, 240.0);
  const double widths_per_s = GENERATE(0.1, 0.3, 1.0, 2.0);
  CAPTURE(fps, widths_per_s);
  const double squashed = watch(pan(widths_per_s), fps, 0.0, 2.0).mean_motion(0.1);
  const double measured = -0.5 * std::log(1.0 - squashed);
  CHECK(measured == Approx(widths_per_s).epsilon(0.25));
}

TEST_CASE("FastPath: a moving bar's motion grows with its speed and not with the frame rate", "[perception][unit]") {
  double before = 0.0;
  for (const double widths_per_s : {0.1, 0.2, 0.5, 1.0, 2.0}) {
    const double at_30 = watch(bar(widths_per_s), 30.0, 0.0, 3.0).mean_motion(0.1);
    const double at_120 = watch(bar(widths_per_s), 120.0, 0.0, 3.0).mean_motion(0.1);
    CAPTURE(widths_per_s, before, at_30, at_120);
    CHECK(at_30 > 1.3 * before);
    CHECK(at_120 == Approx(at_30).epsilon(0.15));
    before = at_30;
  }
}

TEST_CASE("FastPath: a fade of the light is change, hardly motion, and no cut", "[perception][unit]") {
  const auto seen = watch(
      [](double x, double y, double time_s) {
        return tests::mix({0, 0, 0}, tests::texture(x, y, 3), std::clamp(time_s / 2.0, 0.0, 1.0));
      },
      25.0, 0.0, 2.0);
  CHECK(seen.mean_motion(0.2) < 0.03);
  CHECK(seen.frames[25].change > 0.05F);
  CHECK(seen.times(VisualEventKind::kCut).empty());
  CHECK(seen.times(VisualEventKind::kFlash).empty());
}

TEST_CASE("FastPath: hard cuts are found at their frames at any frame rate", "[perception][unit]") {
  const double fps = GENERATE(1.0, 10.0, 25.0, 30000.0 / 1001.0, 60.0, 240.0);
  const bool moving = GENERATE(false, true);
  CAPTURE(fps, moving);
  const std::vector<double> cuts = {3.0, 5.0, 8.0, 9.0, 13.0};
  const auto seen = watch(
      [&](double x, double y, double time_s) {
        int scene = 1;
        for (const double cut : cuts) scene += time_s >= cut - 1e-6 ? 1 : 0;
        return tests::texture(x + (moving ? 0.15 * time_s : 0.0), y, scene);
      },
      fps, 0.0, 16.0);
  check_times(seen.times(VisualEventKind::kCut), cuts, 1e-5, 1.0 / fps);
  CHECK(seen.times(VisualEventKind::kFlash).empty());
  for (const auto& frame : seen.frames) {
    if (frame.cut > 0.0F) CHECK(frame.motion == 0.0F);
  }
}

TEST_CASE("FastPath: cuts between plain colours are found, to black and white as well", "[perception][unit]") {
  const std::vector<Colour> colours = {{255, 0, 0},   {0, 255, 0},     {0, 0, 255},   {255, 255, 0},   {0, 0, 0},
                                       {200, 0, 200}, {255, 255, 255}, {20, 80, 160}, {128, 128, 128}, {16, 16, 16}};
  const double fps = GENERATE(10.0, 30.0, 60.0);
  const auto seen = watch(
      [&](double, double, double time_s) { return colours[static_cast<std::size_t>(time_s + 1e-6) % colours.size()]; },
      fps, 0.0, 10.0);
  check_times(seen.times(VisualEventKind::kCut), {1, 2, 3, 4, 5, 6, 7, 8, 9}, 1e-5, 1.0 / fps);
}

TEST_CASE("FastPath: a flash is one flash and no cut", "[perception][unit]") {
  const double fps = GENERATE(25.0, 60.0, 240.0);
  CAPTURE(fps);
  const auto with_flashes = [](double length_s, const Colour& light) {
    return [length_s, light](double x, double y, double time_s) {
      const double phase = std::fmod(time_s, 2.0) - 1.0;
      const bool lit = phase >= -1e-6 && phase < length_s - 1e-6;
      return tests::mix(tests::texture(x + 0.05 * time_s, y, 3), light, lit ? 0.95 : 0.0);
    };
  };
  const double length_s = GENERATE(0.05, 0.12);
  const auto white = watch(with_flashes(length_s, {255, 255, 255}), fps, 0.0, 6.0);
  check_times(white.times(VisualEventKind::kFlash), {1, 3, 5}, 1e-5, 1.0 / fps);
  CHECK(white.times(VisualEventKind::kCut).empty());
  const auto black = watch(with_flashes(length_s, {0, 0, 0}), fps, 0.0, 6.0);
  CHECK(black.times(VisualEventKind::kFlash).size() == 3);
  CHECK(black.times(VisualEventKind::kCut).empty());
}

TEST_CASE("FastPath: scene, white flash, other scene is one flash and one cut", "[perception][unit]") {
  const auto seen = watch(
      [](double x, double y, double time_s) {
        if (time_s >= 2.0 - 1e-6 && time_s < 2.1 - 1e-6) return Colour{255, 255, 255};
        return tests::texture(x, y, time_s < 2.0 ? 1 : 2);
      },
      30.0, 0.0, 4.0);
  check_times(seen.times(VisualEventKind::kFlash), {2.0}, 1e-5, 0.001);
  check_times(seen.times(VisualEventKind::kCut), {2.1}, 1e-5, 0.001);
}

TEST_CASE("FastPath: a picture inserted for a moment is at most one cut", "[perception][unit]") {
  const auto seen =
      watch([](double x, double y,
               double time_s) { return tests::texture(x, y, time_s >= 2.0 - 1e-6 && time_s < 2.1 - 1e-6 ? 2 : 1); },
            30.0, 0.0, 4.0);
  CHECK(seen.times(VisualEventKind::kCut).size() == 1);
  CHECK(seen.times(VisualEventKind::kFlash).size() == 1);
}

TEST_CASE("FastPath: a dissolve is not a series of cuts", "[perception][unit]") {
  const double fps = GENERATE(10.0, 25.0, 60.0, 240.0);
  const double length_s = GENERATE(0.2, 0.5, 2.0);
  CAPTURE(fps, length_s);
  const auto seen = watch(
      [&](double x, double y, double time_s) {
        return tests::mix(tests::texture(x, y, 1), tests::texture(x, y, 2),
                          std::clamp((time_s - 2.0) / length_s, 0.0, 1.0));
      },
      fps, 0.0, 6.0);
  const bool abrupt = length_s * fps <= 5.0 || length_s < 0.3;  // few steps, each of them large
  CHECK(seen.times(VisualEventKind::kCut).size() <= (abrupt ? 1U : 0U));
}

TEST_CASE("FastPath: a whip pan is not a series of cuts", "[perception][unit]") {
  const auto seen =
      watch([](double x, double y,
               double time_s) { return tests::texture(x + 4.0 * std::clamp(time_s - 2.0, 0.0, 2.0), y, 6); },
            25.0, 0.0, 6.0);
  CHECK(seen.times(VisualEventKind::kCut).size() <= 1);
}

TEST_CASE("FastPath: a bouncing ball beats when it hits the ground", "[perception][unit]") {
  const double fps = GENERATE(25.0, 30.0, 60.0, 240.0);
  const double period_s = GENERATE(0.5, 0.8);
  CAPTURE(fps, period_s);
  const auto seen = watch(
      [&](double x, double y, double time_s) {
        const double phase = std::fmod(time_s, period_s) / period_s;  // a parabola: fastest at the ground
        const double centre = 0.85 - 0.7 * 4.0 * phase * (1.0 - phase);
        const double covered =
            tests::cover(x, 1.0 / 64, 0.42, 0.58) * tests::cover(y, 1.0 / 36, centre - 0.13, centre + 0.13);
        return tests::mix({30, 60, 40}, {240, 200, 60}, covered);
      },
      fps, 0.0, 12.0);
  const auto beats = seen.times(VisualEventKind::kBeat);
  CAPTURE(beats);
  int hits = 0, strays = 0;
  for (const double beat : beats) {
    const double nearest = std::round(beat / period_s) * period_s;
    (std::abs(beat - nearest) <= 0.08 ? hits : strays) += 1;
  }
  const int bounces = static_cast<int>(12.0 / period_s) - 1;
  CHECK(hits >= 0.9 * bounces - 1);
  CHECK(strays <= 1);
}

TEST_CASE("FastPath: pulses of size beat at their onsets", "[perception][unit]") {
  const double fps = GENERATE(10.0, 25.0, 30.0, 60.0, 240.0);
  CAPTURE(fps);
  std::vector<double> onsets;
  for (double time_s = 0.6; time_s < 15.0; time_s += 0.6) onsets.push_back(time_s);
  const auto seen = watch(
      [&](double x, double y, double time_s) {
        const double since = std::fmod(time_s + 1e-6, 0.6);
        const double radius = 0.12 + 0.1 * std::exp(-since / 0.15);
        const double distance = std::hypot(x - 0.5, (y - 0.5) * 9.0 / 16.0);
        return tests::mix({20, 20, 50}, {220, 120, 60}, std::clamp((radius - distance) * 64.0, 0.0, 1.0));
      },
      fps, 0.0, 15.2);
  const auto beats = seen.times(VisualEventKind::kBeat);
  CAPTURE(beats);
  int hits = 0, strays = 0;
  for (const double beat : beats) {
    const double nearest = std::round(beat / 0.6) * 0.6;
    (std::abs(beat - nearest) <= std::max(0.05, 1.0 / fps) ? hits : strays) += 1;
  }
  CHECK(hits >= static_cast<int>(0.9 * static_cast<double>(onsets.size())));
  CHECK(strays <= 1);
}

TEST_CASE("FastPath: steady motion has hardly any beats", "[perception][unit]") {
  CHECK(watch(pan(0.4), 30.0, 0.0, 10.0).times(VisualEventKind::kBeat).size() <= 2);
}

TEST_CASE("FastPath: a repeated timestamp changes no rate and reports no event", "[perception][unit]") {
  FastPath path;
  Picture picture;
  const auto show = [&](double time_s, int scene) {
    picture.paint([&](double x, double y) { return tests::texture(x, y, scene); });
    return path.observe(picture.view(), time_s);
  };
  (void)show(0.0, 1);
  (void)show(0.04, 1);
  const auto repeated = show(0.04, 2);
  CHECK(sane(repeated));
  CHECK(repeated.change == 0.0F);
  CHECK(path.events().empty());
  CHECK(show(0.08, 2).cut > 0.0F);  // the cut is not lost, only seen when time goes on
  CHECK(sane(show(0.06, 2)));       // a little backward: jitter
  CHECK(path.events().empty());
}

TEST_CASE("FastPath: times far back or far ahead start anew, odd ones do no harm", "[perception][unit]") {
  const double jump_s = GENERATE(-1e9, -5.0, -0.5, 3600.0, 1e6, 1e15, std::numeric_limits<double>::quiet_NaN(),
                                 std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity());
  FastPath path;
  Picture picture;
  const auto show = [&](double time_s, int scene) {
    picture.paint([&](double x, double y) { return tests::texture(x + 0.3 * time_s, y, scene); });
    const auto seen = path.observe(picture.view(), time_s);
    REQUIRE(sane(seen));
    return seen;
  };
  for (int i = 0; i < 50; ++i) (void)show(1000.0 + i * 0.04, 1);
  picture.paint([](double x, double y) { return tests::texture(x, y, 2); });
  const auto after = path.observe(picture.view(), 1001.96 + jump_s);
  CHECK(sane(after));
  CHECK(after.cut == 0.0F);
  CHECK(path.events().empty());
  const double base_s = std::isfinite(jump_s) ? 1001.96 + jump_s : 1001.96;
  double cut_s = 0.0;
  for (int i = 1; i < 50; ++i) {
    const auto seen = show(base_s + i * 0.04, i < 25 ? 2 : 3);
    if (i >= 20 && seen.cut > 0.0F) cut_s = seen.time_s;
  }
  if (std::abs(base_s) < 1e12) CHECK(cut_s == Approx(base_s + 25 * 0.04));
}

TEST_CASE("FastPath: uneven timestamps give about the same speed", "[perception][unit]") {
  FastPath path;
  Picture picture;
  double sum = 0.0;
  int count = 0;
  double time_s = 0.0;
  for (int i = 0; i < 200; ++i) {
    picture.paint([&](double x, double y) { return pan(0.5)(x, y, time_s); });
    const auto seen = path.observe(picture.view(), time_s);
    if (i > 3) sum += static_cast<double>(seen.motion), ++count;
    time_s += std::array{0.01, 0.033, 0.05, 0.02}[static_cast<std::size_t>(i % 4)];
  }
  CHECK(-0.5 * std::log(1.0 - sum / count) == Approx(0.5).epsilon(0.2));
}

TEST_CASE("FastPath: the same frames give the same observations", "[perception][unit]") {
  const auto a = watch(bar(0.7), 30.0, 0.0, 2.0), b = watch(bar(0.7), 30.0, 0.0, 2.0);
  REQUIRE(a.frames.size() == b.frames.size());
  for (std::size_t i = 0; i < a.frames.size(); ++i) {
    REQUIRE(a.frames[i].motion == b.frames[i].motion);
    REQUIRE(a.frames[i].change == b.frames[i].change);
  }
}

TEST_CASE("FastPath: pictures of other sizes, and none at all, are survived", "[perception][unit]") {
  FastPath path;
  CHECK(sane(path.observe({}, 0.0)));
  CHECK(path.observe(Picture(1, 1).fill({255, 255, 255}).view(), 0.1).brightness == Approx(1.0F));
  CHECK(path.observe(Picture(300, 7).fill({0, 0, 0}).view(), 0.2).brightness == 0.0F);
}

TEST_CASE("FastPath: time per frame on this machine", "[perception][.timing]") {
  for (const auto& [name, film] :
       {std::pair<std::string, Film>{"still", pan(0.0)}, {"bar", bar(0.7)}, {"pan", pan(1.0)}}) {
    std::vector<Picture> pictures(60);
    for (std::size_t i = 0; i < pictures.size(); ++i) {
      pictures[i].paint([&](double x, double y) { return film(x, y, static_cast<double>(i) / 30.0); });
    }
    FastPath path;
    double best_ms = 1e9;
    for (std::size_t i = 0; i < 600; ++i) {
      const auto start = std::chrono::steady_clock::now();
      (void)path.observe(pictures[i % 60].view(), static_cast<double>(i) / 30.0);
      const double ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
      if (i % 60 > 5) best_ms = std::min(best_ms, ms);
    }
    WARN(name << ": " << best_ms << " ms per frame");
  }
}
