// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Finds the visual events that became known only when the hop they belong to was made already, so that nobody met
/// them and nobody said so. Owned by the sampler's thread. Tested in tests/unit/stream/late_events_test.cpp.
#include <photoplayer/stream/report.h>
#include <photoplayer/stream/timeline.h>

#include <span>
#include <vector>

namespace photoplayer::stream {

class LateEvents {
 public:
  explicit LateEvents(double start_s) : start_s_(start_s) {}

  /// A hop has answered these, taken or not.
  void answered(std::span<const ReportedEvent> events);
  /// Those before `made_until_s` that no hop has answered; each is told once.
  [[nodiscard]] std::vector<ReportedEvent> find(const Timeline& timeline, double made_until_s);

 private:
  [[nodiscard]] bool is_new(const VisualEvent& event) const;

  double start_s_;
  std::vector<VisualEvent> known_;  ///< of the last seconds
};

}  // namespace photoplayer::stream
