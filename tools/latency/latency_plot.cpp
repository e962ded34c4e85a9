// SPDX-License-Identifier: Apache-2.0
#include "latency/latency_results.h"

#include <cairo.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <memory>

namespace photoplayer::tools {
namespace {

constexpr int kWidth = 1200, kHeight = 960;
constexpr double kLeft = 80.0, kRight = 170.0;

struct Colour {
  double red, green, blue;
};
constexpr Colour kInk{0.13, 0.13, 0.13}, kGrid{0.87, 0.87, 0.87}, kAlarm{0.84, 0.15, 0.16}, kBrake{1.0, 0.93, 0.8};
constexpr std::array<Colour, 6> kInks = {{{0.12, 0.47, 0.71},
                                          {1.0, 0.5, 0.05},
                                          {0.17, 0.63, 0.17},
                                          {0.58, 0.4, 0.74},
                                          {0.55, 0.34, 0.29},
                                          {0.09, 0.75, 0.81}}};

struct Release {
  void operator()(cairo_t* context) const { cairo_destroy(context); }
  void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
};

/// One panel: values to pixels.
class Panel {
 public:
  Panel(cairo_t* context, double top, double height, const char* title) : cairo_(context), top_(top), height_(height) {
    text(kLeft, top - 10.0, title, kInk, 15.0);
  }
  void ranges(double x_end, double y_begin, double y_end, bool y_log = false) {
    x_end_ = x_end > 0.0 ? x_end : 1.0;
    y_log_ = y_log;
    y_begin_ = scaled(y_begin);
    y_end_ = scaled(y_end);
  }
  [[nodiscard]] double x(double value) const { return kLeft + (kWidth - kLeft - kRight) * value / x_end_; }
  [[nodiscard]] double y(double value) const {
    const double share = (scaled(value) - y_begin_) / (y_end_ - y_begin_);
    return top_ + height_ * (1.0 - std::clamp(share, 0.0, 1.0));
  }
  void grid_y(double value, const char* label) {
    line(kLeft, y(value), kWidth - kRight, y(value), kGrid);
    text(kLeft - 8.0, y(value) + 4.0, label, kInk, 11.0, true);
  }
  void ticks_x(const char* unit) {
    const double raw = x_end_ / 8.0;
    const double power = std::pow(10.0, std::floor(std::log10(raw)));
    const double step = raw < 2.0 * power ? 2.0 * power : raw < 5.0 * power ? 5.0 * power : 10.0 * power;
    for (double value = 0.0; value <= x_end_ * 1.0001; value += step) {
      char label[32];
      std::snprintf(label, sizeof label, "%g", value);
      text(x(value) + 8.0, top_ + height_ + 16.0, label, kInk, 11.0, true);
      line(x(value), top_ + height_, x(value), top_ + height_ + 4.0, kInk);
    }
    text(kWidth - kRight + 8.0, top_ + height_ + 16.0, unit, kInk, 11.0);
    line(kLeft, top_ + height_, kWidth - kRight, top_ + height_, kInk);
  }
  void band(double from, double to, const Colour& colour) { box(x(from), top_, x(to), top_ + height_, colour); }
  void box(double left, double top, double right, double bottom, const Colour& colour) {
    set(colour);
    cairo_rectangle(cairo_, left, top, right - left, bottom - top);
    cairo_fill(cairo_);
  }
  void line(double x0, double y0, double x1, double y1, const Colour& colour, double width = 1.0) {
    set(colour);
    cairo_set_line_width(cairo_, width);
    cairo_move_to(cairo_, x0, y0);
    cairo_line_to(cairo_, x1, y1);
    cairo_stroke(cairo_);
  }
  void dot(double x_value, double y_value, const Colour& colour) {
    set(colour);
    cairo_rectangle(cairo_, x(x_value) - 1.0, y(y_value) - 1.0, 2.0, 2.0);
    cairo_fill(cairo_);
  }
  void mark(double x_value, const Colour& colour) { line(x(x_value), top_, x(x_value), top_ + height_, colour); }
  void legend(int row, const char* label, const Colour& colour) {
    const double at = top_ + 14.0 + 18.0 * row;
    box(kWidth - kRight + 10.0, at - 9.0, kWidth - kRight + 20.0, at + 1.0, colour);
    text(kWidth - kRight + 26.0, at, label, kInk, 12.0);
  }
  void text(double left, double base, const char* words, const Colour& colour, double size, bool ends_here = false) {
    cairo_select_font_face(cairo_, "sans", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(cairo_, size);
    cairo_text_extents_t extents;
    cairo_text_extents(cairo_, words, &extents);
    set(colour);
    cairo_move_to(cairo_, ends_here ? left - extents.x_advance : left, base);
    cairo_show_text(cairo_, words);
  }
  [[nodiscard]] double bottom() const { return top_ + height_; }

 private:
  void set(const Colour& colour) { cairo_set_source_rgb(cairo_, colour.red, colour.green, colour.blue); }
  [[nodiscard]] double scaled(double value) const { return y_log_ ? std::log10(std::max(value, 1e-6)) : value; }

  cairo_t* cairo_;
  double top_, height_, x_end_ = 1.0, y_begin_ = 0.0, y_end_ = 1.0;
  bool y_log_ = false;
};

void shade_slowdown(Panel& panel, const LatencyResults& results) {
  if (results.options.slowdown) {
    panel.band(results.options.slowdown->start_s, std::min(results.options.slowdown->end_s(), results.live.wall_s),
               kBrake);
  }
}

void draw_queue(cairo_t* cairo, const LatencyResults& results) {
  const LiveRun& live = results.live;
  const double limit_ms = queue_limit_ms(live);
  Panel panel(cairo, 50.0, 210.0, "Sound ready for the render thread, ms");
  panel.ranges(live.wall_s, 0.0, std::max(1.3 * limit_ms, queue_ms(live).max));
  shade_slowdown(panel, results);
  for (const double value : {0.0, 20.0, 40.0, 60.0, 80.0}) {
    char label[16];
    std::snprintf(label, sizeof label, "%g", value);
    panel.grid_y(value, label);
  }
  for (const Mark& mark : live.marks) panel.mark(mark.time_s, mark.what == "underrun" ? kAlarm : kInks[1]);
  for (const QueueSample& sample : live.queue) {
    panel.dot(sample.time_s, 1e3 * static_cast<double>(sample.queued_s), kInks[0]);
  }
  panel.line(kLeft, panel.y(limit_ms), kWidth - kRight, panel.y(limit_ms), kAlarm);
  panel.legend(0, "queue", kInks[0]);
  panel.legend(1, "limit, underrun", kAlarm);
  panel.legend(2, "ladder", kInks[1]);
  if (results.options.slowdown) panel.legend(3, "slowed down", kBrake);
  panel.ticks_x("s");
}

double p999_ms(const std::vector<Span>& spans) {
  std::vector<double> lengths;
  for (const Span& span : spans) lengths.push_back(1e3 * static_cast<double>(span.length_s));
  return distribution(std::move(lengths)).p999;
}

void draw_stages(cairo_t* cairo, const LatencyResults& results) {
  const LiveRun& live = results.live;
  Panel panel(cairo, 340.0, 250.0, "Work, ms; beside the names 99.9th percentiles");
  panel.ranges(live.wall_s, 0.01, 1000.0, true);
  shade_slowdown(panel, results);
  for (const double value : {0.01, 0.1, 1.0, 10.0, 100.0, 1000.0}) {
    char label[16];
    std::snprintf(label, sizeof label, "%g", value);
    panel.grid_y(value, label);
  }
  std::vector<Span> sampling;
  for (const WindowSpan& window : live.notes.windows) sampling.push_back(window.span);
  const std::array<std::pair<const char*, const std::vector<Span>*>, 6> stages = {{{"perceive", &live.seeing},
                                                                                   {"encode", &live.notes.encoding},
                                                                                   {"sample", &sampling},
                                                                                   {"decode", &live.notes.decoding},
                                                                                   {"synthesise", &live.notes.ticks},
                                                                                   {"render", &live.taking}}};
  for (std::size_t i = 0; i < stages.size(); ++i) {
    for (const Span& span : *stages[i].second) {
      panel.dot(span.begin_s, 1e3 * static_cast<double>(span.length_s), kInks[i]);
    }
    char label[64];
    std::snprintf(label, sizeof label, "%s, %.3g", stages[i].first, p999_ms(*stages[i].second));
    panel.legend(static_cast<int>(i), label, kInks[i]);
  }
  const double budget_ms = 1e3 * live.terms.budget_s;
  panel.line(kLeft, panel.y(budget_ms), kWidth - kRight, panel.y(budget_ms), kAlarm);
  panel.legend(6, "budget of a hop", kAlarm);
  panel.ticks_x("s");
}

void draw_events(cairo_t* cairo, const LatencyResults& results) {
  constexpr std::size_t kBins = 50;
  Panel panel(cairo, 670.0, 220.0, "From a visual event to the sound, comparisons");
  const std::array<std::pair<const char*, std::optional<double> EventTrial::*>, 3> kinds = {
      {{"first audible", &EventTrial::audible_s}, {"accent", &EventTrial::accent_s}, {"score", &EventTrial::score_s}}};
  double longest_s = stream::latest_answer_s(results.live.terms) * 1.1;
  for (const auto& [name, what] : kinds) longest_s = std::max(longest_s, 1.05e-3 * events_ms(results.events, what).max);
  std::array<std::array<int, kBins>, 3> counts{};
  int most = 4;
  for (std::size_t kind = 0; kind < kinds.size(); ++kind) {
    for (const EventTrial& trial : results.events.trials) {
      const auto& value = trial.*kinds[kind].second;
      if (!trial.void_reason.empty() || !value) continue;
      const auto bin = static_cast<std::size_t>(std::clamp(*value / longest_s, 0.0, 0.999) * kBins);
      most = std::max(most, ++counts[kind][bin]);
    }
  }
  panel.ranges(1e3 * longest_s, 0.0, most);
  const int step = (most + 3) / 4;
  for (int value = 0; value <= most; value += step) panel.grid_y(value, std::to_string(value).c_str());
  for (std::size_t kind = 0; kind < kinds.size(); ++kind) {
    for (std::size_t bin = 0; bin < kBins; ++bin) {
      if (counts[kind][bin] == 0) continue;
      // Side by side within the bin.
      const double width = 1e3 * longest_s / kBins / 3.0;
      const double left = (static_cast<double>(bin) * 3.0 + static_cast<double>(kind)) * width;
      panel.box(panel.x(left), panel.y(counts[kind][bin]), panel.x(left + width) - 1.0, panel.bottom(), kInks[kind]);
    }
    panel.legend(static_cast<int>(kind), kinds[kind].first, kInks[kind]);
  }
  panel.mark(1e3 * stream::latest_answer_s(results.live.terms), kAlarm);
  panel.legend(3, "the formula's bound", kAlarm);
  panel.ticks_x("ms");
}

cairo_status_t append(void* text, const unsigned char* data, unsigned int length) {
  static_cast<std::string*>(text)->append(reinterpret_cast<const char*>(data), length);
  return CAIRO_STATUS_SUCCESS;
}

}  // namespace

Result<std::string> latency_plot(const LatencyResults& results) {
  const std::unique_ptr<cairo_surface_t, Release> surface(
      cairo_image_surface_create(CAIRO_FORMAT_RGB24, kWidth, kHeight));
  const std::unique_ptr<cairo_t, Release> cairo(cairo_create(surface.get()));
  cairo_set_source_rgb(cairo.get(), 1.0, 1.0, 1.0);
  cairo_paint(cairo.get());
  draw_queue(cairo.get(), results);
  draw_stages(cairo.get(), results);
  draw_events(cairo.get(), results);
  std::string png;
  cairo_status_t status = cairo_status(cairo.get());
  if (status == CAIRO_STATUS_SUCCESS) status = cairo_surface_write_to_png_stream(surface.get(), append, &png);
  if (status != CAIRO_STATUS_SUCCESS) {
    return fail(ErrorCode::kInternal, std::string("the plot could not be drawn: ") + cairo_status_to_string(status));
  }
  return png;
}

}  // namespace photoplayer::tools
