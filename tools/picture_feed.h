// SPDX-License-Identifier: Apache-2.0
#pragma once
/// From decoded frames to the engine's timeline: scales each frame and hands it to perception. One thread.
#include <photoplayer/stream/picture.h>
#include <photoplayer/stream/result.h>
#include <photoplayer/stream/timeline.h>

#include <gst/gst.h>

#include <memory>

namespace photoplayer::tools {

class PictureFeed {
 public:
  enum class SlowPath {
    kAtOnce,        ///< inside `see`, so that the same film gives the same observations every time
    kInBackground,  ///< live: on a thread of its own, as often as it can
  };
  /// `timeline` outlives the feed; `encoder` may be null.
  PictureFeed(stream::Timeline& timeline, std::unique_ptr<stream::SemanticEncoder> encoder,
              SlowPath slow_path = SlowPath::kAtOnce);
  PictureFeed(const PictureFeed&) = delete;
  PictureFeed& operator=(const PictureFeed&) = delete;
  ~PictureFeed();

  /// The frame shows at `time_s`; one that stays long is to be shown again. Caps may change on the way.
  /// Fails with kBadInput on a frame that cannot be read.
  [[nodiscard]] Result<void> see(GstSample* frame, double time_s);
  /// No more frames; the picture ends at `end_s`.
  void finish(double end_s);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace photoplayer::tools
