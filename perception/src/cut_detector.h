// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Tells cuts from flashes, motion and dissolves, on the content score of each frame against its reference.
/// See fast_path.h for what it promises. Memory: the picture before the last jump.
#include <photoplayer/stream/timeline.h>

#include <optional>

#include "frame_planes.h"

namespace photoplayer::perception::detail {

struct CutVerdict {
  bool jumped = false;         ///< this frame is unlike its reference: no motion can be read from the pair
  bool forget_before = false;  ///< later frames must not be compared with those before this one
  std::optional<stream::VisualEvent> cut;
  std::optional<stream::VisualEvent> flash;
};

class CutDetector {
 public:
  void reset() noexcept;
  /// `interval_s` since the previous frame, > 0; `now.time_s` increases.
  [[nodiscard]] CutVerdict add(const FramePlanes& reference, const FramePlanes& now, double interval_s);

 private:
  struct Jump {
    double time_s = 0.0;
    float score = 0.0F;
    bool reported = false;  ///< as a cut already; otherwise it waits
  };
  void settle_jump(const FramePlanes& now, bool jumped_again, CutVerdict& verdict);
  void report_cut(double time_s, float score, CutVerdict& verdict);

  std::optional<Jump> jump_;  ///< one that may yet turn out to be a flash
  FramePlanes before_jump_;
  std::optional<double> last_cut_s_;
  float usual_score_ = 0.0F;  ///< of frames that are no cuts, over about a second
};

}  // namespace photoplayer::perception::detail
