// SPDX-License-Identifier: Apache-2.0
#include "plot/panel.h"

#include <cairo.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace photoplayer::tools {
namespace {

constexpr double kLeft = 80.0, kRight = 170.0;

struct Release {
  void operator()(cairo_t* context) const { cairo_destroy(context); }
  void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
};

cairo_status_t append(void* text, const unsigned char* data, unsigned int length) {
  static_cast<std::string*>(text)->append(reinterpret_cast<const char*>(data), length);
  return CAIRO_STATUS_SUCCESS;
}

}  // namespace

struct Plot::State {
  int width;
  std::unique_ptr<cairo_surface_t, Release> surface;
  std::unique_ptr<cairo_t, Release> cairo;

  void set(const Ink& ink) const { cairo_set_source_rgb(cairo.get(), ink.red, ink.green, ink.blue); }
};

Plot::Plot(int width, int height) : state_(std::make_unique<State>()) {
  state_->width = width;
  state_->surface.reset(cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height));
  state_->cairo.reset(cairo_create(state_->surface.get()));
  state_->set({1.0, 1.0, 1.0});
  cairo_paint(state_->cairo.get());
  cairo_select_font_face(state_->cairo.get(), "sans", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
}
Plot::~Plot() = default;
Plot::Plot(Plot&&) noexcept = default;
Plot& Plot::operator=(Plot&&) noexcept = default;

Result<std::string> Plot::png() const {
  std::string bytes;
  cairo_status_t status = cairo_status(state_->cairo.get());
  if (status == CAIRO_STATUS_SUCCESS) status = cairo_surface_write_to_png_stream(state_->surface.get(), append, &bytes);
  if (status == CAIRO_STATUS_SUCCESS) return bytes;
  return fail(ErrorCode::kInternal, std::string("the plot could not be drawn: ") + cairo_status_to_string(status));
}

Panel::Panel(Plot& plot, double top, double height, const std::string& title)
    : plot_(*plot.state_), top_(top), height_(height) {
  text(kLeft, top - 10.0, title, 15.0, false);
}

void Panel::ranges(double x_end, double y_begin, double y_end, Scale y_scale) {
  x_end_ = x_end > 0.0 ? x_end : 1.0;
  y_scale_ = y_scale;
  y_begin_ = scaled(y_begin);
  y_end_ = y_end > y_begin ? scaled(y_end) : y_begin_ + 1.0;
}

double Panel::scaled(double y) const {
  return y_scale_ == Scale::kLogarithmic ? std::log10(std::max(y, 1e-6)) : y;
}

double Panel::x(double value) const {
  return kLeft + (plot_.width - kLeft - kRight) * std::clamp(value / x_end_, 0.0, 1.0);
}
double Panel::y(double value) const {
  return top_ + height_ * (1.0 - std::clamp((scaled(value) - y_begin_) / (y_end_ - y_begin_), 0.0, 1.0));
}

void Panel::ticks_x(const std::string& unit) {
  const double raw = x_end_ / 8.0, power = std::pow(10.0, std::floor(std::log10(raw)));
  const double step = raw < 2.0 * power ? 2.0 * power : raw < 5.0 * power ? 5.0 * power : 10.0 * power;
  const double bottom = top_ + height_;
  for (double value = 0.0; value <= x_end_ * 1.0001; value += step) {
    char label[32];
    std::snprintf(label, sizeof label, "%g", value);
    text(x(value) + 8.0, bottom + 16.0, label, 11.0, true);
    line(x(value), bottom, x(value), bottom + 4.0, kInk, 1.0);
  }
  text(x(x_end_) + 8.0, bottom + 16.0, unit, 11.0, false);
  line(kLeft, bottom, x(x_end_), bottom, kInk, 1.0);
}

void Panel::grid_y(double value, const std::string& label) {
  line(kLeft, y(value), x(x_end_), y(value), kGridInk, 1.0);
  text(kLeft - 8.0, y(value) + 4.0, label, 11.0, true);
}

void Panel::curve(std::span<const double> values, double rate, const Ink& ink) {
  plot_.set(ink);
  cairo_set_line_width(plot_.cairo.get(), 1.5);
  bool drawing = false;
  for (std::size_t i = 0; i < values.size() && static_cast<double>(i) / rate <= x_end_; ++i) {
    if (std::isfinite(values[i])) {
      const auto to = drawing ? cairo_line_to : cairo_move_to;
      to(plot_.cairo.get(), x(static_cast<double>(i) / rate), y(values[i]));
    }
    drawing = std::isfinite(values[i]);
  }
  cairo_stroke(plot_.cairo.get());
}

void Panel::box(double left, double bottom, double right, double top, const Ink& ink) {
  fill(x(left), y(top), std::max(x(right) - x(left), 1.0), y(bottom) - y(top), ink);
}

void Panel::dot(double at, double value, const Ink& ink) {
  fill(x(at) - 1.0, y(value) - 1.0, 2.0, 2.0, ink);
}

void Panel::band(double from, double to, const Ink& ink) {
  fill(x(from), top_, x(to) - x(from), height_, ink);
}

void Panel::level(double value, const Ink& ink) {
  line(kLeft, y(value), x(x_end_), y(value), ink, 1.0);
}

void Panel::mark(double at, const Ink& ink, double width) {
  line(x(at), top_, x(at), top_ + height_, ink, width);
}

void Panel::legend(int row, const std::string& label, const Ink& ink) {
  const double base = top_ + 14.0 + 18.0 * row, left = plot_.width - kRight + 10.0;
  fill(left, base - 9.0, 10.0, 10.0, ink);
  text(left + 16.0, base, label, 12.0, false);
}

void Panel::text(double left, double base, const std::string& words, double size, bool ends_here) {
  cairo_t* cairo = plot_.cairo.get();
  cairo_set_font_size(cairo, size);
  cairo_text_extents_t extents;
  cairo_text_extents(cairo, words.c_str(), &extents);
  plot_.set(kInk);
  cairo_move_to(cairo, ends_here ? left - extents.x_advance : left, base);
  cairo_show_text(cairo, words.c_str());
}

void Panel::line(double x0, double y0, double x1, double y1, const Ink& ink, double width) {
  plot_.set(ink);
  cairo_set_line_width(plot_.cairo.get(), width);
  cairo_move_to(plot_.cairo.get(), x0, y0);
  cairo_line_to(plot_.cairo.get(), x1, y1);
  cairo_stroke(plot_.cairo.get());
}

void Panel::fill(double left, double top, double width, double height, const Ink& ink) {
  plot_.set(ink);
  cairo_rectangle(plot_.cairo.get(), left, top, width, height);
  cairo_fill(plot_.cairo.get());
}

}  // namespace photoplayer::tools
