// SPDX-License-Identifier: Apache-2.0
#pragma once
/// CLIP's vision tower in the semantic encoder's slot.
#include <photoplayer/diffv2m/clip_vision.h>
#include <photoplayer/stream/picture.h>

#include <memory>

namespace photoplayer::model {

[[nodiscard]] Result<std::unique_ptr<stream::SemanticEncoder>> make_clip_encoder(const diffv2m::ClipConfig& config,
                                                                                 const diffv2m::Weights& weights);

}  // namespace photoplayer::model
