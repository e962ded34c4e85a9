// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Plans a score, whose rows are beats: how many, at what tempo, with which context and look-ahead, which cuts are
/// met and how, where the piece ends. Owned and used by the sampler's thread. Tested in
/// tests/unit/stream/window_planner_test.cpp.
#include <photoplayer/stream/planner.h>

#include <cstdint>
#include <limits>
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
  double tempo_bpm = 0.0;  ///< within `most_bend` of the tempo asked for
  double end_s = 0.0;      ///< from its beginning; a little before the film's end, so that the last chord rings
};
/// Prefers a whole number of bars, then of half bars, then of beats; never later than `length_s` unless not
/// even one beat fits.
[[nodiscard]] Ending choose_ending(double length_s, double tempo_bpm, double most_bend = kMaxBend);

enum class HitPolicy : std::uint8_t {
  kMeet,   ///< aligned: events of the hop are known before it sounds, accents land on them
  kReact,  ///< instant: what was seen since the last window is answered on the next hop's first beat
  kLeave,  ///< instant and live: the conductor has answered it at once; the notes of the next hop follow
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

class WindowPlanner final : public Planner {
 public:
  WindowPlanner(const PlannerSettings& settings, double tempo_bpm, const Controls& controls);

  /// A new tempo asked for by the user is taken here if the hop begins a bar, the picture's own if it begins half a
  /// phrase; both count once the plan is accepted. No bend makes the hop longer than the span says.
  [[nodiscard]] Span prepare(const Controls& controls) override;
  [[nodiscard]] bool at_end() const override { return course_.end_row >= 0 && row_ >= course_.end_row; }
  [[nodiscard]] double end_s() const { return course_.land_s; }
  void film_ends(double time_s) override;
  void reopen() override;
  [[nodiscard]] Plan plan(const Timeline& timeline, double seen_until_s, const Controls& controls,
                          std::int64_t known_rows) override;
  void accept(const Plan& plan) override;
  /// Rarely more than a wish: one change in two phrases. While the music has the picture's tempo, its beats drift
  /// towards the picture's.
  void wish_tempo(const std::optional<TempoWish>& wish) override { wish_ = wish; }
  void at_most(int rows) override { most_rows_ = rows; }
  [[nodiscard]] bool step_back(std::int64_t row) override;
  void substitute(int rows) override;

  [[nodiscard]] std::int64_t row() const override { return row_; }
  [[nodiscard]] double start_s() const override { return clock_.time_s(row_); }
  [[nodiscard]] double row_s(std::int64_t row) const override { return clock_.time_s(row); }
  [[nodiscard]] bool rows_are_beats() const override { return true; }
  [[nodiscard]] double step_s() const override { return clock_.step_s_at(row_ * kStepsPerBeat); }
  [[nodiscard]] const BeatClock& clock() const { return clock_; }

 private:
  [[nodiscard]] double hop_tempo_bpm() const;
  [[nodiscard]] double towards_picture_bpm() const;
  [[nodiscard]] bool wants_change() const;
  [[nodiscard]] bool has_wish() const;
  [[nodiscard]] bool led_by_picture() const;
  void take_tempo(double bpm);
  void aim(double film_end_s);
  void meet(Plan& plan, const std::vector<VisualEvent>& events, float follow) const;
  [[nodiscard]] bool follow_events(Plan& plan, const std::vector<VisualEvent>& events, float follow) const;
  void react(Plan& plan, const std::vector<VisualEvent>& events, float follow) const;

  /// Where the piece is going. A hop that is only planned must not leave it changed.
  struct Course {
    double home_bpm;  ///< what the piece returns to
    std::optional<double> user_bpm;
    std::int64_t next_change_row = kBeatsPerHalf;  ///< the picture's tempo is not taken up before
    std::int64_t end_row = -1;
    double land_s = 0.0;  ///< running time of `end_row`
  };

  PlannerSettings settings_;
  BeatClock clock_;
  Course course_;              ///< with what the planned hop changes
  Course accepted_ = course_;  ///< up to the last hop that was played
  std::optional<TempoWish> wish_;
  std::optional<double> film_end_s_;
  std::int64_t row_ = 0;
  int most_rows_ = std::numeric_limits<int>::max();
  double last_hit_s_ = -1e9;
  double answered_until_s_;  ///< not kMeet: events before this had their chance
  std::vector<Hit> carried_;
  Controls last_controls_;
};

}  // namespace photoplayer::stream
