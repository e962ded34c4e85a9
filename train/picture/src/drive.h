// SPDX-License-Identifier: Apache-2.0
#pragma once
/// A train of pulses that moves things: each onset adds a step that decays exponentially. The level and its
/// integral (how far something pushed by it has travelled) have closed forms between onsets, so any time
/// costs a binary search.
#include <vector>

namespace photoplayer::train {

struct Onset {
  double time_s = 0.0;
  float weight = 1.0F;  ///< 0…1
};

class Drive {
 public:
  Drive() = default;
  /// `onsets` in any order; `decay_s` is the time constant.
  Drive(std::vector<Onset> onsets, double decay_s);

  struct State {
    float level = 0.0F;      ///< sum of decaying weights
    double travelled = 0.0;  ///< its integral since the beginning
    int count = 0;           ///< onsets so far
    double since_s = 1e9;    ///< time since the last of them
  };
  [[nodiscard]] State at(double time_s) const noexcept;
  [[nodiscard]] const std::vector<Onset>& onsets() const noexcept { return onsets_; }

 private:
  struct Knot {
    double level, travelled;
  };
  std::vector<Onset> onsets_;
  std::vector<Knot> knots_;  ///< just after each onset
  double decay_s_ = 0.1;
};

}  // namespace photoplayer::train
