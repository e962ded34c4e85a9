// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Stands in when the sampler is late: first with the provisional look-ahead of the last hop, then with the
/// last bar again, 3 dB softer each time, after two such bars with the bed: the last harmony, held, struck again every
/// other bar and softer each time, down to a quiet floor. A sound bundle has no notes: what sounds fades out. Keeps to
/// the beat throughout. Owned by the conductor's thread. Tested in tests/unit/stream/understudy_test.cpp.
#include <photoplayer/stream/hop.h>

#include <cstdint>
#include <deque>
#include <vector>

namespace photoplayer::stream {

class Understudy {
 public:
  static constexpr int kMaxRepeatedRows = 8;

  void open(double start_s, double step_s, int rows, bool rows_are_beats = true);
  /// Every hop that sounds, its own ones included.
  void listen(const Hop& hop);
  [[nodiscard]] Hop stand_in() const;

 private:
  [[nodiscard]] double time_of(std::int64_t step) const;
  [[nodiscard]] std::vector<NoteEvent> bed() const;

  std::int64_t row_ = 0;  ///< the next
  bool rows_are_beats_ = true;
  int rows_ = 1;          ///< of a hop
  double start_s_ = 0.0;  ///< of the next row
  double step_s_ = 0.125;
  std::vector<NoteEvent> look_ahead_;
  std::int64_t look_ahead_end_ = 0;
  std::deque<NoteEvent> bar_;    ///< the last bar's notes as heard
  std::int64_t heard_from_ = 0;  ///< row of the first hop
  bool heard_ = false;
  int repeated_rows_ = 0;
  int bed_rows_ = 0;
  HopSource last_ = HopSource::kNetwork;
};

}  // namespace photoplayer::stream
