// SPDX-License-Identifier: Apache-2.0
#pragma once
/// The piece's own time: a piecewise-linear map between sixteenths and running time, so that beats and bars
/// are state that never has to be estimated. Changes append to the map and never touch what is already
/// planned. Owned and used by the sampler's thread. Tested in tests/unit/stream/clocks_test.cpp.
#include <photoplayer/stream/latent_clock.h>
#include <photoplayer/stream/notes.h>

#include <deque>

namespace photoplayer::stream {

inline constexpr int kBeatsPerBar = 4;
inline constexpr int kBeatsPerPhrase = 8 * kBeatsPerBar;
inline constexpr int kBeatsPerHalf = kBeatsPerPhrase / 2;
/// How far a hit point may pull the tempo inside a hop (design §4); more would be heard as unsteady.
inline constexpr double kMaxBend = 0.03;

class BeatClock final : public LatentClock {
 public:
  BeatClock(double origin_s, double tempo_bpm);

  /// Rows are beats.
  [[nodiscard]] double time_s(std::int64_t row) const override { return time_of_step(row * kStepsPerBeat); }
  [[nodiscard]] std::int64_t row_at(double time_s) const override;

  [[nodiscard]] double time_of_step(std::int64_t step) const { return time_at(static_cast<double>(step)); }
  /// `step` may lie between two steps.
  [[nodiscard]] double time_at(double step) const;
  [[nodiscard]] double step_at(double time_s) const;
  [[nodiscard]] double step_s_at(std::int64_t step) const;  ///< length of the sixteenth that begins at `step`
  [[nodiscard]] double tempo_bpm() const;                   ///< after the last change
  [[nodiscard]] std::size_t changes() const { return knots_.size(); }  ///< of tempo, that are remembered
  [[nodiscard]] static bool is_bar_line(std::int64_t beat) { return beat % kBeatsPerBar == 0; }

  /// From `step` on. Steps must not decrease from call to call.
  void set_tempo(std::int64_t step, double tempo_bpm);
  /// Stretches [from, to) so that `to` falls on `time_s`; the tempo before it resumes at `to`. False, and no
  /// change, if that needs more than `kMaxBend`.
  bool bend(std::int64_t from, std::int64_t to, double time_s);

 private:
  struct Knot {
    std::int64_t step;
    double time_s;
    double step_s;  ///< length of a sixteenth from here on
  };
  void add_knot(std::int64_t step, double step_s);
  void remember(const Knot& knot);
  [[nodiscard]] const Knot& knot_at(double step) const;

  /// More than any window looks back; keeps copies cheap and an endless stream's memory bounded.
  static constexpr std::size_t kMaxKnots = 256;
  std::deque<Knot> knots_;
};

}  // namespace photoplayer::stream
