// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Where the sampler and the conductor settle who makes which beats. A hop is either the sampler's (claimed,
/// then delivered) or, when it is due and nobody claimed it, the conductor's to fill from the ladder. The
/// lock is held for a few moves of a pointer, never while anything is computed; the render thread does not
/// come here.
#include <photoplayer/stream/hop.h>

#include <cstdint>
#include <deque>
#include <limits>
#include <mutex>
#include <optional>
#include <vector>

namespace photoplayer::stream {

class HopExchange {
 public:
  /// When the piece begins, and its grid until the first hop is there.
  struct Opening {
    double start_s = 0.0;
    double step_s = 0.0;
    int rows = 0;
    bool rows_are_beats = true;
  };
  struct Gap {
    int rows = 0;
    HopSource source = HopSource::kBed;
  };
  enum class Next : std::uint8_t { kHop, kSoon, kMissing, kEnd };

  // Caller: sampler.
  void open(const Opening& opening);
  /// False: the conductor has filled these rows already.
  [[nodiscard]] bool claim(std::int64_t first, int rows);
  /// For an early hop: takes back what the conductor has not begun to render. False: it is too late for that, or a hop
  /// is under way.
  [[nodiscard]] bool claim_back(std::int64_t first, int rows, double start_s);
  void deliver(Hop hop);
  [[nodiscard]] std::vector<Gap> take_gaps();
  /// Where the oldest hop begins that was delivered and not taken.
  [[nodiscard]] std::optional<double> oldest_start_s() const;
  void end();

  // Caller: conductor.
  [[nodiscard]] std::optional<Opening> opening() const;
  [[nodiscard]] Next take(Hop& hop);
  /// About to render up to `until_s`, from hops in hand. False: an early hop begins before, take it first.
  [[nodiscard]] bool may_render(double until_s);
  /// False: the sampler was quicker after all.
  [[nodiscard]] bool fill(const Hop& substitute);

 private:
  mutable std::mutex mutex_;
  std::optional<Opening> opening_;
  std::int64_t frontier_ = 0;  ///< first row that nobody owns
  bool in_flight_ = false;     ///< claimed, not delivered
  bool ended_ = false;
  double rendered_until_s_ = std::numeric_limits<double>::lowest();
  std::optional<double> early_s_;  ///< where a hop begins that was claimed back and not yet taken
  std::deque<Hop> delivered_;
  std::vector<Gap> gaps_;
};

}  // namespace photoplayer::stream
