// SPDX-License-Identifier: Apache-2.0
#include "picture_feed.h"

#include <photoplayer/perception/frame_scaler.h>
#include <photoplayer/perception/perception.h>
#include <photoplayer/perception/perception_thread.h>

#include <gst/video/video.h>

#include <optional>
#include <utility>

namespace photoplayer::tools {
namespace {

/// Unmaps when it goes.
class MappedFrame {
 public:
  MappedFrame() = default;
  MappedFrame(const MappedFrame&) = delete;
  MappedFrame& operator=(const MappedFrame&) = delete;
  ~MappedFrame() {
    if (mapped_) gst_video_frame_unmap(&frame_);
  }
  bool map(const GstVideoInfo& info, GstBuffer* buffer) {
    mapped_ = gst_video_frame_map(&frame_, &info, buffer, GST_MAP_READ) != 0;
    return mapped_;
  }
  [[nodiscard]] const GstVideoFrame& get() const { return frame_; }

 private:
  GstVideoFrame frame_{};
  bool mapped_ = false;
};

}  // namespace

struct PictureFeed::State {
  State(stream::Timeline& timeline_in, std::unique_ptr<stream::SemanticEncoder> encoder_in, SlowPath slow_path)
      : timeline(timeline_in), encoder(std::move(encoder_in)) {
    if (slow_path == SlowPath::kInBackground) {
      background.emplace(timeline, encoder.get());
      perception.emplace(timeline, *background);
    } else {
      perception.emplace(timeline, encoder.get());
    }
  }

  Result<void> look(const GstVideoFrame& frame, double time_s) {
    const auto thumb = scaler->thumb(frame);
    if (!thumb) return tl::unexpected(thumb.error());
    if (!perception->wants_still(time_s)) {
      perception->see(*thumb, nullptr, time_s);
      return {};
    }
    const auto still = scaler->still(frame);
    if (!still) return tl::unexpected(still.error());
    perception->see(*thumb, &*still, time_s);
    return {};
  }

  stream::Timeline& timeline;
  std::unique_ptr<stream::SemanticEncoder> encoder;
  // In this order: perception uses the thread.
  std::optional<perception::PerceptionThread> background;
  std::optional<perception::Perception> perception;
  std::optional<perception::FrameScaler> scaler;
};

PictureFeed::PictureFeed(stream::Timeline& timeline, std::unique_ptr<stream::SemanticEncoder> encoder,
                         SlowPath slow_path)
    : state_(std::make_unique<State>(timeline, std::move(encoder), slow_path)) {}
PictureFeed::~PictureFeed() = default;

Result<void> PictureFeed::see(GstSample* sample, double time_s) {
  GstVideoInfo info;
  if (gst_video_info_from_caps(&info, gst_sample_get_caps(sample)) == 0) {
    return fail(ErrorCode::kBadInput, "the film has frames of a kind that cannot be read");
  }
  // Times come from timestamps; libgstvideo refuses to scale between infos with different frame rates.
  info.fps_n = 0;
  info.fps_d = 1;
  MappedFrame frame;
  if (!frame.map(info, gst_sample_get_buffer(sample))) {
    return fail(ErrorCode::kBadInput, "the film has a frame that cannot be read");
  }
  if (!state_->scaler || !state_->scaler->fits(info)) {
    auto scaler = perception::FrameScaler::make(info, perception::still_kind(state_->encoder.get()));
    if (!scaler) return tl::unexpected(scaler.error());
    state_->scaler.emplace(std::move(*scaler));
  }
  return state_->look(frame.get(), time_s);
}

void PictureFeed::finish(double end_s) {
  state_->timeline.finish(end_s);
}

}  // namespace photoplayer::tools
