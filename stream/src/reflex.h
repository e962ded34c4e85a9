// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Instant mode's quick reaction: a cut or a flash is answered by a marked accent in the very tick in which it becomes
/// known, long before the next hop. Owned by the conductor's thread. Tested in tests/unit/stream/instant_test.cpp.
#include <photoplayer/stream/ports.h>
#include <photoplayer/stream/report.h>
#include <photoplayer/stream/timeline.h>

#include <deque>
#include <vector>

namespace photoplayer::stream {

class Reflex {
 public:
  /// Events from `origin_s` on. `notes`: a hit is an accent of notes; else a swell, which nobody would call taken.
  Reflex(double origin_s, bool notes) : from_s_(origin_s), notes_(notes) {}

  struct Answer {
    std::vector<Hit> hits;              ///< at most one
    std::vector<ReportedEvent> events;  ///< all that became known
  };
  /// `now_s`: running time of the next frame to be rendered.
  [[nodiscard]] Answer answer(const Timeline& seen, double now_s, float follow);

 private:
  [[nodiscard]] bool is_new(const VisualEvent& event) const;

  double from_s_;
  bool notes_;
  double last_hit_s_ = -1e9;
  std::deque<VisualEvent> known_;  ///< of the last moments: events may come out of order
};

}  // namespace photoplayer::stream
