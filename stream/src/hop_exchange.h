// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Where the sampler and the conductor settle who makes which beats. A hop is either the sampler's (claimed,
/// then delivered) or, when it is due and nobody claimed it, the conductor's to fill from the ladder. The
/// lock is held for a few moves of a pointer, never while anything is computed; the render thread does not
/// come here.
#include <photoplayer/stream/hop.h>

#include <cstdint>
#include <deque>
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
  void deliver(Hop hop);
  [[nodiscard]] std::vector<Gap> take_gaps();
  /// Where the oldest hop begins that was delivered and not taken.
  [[nodiscard]] std::optional<double> oldest_start_s() const;
  void end();

  // Caller: conductor.
  [[nodiscard]] std::optional<Opening> opening() const;
  [[nodiscard]] Next take(Hop& hop);
  /// False: the sampler was quicker after all.
  [[nodiscard]] bool fill(const Hop& substitute);

 private:
  mutable std::mutex mutex_;
  std::optional<Opening> opening_;
  std::int64_t frontier_ = 0;  ///< first row that nobody owns
  bool in_flight_ = false;     ///< claimed, not delivered
  bool ended_ = false;
  std::deque<Hop> delivered_;
  std::vector<Gap> gaps_;
};

}  // namespace photoplayer::stream
