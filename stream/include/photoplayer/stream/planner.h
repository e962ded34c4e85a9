// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What plans windows: how many rows, where in time, with which context and look-ahead. A score's rows are beats
/// (window_planner.h), a sound's rows have a fixed length (fixed_planner.h). A plan changes nothing until it is
/// accepted, so a hop that came too late leaves no trace. Owned and used by the sampler's thread.
#include <photoplayer/stream/beat_clock.h>
#include <photoplayer/stream/controls.h>
#include <photoplayer/stream/ports.h>
#include <photoplayer/stream/report.h>
#include <photoplayer/stream/timeline.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace photoplayer::stream {

struct Plan {
  std::int64_t first = 0;  ///< first row of the hop
  int context = 0, hop = 0, look_ahead = 0;
  double start_s = 0.0, end_s = 0.0;
  double tempo_bpm = 0.0;  ///< of the hop, before any bend; 0 if rows are no beats
  float start = 1.0F;      ///< see WindowRequest
  std::int64_t end_row = -1;
  std::vector<double> times_s;  ///< [context + hop + look_ahead + 1]
  std::vector<Hit> hits;        ///< accents to sound in this hop; `step` may be the next hop's first
  std::vector<Hit> carried;     ///< met at the end of the last hop, on this hop's first step
  std::vector<ReportedEvent> events;
  double answered_until_s = 0.0;  ///< events before this need no further answer
  bool ends_piece = false;
  bool rows_are_beats = true;
  BeatClock clock{0.0, 120.0};  ///< as it is if the plan is accepted; means nothing unless rows are beats
};

class Planner {
 public:
  virtual ~Planner() = default;

  struct Span {
    double start_s = 0.0;
    double latest_end_s = 0.0;  ///< nothing makes the hop longer
    int rows = 0;
  };
  /// Bounds of the next hop.
  [[nodiscard]] virtual Span prepare(const Controls& controls) = 0;
  /// The next row is the end: there is no further hop unless the film goes on.
  [[nodiscard]] virtual bool at_end() const = 0;
  /// The picture turned out to end at `time_s`.
  virtual void film_ends(double time_s) = 0;
  /// The film outlived its announced length: play on.
  virtual void reopen() = 0;

  /// For the hop that `prepare` described. `known_rows`: provisional latents that exist from the hop's first
  /// row on.
  [[nodiscard]] virtual Plan plan(const Timeline& timeline, double seen_until_s, const Controls& controls,
                                  std::int64_t known_rows) = 0;
  virtual void accept(const Plan& plan) = 0;
  /// What the picture's tempo would be, from the next hop on; nothing: it has none.
  virtual void wish_tempo(const std::optional<TempoWish>& /*wish*/) {}
  /// Live: the next hops have at most so many rows, until told otherwise.
  virtual void at_most(int rows) = 0;
  /// Live: the next hop begins at `row` of the hop accepted last, whose rest it replaces. False: this kind cannot.
  [[nodiscard]] virtual bool step_back(std::int64_t row) = 0;
  /// `rows` went by without a plan of ours.
  virtual void substitute(int rows) = 0;

  [[nodiscard]] virtual std::int64_t row() const = 0;              ///< first of the next hop
  [[nodiscard]] virtual double start_s() const = 0;                ///< where it begins
  [[nodiscard]] virtual double row_s(std::int64_t row) const = 0;  ///< where a row of the last hop begins
  [[nodiscard]] virtual bool rows_are_beats() const = 0;
  [[nodiscard]] virtual double step_s() const = 0;  ///< a quarter of its first row
};

}  // namespace photoplayer::stream
