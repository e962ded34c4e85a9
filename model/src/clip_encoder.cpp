// SPDX-License-Identifier: Apache-2.0
#include "clip_encoder.h"

#include <algorithm>
#include <string>
#include <utility>

namespace photoplayer::model {
namespace {

class ClipEncoder final : public stream::SemanticEncoder {
 public:
  explicit ClipEncoder(diffv2m::ClipVision tower) : tower_(std::move(tower)) {}

  stream::StillKind still() const override { return stream::StillKind::kClip; }

  /// Not of unit length: nothing tells that the authors made it so, and the tower itself does not.
  void encode(const stream::PictureView& still, std::span<float, stream::kSemanticDims> out) override {
    const torch::NoGradGuard no_gradients;
    const auto picture = torch::from_blob(const_cast<std::uint8_t*>(still.rgb), {1, still.height, still.width, 3},
                                          {still.height * still.stride_bytes, still.stride_bytes, 3, 1}, torch::kUInt8);
    const auto embedding = tower_.embed(diffv2m::ClipVision::normalise(picture.to(torch::kFloat))).contiguous();
    std::fill(out.begin(), out.end(), 0.0F);
    std::copy_n(embedding.data_ptr<float>(), embedding.numel(), out.begin());
  }

 private:
  diffv2m::ClipVision tower_;
};

}  // namespace

Result<std::unique_ptr<stream::SemanticEncoder>> make_clip_encoder(const diffv2m::ClipConfig& config,
                                                                   const diffv2m::Weights& weights) {
  if (config.side != stream::kClipSide) {
    return fail(ErrorCode::kBadBundle, "its CLIP tower looks at pictures of " + std::to_string(config.side) + " px; " +
                                           std::to_string(stream::kClipSide) + " are needed");
  }
  auto tower = diffv2m::ClipVision::make(config, weights);
  if (!tower) return tl::unexpected(tower.error());
  return std::make_unique<ClipEncoder>(std::move(*tower));
}

}  // namespace photoplayer::model
