// SPDX-License-Identifier: Apache-2.0
#include "latency/test_film.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <random>
#include <utility>

namespace photoplayer::tools {
namespace {

constexpr int kWidth = 320, kHeight = 180;
constexpr double kFlash_s = 2.0 * kTestFrame_s;

struct Scene {
  std::array<double, 3> top, bottom, disc;
  double turns_per_s = 0.0;
};

/// Even scenes are dark and calm, odd ones bright and lively, so that no cut can be missed.
Scene scene(std::uint64_t seed, std::size_t number) {
  std::mt19937_64 random(seed * 1000003 + number);
  std::uniform_real_distribution<double> shade(0.0, 60.0);
  const double base = number % 2 == 0 ? 20.0 : 150.0;
  Scene made;
  for (auto* colour : {&made.top, &made.bottom, &made.disc}) {
    for (double& part : *colour) part = base + shade(random);
  }
  for (double& part : made.disc) part = 255.0 - part;
  made.turns_per_s = (number % 2 == 0 ? 0.1 : 0.3) + shade(random) / 600.0;
  return made;
}

std::uint8_t level(double value) {
  return static_cast<std::uint8_t>(std::clamp(value, 0.0, 255.0));
}

}  // namespace

std::vector<FilmEvent> lively_events(std::uint64_t seed, double length_s) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> distance(1.8, 4.5);
  std::vector<FilmEvent> events;
  for (double time_s = distance(random); time_s < length_s; time_s += distance(random)) {
    const bool flash = events.size() % 3 == 2;
    events.push_back({std::round(time_s / kTestFrame_s) * kTestFrame_s,
                      flash ? stream::VisualEventKind::kFlash : stream::VisualEventKind::kCut});
  }
  return events;
}

TestFilm::TestFilm(std::uint64_t seed, std::vector<FilmEvent> events)
    : seed_(seed),
      events_(std::move(events)),
      caps_(gst_caps_new_simple("video/x-raw", "format", G_TYPE_STRING, "RGB", "width", G_TYPE_INT, kWidth, "height",
                                G_TYPE_INT, kHeight, "framerate", GST_TYPE_FRACTION, 25, 1, nullptr)),
      rgb_(static_cast<std::size_t>(kWidth) * kHeight * 3) {}

FilmFrame TestFilm::next() {
  FilmFrame frame;
  frame.time_s = static_cast<double>(frame_++) * kTestFrame_s;
  frame.duration_s = kTestFrame_s;
  draw(frame.time_s);
  GstBuffer* buffer = gst_buffer_new_memdup(rgb_.data(), rgb_.size());
  frame.sample.reset(gst_sample_new(buffer, caps_.get(), nullptr, nullptr));
  gst_buffer_unref(buffer);
  return frame;
}

void TestFilm::draw(double time_s) {
  constexpr double kHalfFrame_s = 0.5 * kTestFrame_s;  // frames' times are rounded
  std::size_t cuts = 0;
  bool flash = false;
  for (const FilmEvent& event : events_) {
    if (time_s < event.time_s - kHalfFrame_s) continue;
    if (event.kind == stream::VisualEventKind::kCut) ++cuts;
    flash = flash || (event.kind == stream::VisualEventKind::kFlash && time_s < event.time_s + kFlash_s - kHalfFrame_s);
  }
  if (flash) {
    std::fill(rgb_.begin(), rgb_.end(), std::uint8_t{255});
    return;
  }
  const Scene now = scene(seed_, cuts);
  for (int y = 0; y < kHeight; ++y) {
    const double share = static_cast<double>(y) / kHeight;
    std::array<std::uint8_t, 3> colour{};
    for (std::size_t c = 0; c < 3; ++c) colour[c] = level((1.0 - share) * now.top[c] + share * now.bottom[c]);
    std::uint8_t* row = rgb_.data() + static_cast<std::ptrdiff_t>(y) * kWidth * 3;
    for (int x = 0; x < kWidth; ++x) std::copy(colour.begin(), colour.end(), row + static_cast<std::ptrdiff_t>(x) * 3);
  }
  constexpr int kRadius = 30;
  const double angle = 2.0 * std::numbers::pi * now.turns_per_s * time_s;
  const int centre_x = static_cast<int>(kWidth * (0.5 + 0.35 * std::cos(angle)));
  const int centre_y = static_cast<int>(kHeight * (0.5 + 0.25 * std::sin(1.7 * angle)));
  for (int y = std::max(0, centre_y - kRadius); y < std::min(kHeight, centre_y + kRadius); ++y) {
    for (int x = std::max(0, centre_x - kRadius); x < std::min(kWidth, centre_x + kRadius); ++x) {
      const int dx = x - centre_x, dy = y - centre_y;
      if (dx * dx + dy * dy > kRadius * kRadius) continue;
      std::uint8_t* pixel = rgb_.data() + (static_cast<std::ptrdiff_t>(y) * kWidth + x) * 3;
      for (std::size_t c = 0; c < 3; ++c) pixel[c] = level(now.disc[c]);
    }
  }
}

}  // namespace photoplayer::tools
