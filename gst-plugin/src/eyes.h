// SPDX-License-Identifier: Apache-2.0
#pragma once
/// Video buffers to observations: every frame through the fast path; once a second a still through the
/// histogram and the semantic encoder. Live, the stills go to a thread of their own and are skipped while it
/// is busy, so that the video thread never waits. Not live, they are looked at on the spot, so that nothing
/// depends on timing.
#include <photoplayer/perception/fast_path.h>
#include <photoplayer/stream/picture.h>
#include <photoplayer/stream/timeline.h>

#include <gst/video/video.h>

#include <memory>

namespace photoplayer::gst {

class Eyes {
 public:
  Eyes();
  ~Eyes();
  Eyes(const Eyes&) = delete;
  Eyes& operator=(const Eyes&) = delete;

  enum class Slow { kAtOnce, kInBackground };

  /// From the next picture on; may be null. What is seen before knows no semantics. Caller: video, here and below.
  void use(std::unique_ptr<stream::SemanticEncoder> encoder);
  /// False if pictures of this kind cannot be read.
  [[nodiscard]] bool set_format(const GstVideoInfo& info);
  /// Pushes what the buffer shows at `time_s` of running time. False if it could not be mapped.
  [[nodiscard]] bool look(GstBuffer* buffer, double time_s, stream::Timeline& timeline, Slow slow);
  /// Forgets everything, and waits until the background has let go of the timeline.
  void reset();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace photoplayer::gst
