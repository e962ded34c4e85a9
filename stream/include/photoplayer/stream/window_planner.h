// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Decides what the next window is: how many beats, at what tempo, with which context and look-ahead, which
/// cuts are met and how, where the piece ends. A plan changes nothing until it is accepted, so a hop that
/// came too late leaves no trace. Owned and used by the sampler's thread. Tested in
/// tests/unit/stream/window_planner_test.cpp.
#include <photoplayer/stream/beat_clock.h>
#include <photoplayer/stream/controls.h>
#include <photoplayer/stream/ports.h>
#include <photoplayer/stream/report.h>
#include <photoplayer/stream/timeline.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace photoplayer::stream {

inline constexpr double kMinTempo_bpm = 50.0;
inline constexpr double kMaxTempo_bpm = 180.0;

/// The tempo that suits what was seen in [from_s, to_s), if nobody asks for another.
[[nodiscard]] double picture_tempo_bpm(const Timeline& timeline, double from_s, double to_s);

/// The most whole beats within `max_hop_s`, at least one.
[[nodiscard]] int hop_rows(double max_hop_s, double tempo_bpm);

/// Where a piece of known length ends.
struct Ending {
  std::int64_t beats = 1;  ///< length of the piece
  double tempo_bpm = 0.0;  ///< within `kMaxBend` of the tempo asked for
  double end_s = 0.0;      ///< from its beginning; a little before the film's end, so that the last chord rings
};
/// Prefers a whole number of bars, then of half bars, then of beats; never later than `length_s` unless not
/// even one beat fits.
[[nodiscard]] Ending choose_ending(double length_s, double tempo_bpm);

enum class HitPolicy : std::uint8_t {
  kMeet,   ///< aligned: events of the hop are known before it sounds, accents land on them
  kReact,  ///< instant: what was seen since the last window is answered on the next hop's first beat
};

struct PlannerSettings {
  double origin_s = 0.0;
  double max_hop_s = 1.25;
  int context_rows = 16;
  int look_ahead_rows = 8;
  std::optional<double> film_end_s;  ///< running time, if known
  float warm_start = 0.6F;           ///< diffusion time at which provisional rows start again
  HitPolicy hits = HitPolicy::kMeet;
  float hit_threshold = 0.3F;       ///< weaker events are not met
  double hit_distance_beats = 0.5;  ///< between two accents, also across a seam
};

struct Plan {
  std::int64_t first = 0;  ///< first row of the hop
  int context = 0, hop = 0, look_ahead = 0;
  double start_s = 0.0, end_s = 0.0;
  double tempo_bpm = 0.0;  ///< of the hop, before any bend
  float start = 1.0F;      ///< see WindowRequest
  std::int64_t end_row = -1;
  std::vector<double> times_s;  ///< [context + hop + look_ahead + 1]
  std::vector<Hit> hits;        ///< accents to sound in this hop; `step` may be the next hop's first
  std::vector<Hit> carried;     ///< met at the end of the last hop, on this hop's first step
  std::vector<ReportedEvent> events;
  bool ends_piece = false;
  BeatClock clock{0.0, 120.0};  ///< as it is if the plan is accepted
};

class WindowPlanner {
 public:
  WindowPlanner(const PlannerSettings& settings, double tempo_bpm, const Controls& controls);

  struct Span {
    double start_s = 0.0;
    double latest_end_s = 0.0;  ///< no bend makes the hop longer
    int rows = 0;
  };
  /// Bounds of the next hop; a new tempo asked for by the user is taken here if the hop begins a bar.
  [[nodiscard]] Span prepare(const Controls& controls);
  /// The next row is the end: there is no further hop unless the film goes on.
  [[nodiscard]] bool at_end() const { return end_row_ >= 0 && row_ >= end_row_; }
  [[nodiscard]] double end_s() const { return land_s_; }

  /// The picture turned out to end at `time_s`.
  void film_ends(double time_s);
  /// The film outlived its announced length: play on.
  void reopen();

  /// For the hop that `prepare` described. `known_rows`: provisional latents that exist from the hop's first
  /// row on.
  [[nodiscard]] Plan plan(const Timeline& timeline, double seen_until_s, const Controls& controls,
                          std::int64_t known_rows);
  void accept(const Plan& plan);
  /// `rows` went by without a plan of ours, at an even tempo.
  void substitute(int rows) { row_ += rows; }

  [[nodiscard]] std::int64_t row() const { return row_; }
  [[nodiscard]] const BeatClock& clock() const { return clock_; }

 private:
  [[nodiscard]] double hop_tempo_bpm() const;
  void aim(double film_end_s);
  void meet(Plan& plan, const std::vector<VisualEvent>& events, float follow) const;
  void react(Plan& plan, const std::vector<VisualEvent>& events, float follow) const;

  PlannerSettings settings_;
  BeatClock clock_;
  double home_bpm_;  ///< what the piece returns to
  std::optional<double> user_bpm_;
  std::optional<double> film_end_s_;
  std::int64_t row_ = 0;
  std::int64_t end_row_ = -1;
  double land_s_ = 0.0;  ///< running time of `end_row_`
  double last_hit_s_ = -1e9;
  double answered_until_s_;  ///< kReact: events before this had their chance
  std::vector<Hit> carried_;
  Controls last_controls_;
};

}  // namespace photoplayer::stream
