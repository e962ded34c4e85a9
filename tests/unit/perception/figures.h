// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Rendered figures whose turning points are known: a pendulum, a bouncing ball and a waving arm, at any period,
/// size, camera pan and noise.
#include <cstdint>
#include <numbers>

#include "scenes.h"

namespace photoplayer::tests {

enum class Figure { kPendulum, kBall, kArm };

struct FigureFilm {
  Figure figure = Figure::kPendulum;
  double period_s = 1.2;  ///< of the whole movement: a pendulum turns twice in it, a ball hits the ground once
  double size = 1.0;
  double pan_widths_per_s = 0.0;
  double noise = 0.0;  ///< grey levels, up and down
  double rest = 0.0;   ///< of the period, standing still at the turns: a gesture

  [[nodiscard]] std::vector<double> turns(double until_s) const {
    const double step_s = figure == Figure::kBall ? period_s : period_s / 2;
    std::vector<double> out;
    for (int i = 1; i * step_s < until_s; ++i) out.push_back(i * step_s);
    return out;
  }

  [[nodiscard]] Picture& paint(Picture& picture, double time_s) {
    const double phase = time_s / period_s;
    const double swing = std::cos(2.0 * std::numbers::pi * phase);  // −1…1, turns at 0 and 1/2
    const double fall = phase - std::floor(phase);
    return picture.paint([&](double x, double y) {
      Colour colour = texture(x + pan_widths_per_s * time_s, y, 4);
      for (double& value : colour) value = 70.0 + 0.35 * (value - 70.0);
      const double tall = (y - 0.5) * 9.0 / 16.0, wide = x - 0.5;  // in widths
      double covered = 0.0;
      if (figure == Figure::kPendulum) {
        const double angle = 0.6 * swing, length = 0.32 * size;
        covered = disc(wide - length * std::sin(angle), tall + 0.2 - length * std::cos(angle), 0.075 * size);
      } else if (figure == Figure::kBall) {
        covered = disc(wide, tall - (0.2 - 0.075 * size) + 0.9 * size * fall * (1.0 - fall), 0.075 * size);
      } else {
        const double angle = std::numbers::pi + 0.9 * swing;
        covered = limb(wide, tall - 0.1, angle, 0.28 * size, 0.035 * size);
        covered =
            std::max(covered, cover(x, 1.0 / 64, 0.5 - 0.05 * size, 0.5 + 0.05 * size) * (tall > 0.1 ? 1.0 : 0.0));
      }
      colour = mix(colour, {235, 200, 150}, covered);
      for (double& value : colour) value += noise * (2.0 * random() - 1.0);
      return colour;
    });
  }

 private:
  static double edge(double outside) { return std::clamp(0.5 - 64.0 * outside, 0.0, 1.0); }
  static double disc(double x, double y, double radius) { return edge(std::hypot(x, y) - radius); }
  /// From the origin, `angle` 0 is down.
  static double limb(double x, double y, double angle, double length, double half_width) {
    const double along = std::clamp(x * std::sin(angle) + y * std::cos(angle), 0.0, length);
    return edge(std::hypot(x - along * std::sin(angle), y - along * std::cos(angle)) - half_width);
  }
  double random() {
    state_ = state_ * 1664525U + 1013904223U;
    return static_cast<double>(state_ >> 8U) / (1 << 24);
  }
  std::uint32_t state_ = 1;
};

}  // namespace photoplayer::tests
