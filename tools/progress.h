// SPDX-License-Identifier: Apache-2.0
#pragma once
/// One line on a terminal that says how far the work is and how long it may still take. In a pipe: nothing.
#include <chrono>
#include <cstdio>
#include <optional>
#include <string>

namespace photoplayer::tools {

class Progress {
 public:
  using Clock = std::chrono::steady_clock;

  /// Draws on `stream` only if that is a terminal.
  explicit Progress(std::FILE* stream);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();  ///< clears the line

  /// `total_s` unknown: counts without a bar. Draws at most ten times a second.
  void show(double done_s, std::optional<double> total_s);
  void show_share(double share);      ///< of work that is no music
  void say(const std::string& what);  ///< for the last, short part
  void clear();

  /// The lines without the terminal; tested.
  [[nodiscard]] static std::string line(double done_s, std::optional<double> total_s, double wall_s);
  [[nodiscard]] static std::string share_line(double share, double wall_s);

 private:
  void draw(const std::string& text);
  std::FILE* stream_;
  bool on_terminal_;
  bool drawn_ = false;
  Clock::time_point begin_ = Clock::now();
  Clock::time_point next_draw_ = Clock::now();
};

}  // namespace photoplayer::tools
