// SPDX-License-Identifier: Apache-2.0
#include "progress.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>

namespace photoplayer::tools {
namespace {

constexpr auto kInterval = std::chrono::milliseconds(100);
constexpr int kBarWidth = 30;

std::string minutes(double seconds) {
  const auto whole = static_cast<long>(std::max(0.0, std::round(seconds)));
  char text[32];
  if (whole >= 3600) {
    std::snprintf(text, sizeof text, "%ld:%02ld:%02ld", whole / 3600, whole / 60 % 60, whole % 60);
  } else {
    std::snprintf(text, sizeof text, "%ld:%02ld", whole / 60, whole % 60);
  }
  return text;
}

std::string bar(double share) {
  const int full = static_cast<int>(share * kBarWidth);
  std::string bar;
  for (int i = 0; i < kBarWidth; ++i) bar += i < full ? '#' : '.';
  char percent[16];
  std::snprintf(percent, sizeof percent, "%3d %%", static_cast<int>(share * 100.0));
  return "[" + bar + "] " + percent;
}

std::string left(double share, double wall_s, const char* before) {
  // The first second is loading and says nothing about the rest.
  if (wall_s <= 1.0 || share <= 0.01) return {};
  return before + minutes(wall_s * (1.0 - share) / share) + " left";
}

}  // namespace

Progress::Progress(std::FILE* stream) : stream_(stream), on_terminal_(::isatty(::fileno(stream)) != 0) {}
Progress::~Progress() {
  clear();
}

std::string Progress::line(double done_s, std::optional<double> total_s, double wall_s) {
  if (!total_s || *total_s <= 0.0) return "scored " + minutes(done_s);
  const double share = std::clamp(done_s / *total_s, 0.0, 1.0);
  return bar(share) + "  " + minutes(done_s) + " of " + minutes(*total_s) + left(share, wall_s, ", ");
}

std::string Progress::share_line(double share, double wall_s) {
  share = std::clamp(share, 0.0, 1.0);
  return bar(share) + left(share, wall_s, "  ");
}

void Progress::draw(const std::string& text) {
  std::fprintf(stream_, "\r\033[K%s", text.c_str());
  std::fflush(stream_);
  drawn_ = true;
}

void Progress::show(double done_s, std::optional<double> total_s) {
  if (!on_terminal_ || Clock::now() < next_draw_) return;
  next_draw_ = Clock::now() + kInterval;
  draw(line(done_s, total_s, std::chrono::duration<double>(Clock::now() - begin_).count()));
}

void Progress::show_share(double share) {
  if (!on_terminal_ || Clock::now() < next_draw_) return;
  next_draw_ = Clock::now() + kInterval;
  draw(share_line(share, std::chrono::duration<double>(Clock::now() - begin_).count()));
}

void Progress::say(const std::string& what) {
  if (on_terminal_) draw(what);
}

void Progress::clear() {
  if (!drawn_) return;
  std::fprintf(stream_, "\r\033[K");
  std::fflush(stream_);
  drawn_ = false;
}

}  // namespace photoplayer::tools
