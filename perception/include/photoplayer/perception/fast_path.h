// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What can be seen in every frame for little: brightness, colour, change, motion, cuts, flashes and visual
/// beats, from a thumbnail. Any frame rate; time comes from timestamps only. One thread at a time (the video
/// thread, or the trainer's renderer). Nothing is allocated after construction except while events are
/// reported. Tested in tests/unit/perception/fast_path_test.cpp.
#include <photoplayer/stream/picture.h>
#include <photoplayer/stream/timeline.h>

#include <memory>
#include <optional>
#include <span>

namespace photoplayer::perception {

/// The tempo of what moves, where it is regular; from the last 8 s, renewed four times a second.
struct VisualTempo {
  double bpm = 0.0;         ///< 40…200
  float confidence = 0.0F;  ///< 0…1; below about 0.5 it is no more than a guess
  double beat_s = 0.0;      ///< when one of the last beats was
};

/// What the numbers mean, where photoplayer::stream::FastObservation leaves it open:
/// - Differences are taken against a frame at least 30 ms old, so that 240 frames a second do not look
/// calmer, nor
///   noisier, than 30.
/// - `change` is 1 − exp(−r), r = mean absolute RGB difference in full scales per second.
/// - `motion` is 1 − exp(−s / 0.5), s = root mean square of the flow in thumbnail widths per second.
/// - `cut` and event strengths are 1 − 2^(−score/27), score as in PySceneDetect's ContentDetector; 0.5 is its
///   threshold. Cuts are at least 0.3 s apart. There is no look-ahead, with one exception: a jump that looks
///   like a flash (to almost white or black, or the same picture in another light) waits up to 0.2 s to see
///   whether the picture comes back; if it does, it was a flash and no cut, if not, `cut` marks the frame
///   that settled it and the event carries the time of the jump. At frame intervals above 0.11 s nothing
///   waits.
/// - `beat` marks visual impacts: where a movement turns back (more) or stops (less), measured against the fastest
///   movement of the last seconds, and changes that no movement explains. Those that lie on the picture's own pulse
///   (`tempo`) count more easily. Confirmed at most 0.25 s after its peak; needs at least about 8 frames a second.
/// - Same or slightly earlier time (up to 0.1 s back): the picture's own values, no new events, rates as
/// before.
///   Further back, or more than 60 s forward: as after `reset`.
class FastPath {
 public:
  FastPath();
  ~FastPath();
  FastPath(FastPath&&) noexcept;
  FastPath& operator=(FastPath&&) noexcept;
  FastPath(const FastPath&) = delete;
  FastPath& operator=(const FastPath&) = delete;

  /// `thumb` is kThumbWidth × kThumbHeight; other sizes are sampled to it coarsely. Never returns NaN or
  /// infinity, and the returned time is the one given, or the last one if that is not finite.
  [[nodiscard]] stream::FastObservation observe(const stream::PictureView& thumb, double time_s);

  /// What the last `observe` confirmed, oldest first. Valid until the next call.
  [[nodiscard]] std::span<const stream::VisualEvent> events() const noexcept;

  /// None while nothing repeats, and for the first 3 s.
  [[nodiscard]] std::optional<VisualTempo> tempo() const noexcept;

  /// Forgets everything (flush, seek).
  void reset();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace photoplayer::perception
