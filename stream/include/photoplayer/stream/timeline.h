// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What was seen, stamped in running time (seconds). The video and perception threads write, the sampler and
/// conductor read; a mutex guards it (neither is the render thread). Entries older than two minutes before the newest
/// of their kind are dropped, so a caller that is not live may push at most that far ahead of the music.
/// Tested in tests/unit/stream/timeline_test.cpp.
#include <photoplayer/stream/motion_history.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <vector>

namespace photoplayer::stream {

/// The fast path's view of one video frame. All in 0…1 unless said otherwise.
struct FastObservation {
  double time_s = 0.0;
  float brightness = 0.0F;  ///< mean luma
  float saturation = 0.0F;  ///< mean HSV saturation
  float warmth = 0.0F;      ///< −1 (blue) … 1 (red/yellow), mean of (R − B) over (R + G + B)
  float change = 0.0F;      ///< mean absolute frame difference per second of video, squashed to 0…1
  float motion = 0.0F;      ///< dense flow energy, thumbnail widths per second, squashed to 0…1
  float cut = 0.0F;         ///< strength of a cut on this frame, 0 if none
  float beat = 0.0F;        ///< strength of a visual beat confirmed on this frame, 0 if none
};

inline constexpr std::size_t kSemanticDims = 512;
inline constexpr std::size_t kColourDims = 3 * 32 * 32;

/// The slow path's view of one moment (about 1 Hz).
struct SlowObservation {
  double time_s = 0.0;
  std::array<float, kSemanticDims> semantic{};  ///< as the encoder gave it; zeros beyond its own length
  std::array<float, kColourDims> colour{};      ///< RGB-uv histogram [plane, u, v], sums to 1
};

/// The tempo of what moves, as looked at a few times a second.
struct PulseObservation {
  double time_s = 0.0;
  double bpm = 0.0;         ///< 0: nothing repeats
  float confidence = 0.0F;  ///< 0…1
  double beat_s = 0.0;      ///< when one of the last beats was
};

enum class VisualEventKind : std::uint8_t { kCut, kFlash, kBeat };

/// "cut", "flash", "beat".
[[nodiscard]] const char* kind_name(VisualEventKind kind) noexcept;

struct VisualEvent {
  double time_s = 0.0;  ///< when it happened (a beat is confirmed later than it happens)
  VisualEventKind kind = VisualEventKind::kCut;
  float strength = 0.0F;  ///< 0…1
};

/// Fast observations over an interval, in the form that the network was trained on. The trainer calls the
/// same function, so training and playing agree.
struct Glance {
  static constexpr std::size_t kDims = 8;
  float cut = 0.0F, beat = 0.0F;                              ///< maxima
  float change = 0.0F, motion = 0.0F;                         ///< means
  float brightness = 0.0F, saturation = 0.0F, warmth = 0.0F;  ///< means
  float seen = 0.0F;                                          ///< 1 if the interval was seen, else 0 and all zero
  [[nodiscard]] std::array<float, kDims> values() const noexcept {
    return {cut, beat, change, motion, brightness, saturation, warmth, seen};
  }
};

class Timeline {
 public:
  /// Times may not decrease by more than a frame's jitter; older ones are dropped and counted. Caller: video.
  void push(const FastObservation& seen);
  void push(const SlowObservation& seen);
  void push(const VisualEvent& event);
  void push(const PulseObservation& seen);
  /// Everything before `time_s` has been pushed. Caller: video.
  void advance(double time_s);
  /// No more will come; the picture ends at `time_s`. Caller: video.
  void finish(double time_s);
  /// Forgets everything (flush, seek).
  void reset();

  [[nodiscard]] double seen_until_s() const;
  /// Then `seen_until_s()` is where the picture ends.
  [[nodiscard]] bool finished() const;
  /// Entries refused since the last reset: out of order by more than jitter, or without a finite time. Any thread.
  [[nodiscard]] std::uint64_t dropped() const;

  /// Aggregates [from_s, to_s). Between sparse frames (low frame rates) means hold the last value, maxima do not.
  /// Precisely: the interval is first cut at `seen_until_s()`. Each frame is on screen from its own time until the
  /// next frame's; a mean weighs each frame by how long it was on screen inside the interval (so it does not depend
  /// on the frame rate), a maximum is over the frames whose own time lies inside. `seen` is 1 if any frame was on
  /// screen in the cut interval, else everything is 0: before the first frame, beyond `seen_until_s()`, forgotten.
  /// A trainer must call `advance` or `finish` too, or nothing counts as seen. Cost: O(log frames + frames inside).
  [[nodiscard]] Glance glance(double from_s, double to_s) const;
  /// How lively the picture is in [from_s, to_s) beside what it was in the three minutes before `to_s`: −1 as calm as
  /// it gets, 0 as usual, 1 as lively as it gets (`MotionHistory`). Nothing where nothing was seen; cut like a glance.
  [[nodiscard]] std::optional<float> liveliness(double from_s, double to_s) const;
  /// The slow observations in [from_s, to_s), newest `limit`, oldest first.
  [[nodiscard]] std::vector<SlowObservation> slow(double from_s, double to_s, std::size_t limit) const;
  [[nodiscard]] std::vector<VisualEvent> events(double from_s, double to_s) const;
  [[nodiscard]] std::vector<PulseObservation> pulses(double from_s, double to_s) const;

 private:
  static constexpr double kMemory_s = 120.0;
  mutable std::mutex mutex_;
  std::deque<FastObservation> fast_;
  std::deque<SlowObservation> slow_;
  std::deque<VisualEvent> events_;
  std::deque<PulseObservation> pulses_;
  MotionHistory motion_;
  double seen_until_s_ = 0.0;
  bool finished_ = false;
  std::uint64_t dropped_ = 0;
};

}  // namespace photoplayer::stream
