// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A PNG of panels, one above the other: values to pixels, grid, curves, boxes, legend. One thread.
#include <photoplayer/stream/result.h>

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace photoplayer::tools {

struct Ink {
  double red, green, blue;
};
inline constexpr Ink kInk{0.13, 0.13, 0.13}, kGridInk{0.87, 0.87, 0.87}, kAlarmInk{0.84, 0.15, 0.16};
inline constexpr Ink kInks[] = {{0.12, 0.47, 0.71}, {1.0, 0.5, 0.05},   {0.17, 0.63, 0.17},
                                {0.58, 0.4, 0.74},  {0.55, 0.34, 0.29}, {0.09, 0.75, 0.81}};

class Plot {
 public:
  Plot(int width, int height);
  ~Plot();
  Plot(Plot&&) noexcept;
  Plot& operator=(Plot&&) noexcept;

  /// The file's bytes. Fails with kInternal if the drawing went wrong.
  [[nodiscard]] Result<std::string> png() const;

 private:
  friend class Panel;
  struct State;
  std::unique_ptr<State> state_;
};

class Panel {
 public:
  Panel(Plot& plot, double top, double height, const std::string& title);

  enum class Scale { kLinear, kLogarithmic };
  void ranges(double x_end, double y_begin, double y_end, Scale y_scale = Scale::kLinear);
  /// Ticks below; `unit` behind the last.
  void ticks_x(const std::string& unit);
  void grid_y(double value, const std::string& label);
  /// From the left edge, `rate` values per unit of x; breaks where a value is not finite.
  void curve(std::span<const double> values, double rate, const Ink& ink);
  void dot(double x, double y, const Ink& ink);
  void box(double left, double bottom, double right, double top, const Ink& ink);
  /// From the panel's foot to its head, and from its left to its right edge.
  void band(double from, double to, const Ink& ink);
  void level(double y, const Ink& ink);
  void mark(double x, const Ink& ink, double width = 1.0);
  void legend(int row, const std::string& label, const Ink& ink);

 private:
  [[nodiscard]] double x(double value) const;
  [[nodiscard]] double y(double value) const;
  [[nodiscard]] double scaled(double y) const;
  void text(double left, double base, const std::string& words, double size, bool ends_here);
  void line(double x0, double y0, double x1, double y1, const Ink& ink, double width);
  void fill(double left, double top, double width, double height, const Ink& ink);

  Plot::State& plot_;
  double top_, height_, x_end_ = 1.0, y_begin_ = 0.0, y_end_ = 1.0;  ///< y as scaled
  Scale y_scale_ = Scale::kLinear;
};

}  // namespace photoplayer::tools
