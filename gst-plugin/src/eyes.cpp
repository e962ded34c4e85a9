// SPDX-License-Identifier: Apache-2.0
#include "eyes.h"

#include <photoplayer/perception/frame_scaler.h>
#include <photoplayer/perception/perception.h>
#include <photoplayer/perception/perception_thread.h>

#include <optional>
#include <utility>

namespace photoplayer::gst {

struct Eyes::State {
  std::unique_ptr<stream::SemanticEncoder> encoder;
  GstVideoInfo info{};
  std::optional<perception::FrameScaler> scaler;
  // In this order: perception uses the thread.
  std::optional<perception::PerceptionThread> background;
  std::optional<perception::Perception> perception;

  void open(stream::Timeline& timeline, Slow slow) {
    if (slow == Slow::kInBackground) {
      background.emplace(timeline, encoder.get());
      perception.emplace(timeline, *background);
    } else {
      perception.emplace(timeline, encoder.get());
    }
  }

  [[nodiscard]] bool see(const GstVideoFrame& frame, double time_s) {
    const auto thumb = scaler->thumb(frame);
    if (!thumb) return false;
    if (!perception->wants_still(time_s)) {
      perception->see(*thumb, nullptr, time_s);
      return true;
    }
    const auto still = scaler->still(frame);
    perception->see(*thumb, still ? &*still : nullptr, time_s);
    return true;
  }
};

Eyes::Eyes() : state_(std::make_unique<State>()) {}
Eyes::~Eyes() {
  reset();
}

void Eyes::use(std::unique_ptr<stream::SemanticEncoder> encoder) {
  reset();
  state_->encoder = std::move(encoder);
  // Encoders differ in the stills that they want.
  if (std::exchange(state_->scaler, std::nullopt)) (void)set_format(GstVideoInfo(state_->info));
}

bool Eyes::set_format(const GstVideoInfo& info) {
  state_->info = info;
  // Pictures have no rate, only times; a scaler that knows one refuses to change it.
  GST_VIDEO_INFO_FPS_N(&state_->info) = 0;
  GST_VIDEO_INFO_FPS_D(&state_->info) = 1;
  if (state_->scaler && state_->scaler->fits(state_->info)) return true;
  auto made = perception::FrameScaler::make(state_->info, perception::still_kind(state_->encoder.get()));
  if (!made) return false;
  state_->scaler = std::move(*made);
  return true;
}

bool Eyes::look(GstBuffer* buffer, double time_s, stream::Timeline& timeline, Slow slow) {
  if (!state_->scaler) return false;
  if (!state_->perception) state_->open(timeline, slow);
  GstVideoFrame frame;
  // Honours GstVideoMeta's strides.
  if (!gst_video_frame_map(&frame, &state_->info, buffer, GST_MAP_READ)) return false;
  const bool seen = state_->see(frame, time_s);
  gst_video_frame_unmap(&frame);
  return seen;
}

void Eyes::reset() {
  state_->perception.reset();
  state_->background.reset();
}

}  // namespace photoplayer::gst
