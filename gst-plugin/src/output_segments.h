// SPDX-License-Identifier: Apache-2.0
#pragma once
/// What the source pad says about time. The music runs on without a seam, but upstream may begin another stream or
/// segment under it (a playlist, a looping seek): downstream is told where that begins to sound, which is up to a hop
/// later than the video thread hears of it. Video thread: begin, later, hold. Whoever makes the sound: the rest.
#include <gst/gst.h>

#include <deque>
#include <mutex>
#include <vector>

namespace photoplayer::gst {

/// The sound's segment for the video's: its running time is kept; the sound plays at rate 1, and `applied_rate` says
/// what that stands for.
[[nodiscard]] GstSegment sound_segment(const GstSegment& video);

class OutputSegments {
 public:
  OutputSegments() { gst_segment_init(&current_, GST_FORMAT_TIME); }
  ~OutputSegments() { forget_later(); }
  OutputSegments(const OutputSegments&) = delete;
  OutputSegments& operator=(const OutputSegments&) = delete;

  /// The first segment of a stream; later ones that wait are forgotten.
  void begin(const GstSegment& segment);
  /// `segment` begins at its base; `events`, the last of which announces it, go out before it. Takes the events.
  void later(const GstSegment& segment, std::vector<GstEvent*> events);
  /// Puts the event behind the last change that still waits, and true; false if none does. Takes it only then.
  [[nodiscard]] bool hold(GstEvent* event);

  [[nodiscard]] GstSegment current() const;
  /// Running time of the next change; NONE without one.
  [[nodiscard]] GstClockTime next_change() const;
  /// The events to send before the sample at this running time, or half a sample beside it; `current` has changed
  /// accordingly. Caller owns them.
  [[nodiscard]] std::vector<GstEvent*> due(GstClockTime running);
  void forget_later();

 private:
  struct Change {
    GstSegment segment;
    std::vector<GstEvent*> events;
  };
  mutable std::mutex mutex_;
  GstSegment current_{};
  std::deque<Change> later_;
};

}  // namespace photoplayer::gst
