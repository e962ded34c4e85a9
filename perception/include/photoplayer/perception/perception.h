// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Both paths joined to a timeline: what the owner of the video pad (or of the film's frames) calls for every
/// frame.
///
///   Perception perception(timeline, &encoder);         // offline: the slow path runs inside see(), same
///   every time Perception perception(timeline, thread);           // live: a PerceptionThread does it, see()
///   never waits for it for each frame:
///     still = perception.wants_still(time_s) ? scale to kStillSide² : nothing
///     perception.see(thumb, still, time_s);
///
/// One thread at a time (the video thread). Tested in tests/unit/perception/perception_test.cpp.
#include <photoplayer/perception/fast_path.h>
#include <photoplayer/perception/perception_thread.h>
#include <photoplayer/perception/slow_path.h>
#include <photoplayer/stream/picture.h>
#include <photoplayer/stream/timeline.h>

#include <optional>
#include <variant>

namespace photoplayer::perception {

class Perception {
 public:
  /// `timeline` and `encoder` (may be null) must outlive this object.
  Perception(stream::Timeline& timeline, stream::SemanticEncoder* encoder);
  /// `thread` must outlive this object and push to the same timeline.
  Perception(stream::Timeline& timeline, PerceptionThread& thread);

  [[nodiscard]] bool wants_still(double time_s) const noexcept;

  /// One frame. A still that was not wanted is looked at all the same; one that was wanted and is null (a
  /// frame that could not be converted) is asked for again with the next frame.
  void see(const stream::PictureView& thumb, const stream::PictureView* still, double time_s);

  /// Forgets everything, the timeline's content too (flush, seek).
  void reset();

 private:
  void tell_pulse(double time_s);

  stream::Timeline& timeline_;
  FastPath fast_path_;
  std::optional<double> pulse_s_;  ///< when its pulse was last told
  std::variant<SlowPath, PerceptionThread*> slow_path_;
};

}  // namespace photoplayer::perception
