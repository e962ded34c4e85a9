// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Visual impact: where what moved one way comes back the other way (much) or stops (less). Davis and Agrawala sum how
/// far the directogram falls; but a swing falls all the way to its turning point, and a limb that goes round falls in
/// every direction in turn. So the directions of the 120 ms before are compared with the opposite ones of the 120 ms
/// after, which peaks at the turning point itself.
#include <cstddef>
#include <optional>

#include "directogram.h"
#include "recent.h"

namespace photoplayer::perception::detail {

class ImpactCurve {
 public:
  struct Sample {
    double time_s = 0.0;  ///< the middle of the two frames compared
    Directogram motion;
    float change = 0.0F;  ///< what no motion explains
  };
  struct Point {
    double time_s = 0.0;
    float impact = 0.0F;  ///< 0…1, part of the fastest movement of the last seconds
    float change = 0.0F;  ///< mean of the two samples around it
  };
  /// What came before has nothing to do with what follows (a cut).
  void reset() noexcept { *this = ImpactCurve(); }
  void add(const Sample& sample) noexcept;
  /// The next point that is final, once each. `interval_s` is the distance of frames now.
  [[nodiscard]] std::optional<Point> take(double interval_s) noexcept;

 private:
  [[nodiscard]] Directogram mean_around(double time_s, std::size_t from, std::size_t to) const noexcept;
  Recent<Sample, 64> samples_;  // of at least 2 ms each
  float pace_ = 0.0F;           ///< the most that moved at once, forgotten over seconds
  std::size_t next_ = 1;        ///< the first sample whose step from the one before was not yet taken
};

}  // namespace photoplayer::perception::detail
